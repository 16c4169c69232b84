"""What text is a number."""

from __future__ import annotations

import math

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from recli.data.columns.number import number
from recli.data.columns.numbers import numbers


@pytest.mark.parametrize(
    "text", ["", " ", "x", "1_0", "0x1", "٤", "nan", "inf", "1,5", "1e", "--1"]
)
def test_what_is_no_number(text: str) -> None:
    assert math.isnan(number(text))


@settings(deadline=None, max_examples=300)
@given(st.lists(st.text("0123456789+-.eE_xinfa \u0664", max_size=6)))
@example([])
def test_a_column_has_the_numbers_of_its_texts(texts: list[str]) -> None:
    found = numbers(pa.chunked_array([texts[:2], texts[2:]], pa.string()))
    expected = np.array([number(text) for text in texts], dtype=np.float64)
    finite = np.isfinite(expected)
    assert np.array_equal(np.isfinite(found), finite)
    assert np.array_equal(found[finite], expected[finite])


@settings(deadline=None)
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1), st.booleans())
def test_numbers_are_read_to_the_last_digit(values: list[float], beside_text: bool) -> None:
    texts = [repr(value) for value in values] + ["x"] * beside_text
    found = numbers(pa.chunked_array([texts]))
    assert found[: len(values)].tolist() == values
