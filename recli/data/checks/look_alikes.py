"""Ids that are taken for different ones, or for one, and may not be."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd

from recli.data.columns.number import is_gap
from recli.data.ids import Ids

_ROUNDED = re.compile(r"\d(\.\d+)?[eE]\+\d+", re.ASCII)
_NOBODY = frozenset(("anonymous", "anonym", "guest", "deleted", "[deleted]", "0", "-1"))
_TIMES = 5  # as many rows as the average, where an id stands for all that have none


def found(what: str, ids: Ids, counts: np.ndarray) -> Iterator[tuple[str, int, str]]:
    """The kind of problem, how many ids or rows it concerns, and advice.

    Args:
        what: `users` or `items`
        ids: of the rows, and of tables
        counts: int64[n_ids], the rows of each by code
    """
    yield from _alike(what, ids.text)
    yield from _rounded(what, ids.text)
    yield from _nobody(what, ids, counts)


def _alike(what: str, texts: np.ndarray) -> Iterator[tuple[str, int, str]]:
    """Ids that differ in upper and lower case or in spaces alone."""
    plain = pd.Series([" ".join(text.split()).casefold() for text in texts], dtype=object)
    again = plain.duplicated().to_numpy()
    if again.any():
        second = int(again.argmax())
        first = int((plain == plain[second]).to_numpy().argmax())
        yield (
            f"look-alike-{what}",
            int(np.count_nonzero(again)),
            f"{what} differ from another by spaces or upper case alone, as {texts[first]!r} and "
            f"{texts[second]!r} do: are they the same? Then write them alike",
        )
        return
    spaced = [text for text in texts if text != text.strip()]
    if spaced:
        yield (
            f"spaces-around-{what}",
            len(spaced),
            f"{what} have spaces around their ids, as {spaced[0]!r} has: they are part of the id",
        )


def _rounded(what: str, texts: np.ndarray) -> Iterator[tuple[str, int, str]]:
    rounded = [text for text in texts if _ROUNDED.fullmatch(text.strip())]
    if rounded:
        yield (
            f"rounded-{what}",
            len(rounded),
            f"{what} are called as {rounded[0]!r} is: did a spreadsheet shorten a number, so that "
            "several became one? Export the ids as text",
        )


def _nobody(what: str, ids: Ids, counts: np.ndarray) -> Iterator[tuple[str, int, str]]:
    """Ids that stand for none, as the words for it and what guests have in common do."""
    many = _TIMES * int(counts.sum()) / max(1, int(np.count_nonzero(counts)))
    role = what.removesuffix("s")
    for code, text in enumerate(ids.text):
        guest = text.strip().casefold() in _NOBODY and counts[code] > many
        if counts[code] and (guest or is_gap(text)):
            yield (
                f"no-{role}",
                int(counts[code]),
                f"rows have the {role} {text!r}: if that stands for none, leave them out with "
                f"--prepare \"drop:{role} = '{text}'\"",
            )
