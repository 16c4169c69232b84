"""Raw user and item ids: always text inside recli, so that leading zeros survive."""

from __future__ import annotations

import bisect
import functools
import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from recli import errors
from recli.kernels.mixing import mixed

if TYPE_CHECKING:
    pass

_COMPARED = 2_000  # ids at most: to compare spellings takes 20 µs each
_CANONICAL_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,17}")


@dataclass(frozen=True, eq=False)
class Ids:
    """A sorted set of raw ids. An id's position in `text` is its code.

    `text` is object[n] of str: in numeric order where every id is a plain integer, in alphabetic
    order otherwise.

    Attributes:
        text: object[n] of str, raw ids by code
        appeared: int64[n], see `places`; None where the order of the codes is that of the data
    """

    text: np.ndarray
    appeared: np.ndarray | None = None

    @classmethod
    def of(cls, *columns: object) -> Ids:
        """The distinct ids of some columns of text.

        Args:
            *columns: raw ids: text, or arrays of Arrow

        >>> ids = Ids.of(["9", "10", "9"], ["1"])
        >>> ids.text, ids.places
        (array(['1', '9', '10'], dtype=object), array([2, 0, 1]))
        """
        every = (np.asarray(column, object).tolist() for column in columns)
        place = {raw: n for n, raw in enumerate(dict.fromkeys(itertools.chain(*every)))}
        text = sorted(place, key=int if _all_integers(place) else str)
        places = np.fromiter((place[raw] for raw in text), np.int64, len(text))
        return cls(np.array(text, dtype=object), places)

    @functools.cached_property
    def places(self) -> np.ndarray:
        """int64[n], how many ids appeared in the data before each: an order without names.

        Codes say what an id is called. Where chance or habit has to put one before another, it goes by
        this, so that nothing that is measured depends on names.
        """
        return np.arange(len(self)) if self.appeared is None else self.appeared

    @functools.cached_property
    def mixed_places(self) -> np.ndarray:
        """int64[n], `places` as numbers below 2³² without a pattern, by which ties are drawn."""
        return mixed(self.places)

    def only(self, chosen: np.ndarray, rows: np.ndarray) -> Ids:
        """Some of the ids, as if the data had never had others.

        Args:
            chosen: bool[n]
            rows: int[n_rows], codes in the rows that stay: these appear in that order, and then the
                others that are chosen
        """
        first = rows[np.sort(np.unique(rows, return_index=True)[1])]
        order = np.argsort(self.places)
        return Ids.of(self.text[first], self.text[order[chosen[order]]])

    def __len__(self) -> int:
        return len(self.text)

    @functools.cached_property
    def integers(self) -> bool:
        """Whether every id is a plain integer (no leading zero, no plus sign)."""
        return _all_integers(self.text)

    @functools.cached_property
    def _index(self) -> dict[str, int]:
        # Not a pandas.Index: to import pandas takes longer than to recommend.
        return dict(zip(self.text.tolist(), range(len(self)), strict=True))

    def codes(self, column: object) -> np.ndarray:
        """The codes of a column of text, int32; -1 where an id is not in the set.

        Args:
            column: raw ids: text, or an array of Arrow

        >>> Ids.of(["10", "9"]).codes(["10", "9", "8"])
        array([ 1,  0, -1], dtype=int32)
        """
        if hasattr(
            column, "dictionary_encode"
        ):  # of Arrow, which takes longer to import than to ask
            encoded = column.dictionary_encode()
            if hasattr(encoded, "combine_chunks"):
                encoded = encoded.combine_chunks()
            return self._codes(encoded.dictionary.to_pylist())[encoded.indices.to_numpy()]
        return self._codes(np.asarray(column, object).tolist())

    def _codes(self, texts: list[str]) -> np.ndarray:
        found = (self._index.get(text, -1) for text in texts)
        return np.fromiter(found, np.int32, len(texts))

    def code(self, raw: str) -> int:
        """The code of one id, or -1.

        Args:
            raw: an id as the file has it
        """
        return self._index.get(raw, -1)

    def json(self, code: int) -> int | str:
        """The id as JSON should carry it: a number if all ids of the file are integers.

        Args:
            code: the code of an item
        """
        raw: str = self.text[code]
        return int(raw) if self.integers else raw

    def nearest(self, raw: str, n: int = 5) -> list[str]:
        """The `n` ids nearest to `raw`: by number where ids are integers, else by spelling.

        Of more than 2,000 texts only those around its place in the alphabet are compared with it.

        Args:
            raw: an id as the file has it
            n: how many are given at most
        """
        if self.integers and _CANONICAL_INTEGER.fullmatch(raw):
            place = bisect.bisect_left(self.text, int(raw), key=int)
            around = self.text[max(0, place - n) : place + n]
            return sorted(around, key=lambda other: (abs(int(other) - int(raw)), int(other)))[:n]
        place = 0 if self.integers else bisect.bisect_left(self.text, raw)
        start = max(0, min(place - _COMPARED // 2, len(self) - _COMPARED))
        return errors.nearest(raw, self.text[start : start + _COMPARED], n)


def _all_integers(ids: Iterable[str]) -> bool:
    return all(_CANONICAL_INTEGER.fullmatch(raw) for raw in ids)
