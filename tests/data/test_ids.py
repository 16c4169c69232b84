"""Raw ids and their codes."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recli.data.ids import Ids

WORDS = st.text(st.characters(exclude_categories=("Cs",)))


def test_integers_are_in_numeric_order() -> None:
    ids = Ids.of(["10", "9", "-3", "9"], ["100", "0"])
    assert ids.text.tolist() == ["-3", "0", "9", "10", "100"]
    assert ids.integers
    assert len(ids) == 5


@pytest.mark.parametrize("odd", ["09", "+9", "-0", "9.0", " 9", "", "x", "1" * 19, "٩"])
def test_one_id_that_is_no_plain_integer_makes_all_of_them_text(odd: str) -> None:
    ids = Ids.of(["10", "9", odd])
    assert ids.text.tolist() == sorted(["10", "9", odd])
    assert not ids.integers
    assert ids.json(ids.code("10")) == "10"


def test_json_has_numbers_where_all_ids_are_integers() -> None:
    assert [Ids.of(["10", "9"]).json(code) for code in range(2)] == [9, 10]


@settings(deadline=None)
@given(st.lists(WORDS), st.lists(WORDS), st.integers(0, 5))
def test_codes_lead_back_to_the_ids(raw: list[str], others: list[str], cut: int) -> None:
    ids = Ids.of(raw)
    assert sorted(ids.text) == sorted(set(raw))
    place = {text: code for code, text in enumerate(ids.text)}
    wanted = raw + others
    expected = [place.get(text, -1) for text in wanted]
    chunks = pa.chunked_array([wanted[:cut], [], wanted[cut:], wanted[:1]], pa.string())
    assert ids.codes(wanted).tolist() == expected
    assert ids.codes(pa.array(wanted, pa.string())).tolist() == expected
    assert ids.codes(chunks).tolist() == expected + expected[:1]
    assert ids.codes(chunks).dtype == np.int32
    assert [ids.code(text) for text in others] == expected[len(raw) :]


def test_codes_of_nothing() -> None:
    ids = Ids.of(["a"])
    assert ids.codes([]).tolist() == []
    assert ids.codes(pa.chunked_array([], pa.string())).tolist() == []
    assert Ids.of([]).codes(["a"]).tolist() == [-1]


def test_the_nearest_ids() -> None:
    assert Ids.of(["1", "5", "9", "40"]).nearest("7", 3) == ["5", "9", "1"]
    assert Ids.of(["anna", "bert", "annabel"]).nearest("ana", 2) == ["anna", "annabel"]
    assert Ids.of(["1", "5", "9"]).nearest("five", 1)[0] in {"1", "5", "9"}


@given(st.sets(st.integers(-50, 50), min_size=1), st.integers(-60, 60), st.integers(1, 8))
def test_the_nearest_numbers_are_those_of_a_look_at_all(
    numbers: set[int], raw: int, n: int
) -> None:
    expected = sorted(numbers, key=lambda number: (abs(number - raw), number))[:n]
    assert Ids.of(list(map(str, numbers))).nearest(str(raw), n) == list(map(str, expected))


@pytest.mark.parametrize("place", [0, 1, 4_999, 9_998, 9_999])
def test_the_nearest_of_very_many(place: int) -> None:
    ids = Ids.of([f"user-{number:05}" for number in range(10_000)])
    wanted = f"user-{place:05}"
    assert wanted in ids.nearest(f"{wanted}x", 3)
