"""Texts as moments: whole numbers of seconds, or of the fraction of a second that it takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_DOWN, Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute

from recli import errors
from recli.data import time_format
from recli.data.columns.number import number
from recli.data.ratings import PER_SECOND

_NS = PER_SECOND["ns"]
_FIRST_SECOND, _LAST_SECOND = -62_135_596_800, 253_402_300_799  # of the years 1 and 9999
_DECIMAL = r"^\s*(?P<sign>[-+]?)(?P<whole>\d{0,18})(?:\.(?P<fraction>\d*))?\s*$"
# The seconds of a day may have a fraction, with a point or, as ISO 8601 has it too, a comma.
_FRACTION = r"^(?P<before>.*\d\d:?\d\d:?\d\d)[.,](?P<fraction>\d+)(?P<after>.*)$"
_UNIVERSAL = r"^(.*\d) ?(?:UTC|GMT)\s*$"  # 2019-10-01 00:00:00 UTC
_RUN_TOGETHER = r"^\s*(\d{8})(\d{4}(?:\d\d)?)"  # 20100131123000


@dataclass(frozen=True, eq=False)
class Times:
    """Moments of a column.

    Attributes:
        values: int64[n], in `unit` since 1970 UTC, 0 where a text is none
        unit: `s`, `ms`, `us` or `ns`, the coarsest in which every moment is whole
        failed: bool[n], where a text cannot be read
    """

    values: np.ndarray
    unit: str
    failed: np.ndarray


def parse(column: pa.ChunkedArray, unit: str, form: str | None = None) -> Times:
    """The moments that the texts of a column say, exactly.

    From the year 1 to 9999; what is finer than a nanosecond is cut off, and so are nanoseconds where
    a column goes beyond the years 1678 to 2261, for which 64 bits are too few.

    Args:
        column: the cells, as text
        unit: of what numbers count since 1970, `s`, `ms`, `us` or `ns`; or `date` for texts in ISO
            8601, UTC where they do not say otherwise: of a day as 2010-01-31 or 20100131 its first
            second, of a year or a month theirs
        form: how dates are written, as `datetime.strptime` has it, where not as ISO 8601

    Raises:
        UsageError: for a `form` that names no year, or beside a unit of numbers
    """
    if form is not None:
        if unit != "date":
            raise errors.UsageError(
                f'`time_format` is for dates, and `time_unit="{unit}"` for numbers: leave out one '
                "of them."
            )
        time_format.check(form)
    if unit == "date":
        return _each(column, lambda texts: _dates(texts, form))
    whole = _integers(column)
    if whole is not None:
        return _whole(whole, unit)
    nanoseconds = _decimals(column, unit)
    return _numbers(column, unit) if nanoseconds is None else _whole(nanoseconds, "ns")


def coarsest(values: np.ndarray, unit: str) -> tuple[np.ndarray, str]:
    """Moments, int64[n] in `unit`, in the coarsest unit in which all are whole.

    Args:
        values: float64[n]
        unit: the unit that they are in: `s`, `ms`, `us` or `ns`

    >>> coarsest(np.array([2_000, 3_500]), "us")
    (array([2000, 3500]), 'us')
    >>> coarsest(np.array([2_000, 3_000]), "us")
    (array([2, 3]), 'ms')
    """
    for coarser, per_second in PER_SECOND.items():
        factor = PER_SECOND[unit] // per_second
        if factor <= 1:
            break
        if not (values % factor).any():
            return values // factor, coarser
    return values, unit


def alike(*moments: tuple[np.ndarray, str]) -> tuple[list[np.ndarray], str]:
    """Moments that are counted in several units in the finest of these, and which that is.

    In microseconds at the finest where nanoseconds would not fit into 64 bits.

    >>> alike((np.array([1, 2]), "s"), (np.array([1_500]), "ms"))
    ([array([1000, 2000]), array([1500])], 'ms')

    Args:
        *moments: int64[n] and their unit: `s`, `ms`, `us` or `ns`
    """
    finest = max((unit for _, unit in moments), key=list(PER_SECOND).index)
    seconds = [s for values, unit in moments if len(values) for s in _extent(values, unit)]
    if finest == "ns" and not _fit_ns(np.array(seconds, np.int64)):
        finest = "us"
    return [_in_unit(values, unit, finest) for values, unit in moments], finest


def _in_unit(values: np.ndarray, unit: str, other: str) -> np.ndarray:
    now, then = PER_SECOND[unit], PER_SECOND[other]
    return values * (then // now) if then >= now else values // (now // then)


def _extent(values: np.ndarray, unit: str) -> tuple[int, int]:
    per_second = PER_SECOND[unit]
    return int(values.min()) // per_second, int(values.max()) // per_second


def _integers(column: pa.ChunkedArray) -> np.ndarray | None:
    """int64[n] of texts that are plain integers, every one; else None."""
    # Arrow takes hexadecimal numbers as well.
    if any(pa.compute.any(pa.compute.starts_with(column, of)).as_py() for of in ("0x", "0X")):
        return None
    try:
        values: np.ndarray = column.cast(pa.int64()).to_numpy()
    except pa.ArrowInvalid:
        return None
    return values


def _decimals(column: pa.ChunkedArray, unit: str) -> np.ndarray | None:
    """int64[n] nanoseconds of texts that are numbers and whole nanoseconds, every one; else None."""
    digits = len(str(_NS // PER_SECOND[unit])) - 1
    try:
        exact = column.cast(pa.decimal128(28, digits)).combine_chunks()
    except pa.ArrowInvalid:
        return None
    # 128 bits each, of which the upper half is nothing but the sign where the lower one is enough.
    halves = np.frombuffer(exact.buffers()[1], np.int64).reshape(-1, 2)
    low, high = halves[exact.offset : exact.offset + len(exact)].T
    return low if (high == low >> 63).all() else None


def _whole(values: np.ndarray, unit: str) -> Times:
    per_second = PER_SECOND[unit]
    low, high = _FIRST_SECOND * per_second, (_LAST_SECOND + 1) * per_second
    failed = (values < low) | (values >= high)
    if failed.any():
        values = np.where(failed, 0, values)
    return Times(*coarsest(values, unit), failed)


def _numbers(column: pa.ChunkedArray, unit: str) -> Times:
    """Numbers as people write them, exactly: never through floats."""
    per_second = PER_SECOND[unit]
    parts = pa.compute.extract_regex(column, _DECIMAL).combine_chunks()
    plain = parts.is_valid().to_numpy(zero_copy_only=False)
    sign, whole, fraction = (pa.compute.fill_null(part, "") for part in parts.flatten())
    said = pa.compute.binary_length(pa.compute.binary_join_element_wise(whole, fraction, ""))
    failed = said.to_numpy() == 0
    counted, rest = np.divmod(_digits(whole), per_second)
    # The fraction is of a unit, in 10⁻⁹.
    of_unit = _digits(pa.compute.utf8_slice_codeunits(pa.compute.utf8_rpad(fraction, 9, "0"), 0, 9))
    nanos = rest * (_NS // per_second) + of_unit // per_second
    negative = pa.compute.equal(sign, "-").to_numpy(zero_copy_only=False)
    counted = np.where(negative, -counted - (nanos > 0), counted)
    nanos = np.where(negative & (nanos > 0), _NS - nanos, nanos)
    others = np.flatnonzero(~plain)
    if len(others):
        rare = _each(column.take(pa.array(others)), lambda texts: _scientific(texts, per_second))
        per_second = PER_SECOND[rare.unit]
        counted[others] = rare.values // per_second
        nanos[others] = rare.values % per_second * (_NS // per_second)
        failed[others] = rare.failed
    return _of_parts(counted, nanos, failed)


def _digits(column: pa.Array) -> np.ndarray:
    """int64[n] of texts of digits, 0 for none."""
    filled = pa.compute.if_else(pa.compute.equal(column, ""), "0", column)
    values: np.ndarray = filled.cast(pa.int64()).to_numpy()
    return values


def _scientific(texts: pa.Array, per_second: int) -> Times:
    total = []
    for text in texts.to_pylist():
        finite = abs(number(text)) <= (_LAST_SECOND + 1) * per_second
        exact = Decimal(text.strip()) * (_NS // per_second) if finite else Decimal("NaN")
        total.append(int(exact.to_integral_value(ROUND_DOWN)) if finite else None)
    failed = np.array([one is None for one in total], bool)
    parts = [divmod(one or 0, _NS) for one in total]
    seconds, nanos = np.array(parts, np.int64).reshape(-1, 2).T
    return _of_parts(seconds, nanos, failed)


def _dates(texts: pa.Array, form: str | None) -> Times:
    """Distinct texts as dates."""
    nanos = np.zeros(len(texts), np.int64)
    if form is None:
        texts = pa.compute.replace_substring_regex(texts, _UNIVERSAL, r"\1")
        parts = pa.compute.extract_regex(texts, _FRACTION)
        before, fraction, after = (pa.compute.fill_null(part, "") for part in parts.flatten())
        cut = pa.compute.binary_join_element_wise(before, after, "")
        texts = pa.compute.if_else(parts.is_valid(), cut, texts)
        texts = pa.compute.replace_substring_regex(texts, _RUN_TOGETHER, r"\1T\2")
        nanos = _digits(
            pa.compute.utf8_slice_codeunits(pa.compute.utf8_rpad(fraction, 9, "0"), 0, 9)
        )
    of_text = pd.Series(texts.to_numpy(zero_copy_only=False), dtype=object)
    dates = pd.to_datetime(of_text, errors="coerce", format=form or "ISO8601", utc=True)
    failed = dates.isna().to_numpy(copy=True)
    per_second = PER_SECOND[dates.dtype.unit]  # type: ignore[union-attr]
    values = np.where(failed, 0, dates.astype("int64").to_numpy())
    seconds, rest = np.divmod(values, per_second)
    nanos = nanos + rest * (_NS // per_second)
    # Older versions of pandas know the years from 1678 to 2261 alone.
    for row in np.flatnonzero(failed):
        moment = _moment(of_text[row], form)
        if moment is not None:
            failed[row] = False
            seconds[row] = moment // np.timedelta64(1, "s")
            nanos[row] += (moment % np.timedelta64(1, "s")) // np.timedelta64(1, "ns")
    return _of_parts(seconds, nanos, failed)


def _moment(text: str, form: str | None) -> np.timedelta64 | None:
    """Since 1970 UTC, in microseconds; None for a text that is no such date."""
    try:
        if form is not None:
            found = datetime.strptime(text, form)
        elif "-" in text[4:8]:  # not a number of a week, nor of a day in a year
            found = datetime.fromisoformat(text.strip())
        else:
            return None
    except ValueError:
        return None
    found = found if found.tzinfo else found.replace(tzinfo=UTC)
    return np.timedelta64(found - datetime(1970, 1, 1, tzinfo=UTC)).astype("timedelta64[us]")


def _each(column: pa.ChunkedArray, read: Callable[[pa.Array], Times]) -> Times:
    """What `read` makes of a column, asked once for each distinct text."""
    encoded = column.combine_chunks().dictionary_encode()
    found, rows = read(encoded.dictionary), encoded.indices.to_numpy()
    return Times(found.values[rows], found.unit, found.failed[rows])


def _of_parts(seconds: np.ndarray, nanos: np.ndarray, failed: np.ndarray) -> Times:
    """Moments of seconds, int64[n], and nanoseconds on top of them, int64[n] from 0 to 999,999,999."""
    failed = failed | (seconds < _FIRST_SECOND) | (seconds > _LAST_SECOND)
    seconds, nanos = np.where(failed, 0, seconds), np.where(failed, 0, nanos)
    unit = next(
        u for u, per_second in PER_SECOND.items() if not (nanos % (_NS // per_second)).any()
    )
    if unit == "ns" and not _fit_ns(seconds):
        unit = "us"
    per_second = PER_SECOND[unit]
    values = seconds * per_second + nanos // (_NS // per_second)
    return Times(*coarsest(values, unit), failed)


def _fit_ns(seconds: np.ndarray) -> bool:
    """Whether moments of these seconds, int64[n], in nanoseconds fit into 64 bits."""
    most = np.iinfo(np.int64).max // _NS
    return not len(seconds) or bool((np.abs(seconds) < most).all())
