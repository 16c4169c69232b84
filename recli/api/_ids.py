"""Raw ids as people have them in Python: integers, text, columns of a DataFrame."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from recli import errors
from recli.data.ids import Ids


def pairs(given: pd.DataFrame | Iterable[tuple[Any, Any]]) -> tuple[list[Any], list[Any]]:
    """Users and items of some pairs.

    Raises:
        UsageError: for what are none

    Args:
        given: columns `user` and `item`, or pairs of raw ids
    """
    if isinstance(given, pd.DataFrame):
        if not {"user", "item"} <= set(given.columns):
            names = ", ".join(map(str, given.columns))
            raise errors.UsageError(f"`pairs` needs the columns user and item, and has {names}.")
        return given["user"].tolist(), given["item"].tolist()
    found = list(given) if isinstance(given, Iterable) else [None]
    if not all(isinstance(pair, tuple | list) and len(pair) == 2 for pair in found):
        raise errors.UsageError(
            "`pairs` should be pairs of a user and an item: [(42, 318), (42, 1)]."
        )
    return [user for user, _ in found], [item for _, item in found]


def codes(given: Iterable[Any], ids: Ids, what: str) -> np.ndarray:
    """The codes of some ids, int32[n].

    Args:
        ids: raw ids and their codes
        what: what it is, for people
        given: raw ids

    Raises:
        NotFoundError: with those that are not known
    """
    raw = [str(one) for one in given]
    found = ids.codes(raw)
    unknown = list(dict.fromkeys(one for one, code in zip(raw, found, strict=True) if code < 0))
    if unknown:
        nearest = ", ".join(ids.nearest(unknown[0]))
        raise errors.NotFoundError(
            f"The model does not know {len(unknown):,} {what}{'s' * (len(unknown) != 1)} of these:\n"
            f"{errors.first_ten(unknown)}\nNearest ids to the first: {nearest}."
        )
    return found
