"""An item by its id or its title."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable

import numpy as np

from recli import errors
from recli.models.model import FittedModel

_YEAR = re.compile(r"\s*\(\d{4}\)\s*$")
_Words = tuple[str, ...]


def item_code(model: FittedModel, text: str) -> int:
    """The code of the item that has `text` as its id or, case and order of words ignored, its title.

    The whole title goes before the title without a year at its end, then titles that have all the
    words, then those with words that begin like them.

    Args:
        model: a fitted model
        text: an id or a title, as typed

    Raises:
        UsageError: where several titles fit, with the choices, most rated first
        NotFoundError: where none does, with the nearest ids and titles
    """
    ids = model.trainset.ratings.item_ids
    code = ids.code(text)
    if code >= 0:
        return code
    wanted = words(text)
    titles = [] if model.titles is None or not wanted else list(map(str, model.titles))
    whole = [words(title) for title in titles]
    short = [words(_YEAR.sub("", title)) for title in titles]
    for fits, among in ((_same, whole), (_same, short), (_holds, whole), (_begins, whole)):
        found = _where(fits, wanted, among)
        if len(found) == 1:
            return int(found[0])
        if len(found):
            raise _several(model, text, found)
    close = difflib.get_close_matches(" ".join(wanted), map(" ".join, whole), 3)
    codes = [*map(ids.code, ids.nearest(text, 3)), *(whole.index(_split(words)) for words in close)]
    nearest = (f"{ids.text[code]} {_quoted(model, code)}".strip() for code in codes)
    raise errors.NotFoundError(f"There is no item '{text}'. Nearest: {', '.join(nearest)}.")


def words(text: str) -> _Words:
    """The words of a title, case and punctuation ignored.

    Args:
        text: a title, or what somebody has typed

    >>> words("Toy Story (1995)")
    ('toy', 'story', '1995')
    """
    return _split(text.casefold())


def _several(model: FittedModel, text: str, found: np.ndarray) -> errors.UsageError:
    ratings = model.trainset.ratings
    most_rated = found[np.argsort(-ratings.item_counts[found], kind="stable")]
    choices = [f"{ratings.item_ids.text[code]}  {model.title(code)}" for code in most_rated]
    return errors.UsageError(
        f"'{text}' fits {len(found):,} items:\n{errors.first_ten(choices)}\n"
        "Say which by its id, or by more of its title."
    )


def _quoted(model: FittedModel, code: int) -> str:
    title = model.title(code)
    return f"({title})" if title else ""


def _split(text: str) -> _Words:
    return tuple(re.findall(r"\w+", text))


def _where(
    fits: Callable[[_Words, _Words], bool], wanted: _Words, among: list[_Words]
) -> np.ndarray:
    return np.flatnonzero([fits(wanted, words) for words in among])


def _same(wanted: _Words, words: _Words) -> bool:
    return len(wanted) == len(words) and sorted(wanted) == sorted(words)


def _holds(wanted: _Words, words: _Words) -> bool:
    return set(wanted) <= set(words)


def _begins(wanted: _Words, words: _Words) -> bool:
    return all(any(word.startswith(start) for word in words) for start in wanted)
