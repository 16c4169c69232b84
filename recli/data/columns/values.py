"""What the values of a column say: a time, a rating, counts, ids, row numbers."""

from __future__ import annotations

import dataclasses
import functools
import re
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute

from recli.data.columns import roles
from recli.data.columns import vocabulary as known
from recli.data.ratings import PER_SECOND

_SLICES, _SLICE = 20, 250  # rows from all over the file, which may be sorted by item
_HIGHEST_RATING = 100
_LONG_TAIL = 10  # times the median
_FEW = 20
_LONG_TEXT = 60
_DIGITS_OF_A_DATE = 8  # 20100131
_PLAUSIBLE = (631_152_000, 2_524_608_000)  # seconds since 1970: the years 1990 to 2050
_ITEM_SHAPES = re.compile(r"B[0-9A-Z]{9}|tt\d{7,}|97[89]-?\d[\d-]{8,}[\dX]", re.ASCII)
_ISBN_10 = re.compile(r"\d{9}[\dXx]", re.ASCII)
_USER_SHAPES = re.compile(r"A[0-9A-Z]{10,20}|A[A-Z2-7]{27}|[^@\s]+@[^@\s]+\.[^@\s]+", re.ASCII)


@dataclass(frozen=True, eq=False)
class Column:
    """A column of a table, its place in it from 1 on, and what a sample of it looks like.

    Attributes:
        name: the name
        place: the place of the column, from 0 on
        whole: all of its cells
        decimal: the decimal point; None is a point
        time_format: how times are written, see `--time-format`; None finds out
    """

    name: str
    place: int
    whole: pa.ChunkedArray
    decimal: str | None = None
    time_format: str | None = None

    @property
    def unnamed(self) -> bool:
        """Whether the file has no name for it."""
        return self.name in (f"column{self.place}", f"Unnamed: {self.place - 1}")

    @functools.cached_property
    def texts(self) -> pd.Series:
        """A sample of what is not empty, without spaces around it."""
        texts = pd.Series(sample(self.whole), dtype=object).str.strip()
        return texts[texts != ""]

    @functools.cached_property
    def numbers(self) -> np.ndarray:
        """The numbers of the sample, float64; other texts are left out."""
        texts = self.texts
        if self.decimal:
            texts = texts.str.replace(self.decimal, ".")
        numbers: np.ndarray = pd.to_numeric(texts, errors="coerce").dropna().to_numpy(np.float64)
        return numbers[np.isfinite(numbers)]

    @functools.cached_property
    def is_number(self) -> bool:
        """Whether most are numbers."""
        return len(self.numbers) > 0 and len(self.numbers) >= 0.5 * len(self.texts)

    @functools.cached_property
    def is_whole(self) -> bool:
        """Whether most are whole numbers, and no other numbers are there."""
        return self.is_number and not (self.numbers % 1).any()

    @functools.cached_property
    def is_date(self) -> bool:
        """Whether most are dates as `time_format` or ISO 8601 has them; numbers only as the former."""
        if not len(self.texts) or (self.is_number and not self.time_format):
            return False
        written = self.time_format or "ISO8601"
        texts = self.texts if self.time_format else self.texts.str.removesuffix(" UTC")
        dates = pd.to_datetime(texts, errors="coerce", format=written, utc=True)
        return bool(dates.notna().mean() > 0.5)

    @functools.cached_property
    def is_moment(self) -> bool:
        """Whether nearly all are dates, or numbers that mean a moment from 1990 to 2050."""
        if self.time_format or not self.is_number:
            return self.is_date
        if self.texts.str.len().min() >= _DIGITS_OF_A_DATE and roles.is_run_together(self.texts):
            return True
        if self.texts.str.startswith("0").mean() > 0.5:
            return False
        return any(
            np.mean((self.numbers >= low * unit) & (self.numbers <= high * unit)) > 0.9
            for unit in PER_SECOND.values()
            for low, high in (_PLAUSIBLE,)
        )

    @functools.cached_property
    def is_counts(self) -> bool:
        """Whether these are counts rather than ratings: above 100, or with a long tail."""
        if not self.is_number or self.numbers.min() < 0:
            return False
        most, median = self.numbers.max(), np.median(self.numbers)
        return bool(most > _HIGHEST_RATING or (most > _FEW and most >= _LONG_TAIL * median))

    @functools.cached_property
    def has_long_tail(self) -> bool:
        """Whether of many numbers most are small beside the largest, as counts are and ids are not."""
        few = len(self.numbers) < _FEW
        return few or bool(self.numbers.max() >= _LONG_TAIL * np.median(self.numbers))

    @functools.cached_property
    def is_constant(self) -> bool:
        """Whether it says the same in all rows of the sample."""
        return bool(self.texts.nunique() <= 1)

    @functools.cached_property
    def is_flag(self) -> bool:
        """Whether these are 0 and 1, both of them."""
        return self.is_number and set(self.numbers) == {0, 1}

    @functools.cached_property
    def is_rating(self) -> bool:
        """Whether these may be ratings on some scale."""
        return (
            self.is_number
            and not self.is_counts
            and not self.is_moment
            and np.abs(self.numbers).max() <= _HIGHEST_RATING
        )

    @functools.cached_property
    def is_scale(self) -> bool:
        """Whether these look like ratings in whole or half stars: few, and near each other."""
        if not self.is_rating or (self.numbers * 2 % 1).any():
            return False
        return 1 < len(set(self.numbers)) <= _FEW and bool(np.ptp(self.numbers) <= _FEW)

    @functools.cached_property
    def is_scale_with_commas(self) -> bool:
        """Whether these look like ratings in half stars, if a comma is their decimal point."""
        if self.decimal or self.is_number:
            return False
        return dataclasses.replace(self, decimal=",").is_scale

    @functools.cached_property
    def is_ids(self) -> bool:
        """Whether these may be ids: neither fractions nor dates nor long texts, and few are empty."""
        if len(self.texts) < 0.5 * len(sample(self.whole)) or self.is_date:
            return False
        if self.is_number:
            return self.is_whole
        return bool(self.texts.str.len().mean() <= _LONG_TEXT)

    @functools.cached_property
    def is_kinds(self) -> bool:
        """Whether these are few texts again and again, as the kinds of events are."""
        distinct = self.texts.nunique()
        return 0 < distinct <= _FEW and (distinct <= len(self.texts) / 2 or self.has_known_kinds)

    @functools.cached_property
    def has_known_kinds(self) -> bool:
        """Whether all are words such as view and purchase."""
        return len(self.texts) > 0 and set(self.texts.str.lower().unique()) <= known.KINDS_OF_EVENTS

    @functools.cached_property
    def are_opinions(self) -> bool:
        """Whether these are for and against, in words, or yes and no to a question of this name."""
        said = set(self.texts.str.lower().unique())
        asked = not known.ASKED.isdisjoint(roles.words(self.name))
        return len(said) > 1 and said <= (
            known.OPINIONS | known.YES_NO if asked else known.OPINIONS
        )

    @functools.cached_property
    def are_distinct(self) -> bool:
        """Whether no two rows of the whole file have the same."""
        if self.texts.nunique() < len(self.texts):
            return False
        return int(pa.compute.count_distinct(self.whole).as_py()) == len(self.whole)

    @functools.cached_property
    def are_row_numbers(self) -> bool:
        """Whether these may number the rows: whole numbers, another in each row."""
        return self.is_whole and self.are_distinct

    @functools.cached_property
    def is_1_to_n(self) -> bool:
        """Whether they count the rows one by one, from 0 or 1 on."""
        if not self.are_row_numbers or self.numbers[0] not in (0, 1):
            return False
        last = self.whole[len(self.whole) - 1].as_py().strip()
        return last == f"{self.numbers[0] + len(self.whole) - 1:.0f}"

    def is_item_beside(self, other: Column) -> bool:
        """Whether the form of the ids says that these are items and those of `other` users.

        Args:
            other: another column of the table
        """
        return (self.are_items and not other.are_items) or (other.are_users and not self.are_users)

    @functools.cached_property
    def are_items(self) -> bool:
        """Whether they have the form of ASINs, ISBNs with their check digit, or IMDb's ids."""
        return self._formed(lambda text: bool(_ITEM_SHAPES.fullmatch(text)) or _is_isbn_10(text))

    @functools.cached_property
    def are_users(self) -> bool:
        """Whether they have the form of Amazon's reviewers or of addresses."""
        return self._formed(lambda text: bool(_USER_SHAPES.fullmatch(text)))

    def _formed(self, has_form: object) -> bool:
        assert callable(has_form)
        return len(self.texts) > 0 and float(np.mean([has_form(t) for t in self.texts])) > 0.9

    def agrees(self, other: Column) -> bool:
        """Whether one value goes with one of `other` in the whole file, and some come again.

        Args:
            other: another column of the table
        """
        return self.is_settled_by(other) and other.is_settled_by(self)

    def is_settled_by(self, other: Column) -> bool:
        """Whether one value of `other` always has the same value here, and some come again.

        Args:
            other: another column of the table
        """
        pairs = pd.DataFrame({"one": _codes(self.whole), "other": _codes(other.whole)})
        return bool(pairs["other"].nunique() == len(pairs.drop_duplicates()) < len(pairs))

    @property
    def described(self) -> str:
        """Its name and three different values, to be recognised by."""
        values = [
            value if len(value) <= 20 else value[:19] + "…" for value in self.texts.unique()[:3]
        ]
        return f"{self.name}: {', '.join(values) or 'empty'}"


def sample(column: pa.ChunkedArray) -> np.ndarray:
    """Some values from all over a column, object[n] of str.

    Args:
        column: the cells, as text
    """
    if len(column) <= _SLICES * _SLICE:
        whole: np.ndarray = column.to_numpy()
        return whole
    starts = np.linspace(0, len(column) - _SLICE, _SLICES).astype(int)
    return np.concatenate([column.slice(int(start), _SLICE).to_numpy() for start in starts])


def _codes(column: pa.ChunkedArray) -> np.ndarray:
    codes: np.ndarray = column.combine_chunks().dictionary_encode().indices.to_numpy()
    return codes


def _is_isbn_10(text: str) -> bool:
    if not _ISBN_10.fullmatch(text):
        return False
    digits = [10 if digit in "Xx" else int(digit) for digit in text]
    return (
        sum(weight * digit for weight, digit in zip(range(10, 0, -1), digits, strict=True)) % 11
        == 0
    )
