"""Items by what somebody types of a title."""

from __future__ import annotations

import difflib

import numpy as np

from recli.models.model import FittedModel
from recli.models.titles import words

_NEAR = 0.7  # of difflib's ratio: a letter too many or too few in a word of four


class TitleSearch:
    """The titles of a model, to be searched at every key that is typed.

    An item fits if each word typed begins a word of its title, in any order: `toy st` fits `Toy Story
    (1995)`. Where none does, a word that begins no word of any title is taken for the nearest one with
    the same first letter. Items without a title are searched by their ids.

    Args:
        model: a fitted model
    """

    def __init__(self, model: FittedModel) -> None:
        ratings = model.trainset.ratings
        self._ids = ratings.item_ids
        titles = self._ids.text if model.titles is None else model.titles
        split = [words(title or raw) for title, raw in zip(titles, self._ids.text, strict=True)]
        # As one text each, with a space before every word, so that to find a beginning is one search.
        self._texts = [f" {' '.join(parts)}" for parts in split]
        self._vocabulary = sorted({word for parts in split for word in parts})
        self._counts = ratings.item_counts

    def find(self, text: str) -> np.ndarray:
        """Codes of the items that fit, int32[n]: the one with this id first, then those rated most.

        Args:
            text: an id or words of a title, as typed
        """
        typed = words(text)
        found = self._fitting(typed)
        if not found and (mended := tuple(map(self._mended, typed))) != typed:
            found = self._fitting(mended)
        codes = np.array(found, np.int32)
        codes = codes[np.argsort(-self._counts[codes], kind="stable")]
        named = self._ids.code(text.strip())
        return codes if named < 0 else np.append(np.int32(named), codes[codes != named])

    def _fitting(self, typed: tuple[str, ...]) -> list[int]:
        starts = [f" {word}" for word in typed]
        if not starts:
            return []
        return [code for code, one in enumerate(self._texts) if all(s in one for s in starts)]

    def _mended(self, word: str) -> str:
        alike = [other for other in self._vocabulary if other[0] == word[0]]
        if any(other.startswith(word) for other in alike):
            return word
        return next(iter(difflib.get_close_matches(word, alike, 1, _NEAR)), word)
