"""Texts as moments, against exact fractions and the calendar of the standard library."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recli import errors
from recli.data.columns import times

NS = {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def parse(texts: list[str], unit: str = "s", form: str | None = None) -> times.Times:
    return times.parse(pa.chunked_array([pa.array(texts, pa.string())]), unit, form)


def nanoseconds(found: times.Times) -> list[int]:
    return [value * NS[found.unit] for value in found.values.tolist()]


def exact(texts: list[str], unit: str) -> list[int]:
    """In nanoseconds, cut off there."""
    return [int(Fraction(Decimal(text.strip())) * NS[unit]) for text in texts]


PLAIN = st.decimals(-(2**33), 2**33, places=10, allow_nan=False).map(lambda number: f"{number:f}")
AS_WRITTEN = st.one_of(PLAIN, st.integers(-(2**33), 2**33).map(str), PLAIN.map("{} ".format))


@given(st.lists(AS_WRITTEN, min_size=1, max_size=20), st.sampled_from(list(NS)))
def test_numbers_are_read_exactly(texts, unit):
    found = parse(texts, unit)
    assert not found.failed.any()
    assert nanoseconds(found) == exact(texts, unit)


@given(st.lists(st.integers(-(2**62), 2**62), min_size=1, max_size=20))
def test_nanoseconds_are_not_read_through_floats(values):
    assert nanoseconds(parse([str(value) for value in values], "ns")) == values


@pytest.mark.parametrize(
    "text", ["1.5778368e9", "15778368E2", " 1577836800", "+1577836800.", "0.15778368e10"]
)
def test_ways_to_write_a_number(text):
    assert nanoseconds(parse([text, "1"])) == [1_577_836_800 * 10**9, 10**9]


@pytest.mark.parametrize(
    "text", ["", " ", "x", ".", "-", "0x10", "0X10", "1_0", "nan", "inf", "1e300", "٤"]
)
@pytest.mark.parametrize("unit", list(NS))
def test_what_is_no_number_fails_alone(text, unit):
    found = parse(["5", text, "7"], unit)
    assert found.failed.tolist() == [False, True, False]
    assert nanoseconds(found) == [5 * NS[unit], 0, 7 * NS[unit]]


@given(
    st.lists(
        st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30)),
        min_size=1,
        max_size=10,
    ),
    st.sampled_from([-90, 0, 330]),
)
def test_dates_of_all_years(moments, offset):
    """Python writes them, and knows how many microseconds they are after 1970."""
    aware = [m.replace(tzinfo=UTC) for m in moments]
    shift = timedelta(minutes=offset)
    sign = "-" if offset < 0 else "+"
    written = f"{sign}{abs(offset) // 60:02}:{abs(offset) % 60:02}"
    texts = [f"{(m + shift).replace(tzinfo=None).isoformat()}{written}" for m in aware]
    found = parse(texts, "date")
    expected = [(m - EPOCH) // timedelta(microseconds=1) for m in aware]
    assert not found.failed.any()
    assert nanoseconds(found) == [1000 * value for value in expected]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2010-01-31", "1264896000"),
        ("20100131", "1264896000"),
        ("2010-01-31T12:30", "1264941000"),
        ("2010-01-31 12:30:00 UTC", "1264941000"),
        ("2010-01-31 12:30:00.5 GMT", "1264941000.5"),
        ("201001311230", "1264941000"),
        ("20100131123000", "1264941000"),
        ("20100131T123000.25Z", "1264941000.25"),
        ("2010-01-31 12:30:00,25", "1264941000.25"),
        ("2010-01-31T12:30:00.123456789+00:00", "1264941000.123456789"),
        ("2010-01-31 13:30:00.1 +0100", "1264941000.1"),
        ("1999", "915148800"),
        ("1999-02", "917827200"),
    ],
)
def test_dates(text, seconds):
    assert nanoseconds(parse([text], "date")) == exact([seconds], "s")


@pytest.mark.parametrize(
    "text", ["", "noon", "2010-02-30", "2010-13-01", "20101301", "31.01.2010", "12:30:00.5"]
)
def test_what_is_no_date_fails_alone(text):
    found = parse(["2010-01-31", text], "date")
    assert found.failed.tolist() == [False, True]
    assert nanoseconds(found)[0] == 1_264_896_000 * 10**9


@pytest.mark.parametrize(
    ("form", "text", "moment"),
    [
        ("%d.%m.%Y %H:%M", "31.01.2010 12:30", datetime(2010, 1, 31, 12, 30, tzinfo=UTC)),
        ("%m/%d/%y", "1/31/10", datetime(2010, 1, 31, tzinfo=UTC)),
        ("%Y%m%d-%H%M%S.%f", "20100131-123000.000250", datetime(2010, 1, 31, 12, 30, 0, 250, UTC)),
        ("%d %b %Y", "31 Jan 1492", datetime(1492, 1, 31, tzinfo=UTC)),
        ("%Y", "1999", datetime(1999, 1, 1, tzinfo=UTC)),
        (
            "%a %b %d %H:%M:%S %z %Y",
            "Sun Jan 31 12:30:00 +0200 2010",
            datetime(2010, 1, 31, 10, 30, tzinfo=UTC),
        ),
    ],
)
def test_other_forms_of_dates(form, text, moment):
    found = parse([text, "2010"], "date", form)
    assert nanoseconds(found)[0] == (moment - EPOCH) // timedelta(microseconds=1) * 1000
    assert found.failed.tolist() == [False, form != "%Y"]


@pytest.mark.parametrize(
    ("form", "unit", "message"),
    [
        ("%H:%M", "date", "names no year"),
        ("%d.%q", "date", "'q' is a bad directive"),
        ("%", "date", "stray %"),
        ("", "date", "names no year"),
        ("%Y", "ms", "leave out one of them"),
    ],
)
def test_forms_that_cannot_be(form, unit, message):
    with pytest.raises(errors.UsageError, match=message):
        parse(["1999"], unit, form)


def test_a_column_too_wide_for_nanoseconds_has_microseconds():
    found = parse(["1500-01-01", "2020-01-01T00:00:00.123456789"], "date")
    assert found.unit == "us"
    assert nanoseconds(found) == [-14_831_769_600 * 10**9, 1_577_836_800_123_456_000]
    assert parse(["-14831769600", "1577836800.123456789"]).unit == "us"


@pytest.mark.parametrize(("unit", "other"), [("s", "ns"), ("ms", "us"), ("ns", "s"), ("us", "us")])
def test_units_are_made_alike(unit, other):
    one, two = np.array([1, -3]), np.array([5])
    (first, second), common = times.alike((one, unit), (two, other))
    assert [value * NS[common] for value in first] == [value * NS[unit] for value in one]
    assert [value * NS[common] for value in second] == [value * NS[other] for value in two]


def test_made_alike_without_room_for_nanoseconds():
    (first, second), unit = times.alike((np.array([10**10]), "s"), (np.array([1_999]), "ns"))
    assert (first.tolist(), second.tolist(), unit) == ([10**16], [1], "us")
