"""Typed columns as text, the same way in every binary format."""

from __future__ import annotations

import datetime
import decimal

import numpy as np
import pyarrow as pa
import pytest

from recli.data.formats._arrow import text_columns


def texts(array: pa.Array) -> list[str] | None:
    column = text_columns(pa.table({"x": array})).get("x")
    return None if column is None else column.to_pylist()


@pytest.mark.parametrize(
    ("array", "expected"),
    [
        (pa.array([42.0, None, float("nan")]), ["42", "", ""]),  # what pandas makes of gaps
        (pa.array([42.0, 7.0], pa.float32()), ["42", "7"]),
        (pa.array(np.array([42, 0.5], np.float16)), ["42", "0.5"]),
        (pa.array([1e15, 76561197970982480.0]), ["1000000000000000", "76561197970982480"]),
        (pa.array([4.0, 3.5]), ["4", "3.5"]),
        (pa.array([0.1], pa.float32()), ["0.1"]),
        (pa.array([float("inf"), 1.0]), ["inf", "1"]),
        (pa.array([-0.0, 1.0]), ["0", "1"]),
        (pa.array([2**64 - 1, None], pa.uint64()), ["18446744073709551615", ""]),
        (pa.array([decimal.Decimal("42.00"), None]), ["42", ""]),
        (pa.array([decimal.Decimal("4.50")]), ["4.50"]),
        (pa.array([True, False, None]), ["1", "0", ""]),
        (pa.array(["é", None], pa.large_string()), ["é", ""]),
        (pa.array(["a", None], pa.string_view()), ["a", ""]),
        (pa.array(["a", None, "a"]).dictionary_encode(), ["a", "", "a"]),
        (pa.array([5.0, None]).dictionary_encode(), ["5", ""]),
        (pa.array(["é".encode(), None]), ["é", ""]),
        (pa.array([b"\xff\x00", b"ab"], pa.binary(2)), ["ff00", "6162"]),
        (pa.nulls(2), ["", ""]),
        (pa.array([datetime.date(2020, 1, 31)]), ["2020-01-31"]),
        (pa.array([datetime.date(2020, 1, 31)], pa.date64()), ["2020-01-31"]),
        (pa.array([datetime.timedelta(seconds=3)], pa.duration("s")), ["3"]),
    ],
    ids=lambda value: str(value.type) if isinstance(value, pa.Array) else "",
)
def test_values(array: pa.Array, expected: list[str]) -> None:
    assert texts(array) == expected


@pytest.mark.parametrize(
    ("array", "expected"),
    [
        (pa.array([0, 1], pa.timestamp("s")), ["1970-01-01 00:00:00", "1970-01-01 00:00:01"]),
        (
            pa.array([1_500, None], pa.timestamp("ms")),
            ["1970-01-01 00:00:01.500", ""],
        ),
        # A column of whole seconds is as short in every unit.
        (
            pa.array([10**9, 2 * 10**9], pa.timestamp("ns")),
            ["1970-01-01 00:00:01", "1970-01-01 00:00:02"],
        ),
        (pa.array([1], pa.timestamp("ns")), ["1970-01-01 00:00:00.000000001"]),
        (pa.array([0], pa.timestamp("s", "Europe/Paris")), ["1970-01-01 00:00:00"]),
        (pa.array([-1], pa.timestamp("us", "UTC")), ["1969-12-31 23:59:59.999999"]),
    ],
    ids=lambda value: str(value.type) if isinstance(value, pa.Array) else "",
)
def test_times_keep_their_fractions(array: pa.Array, expected: list[str]) -> None:
    assert texts(array) == expected


def test_lists_of_labels_are_json() -> None:
    labels = pa.array([["Sci-Fi", 'a "b"', None], [], None, ["日本"]])
    assert texts(labels) == ['["Sci-Fi", "a \\"b\\""]', "", "", '["日本"]']
    assert texts(pa.array([[1, 2], None])) == ["[1, 2]", ""]
    assert texts(pa.array([["x"]]).cast(pa.list_(pa.string(), 1))) == ['["x"]']
    of_codes = pa.ListArray.from_arrays([0, 2], pa.array(["x", "y"]).dictionary_encode())
    assert texts(of_codes) == ['["x", "y"]']


@pytest.mark.parametrize(
    "array",
    [
        pa.array([{"a": 1}]),
        pa.array([[("a", 1)]], pa.map_(pa.string(), pa.int64())),
        pa.array([[0.25, 0.5]]),
        pa.array([[["x"]]]),
    ],
    ids=lambda array: str(array.type),
)
def test_what_can_be_no_label_is_left_out(array: pa.Array) -> None:
    assert texts(array) is None


def test_columns_of_one_name_stay_apart() -> None:
    table = pa.table([pa.array([1]), pa.array([2]), pa.array([3])], names=["x", "x", ""])
    columns = {name: column.to_pylist() for name, column in text_columns(table).items()}
    assert columns == {"x": ["1"], "column2": ["2"], "column3": ["3"]}
