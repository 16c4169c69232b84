"""Which items may be recommended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from recli import errors
from recli.data.ids import Ids
from recli.data.tables import where
from recli.models.model import Model
from recli.ranking.fields import field


@dataclass(frozen=True, eq=False)
class Named:
    """Ids that somebody lists: codes of those that are known, int32[n], and the others."""

    codes: np.ndarray
    unknown: list[str]


@dataclass(frozen=True, eq=False)
class Filters:
    """Which items of the catalogue may be recommended to anybody; None or 0 lets all through.

    only, exclude: codes of items, int[n]
    where: a condition on the item table, see `where`
    min_ratings: how many ratings an item has at least
    since: an item is fresh if its first rating is of this time or later, or if it has none yet
    """

    only: np.ndarray | None = None
    exclude: np.ndarray | None = None
    where: str | None = None
    min_ratings: int = 0
    since: datetime | None = None

    def candidates(self, model: Model) -> np.ndarray | None:
        """bool[n_catalogue] by item code, or None where all may be recommended.

        Raises UsageError for a condition that cannot be understood, DataError where the model lacks
        the times or the item table that are asked for, NotFoundError where no item is left.
        """
        ratings = model.trainset.ratings
        n = len(ratings.item_ids)
        let_through = []
        if self.only is not None:
            let_through.append(np.isin(np.arange(n), self.only))
        if self.exclude is not None:
            let_through.append(~np.isin(np.arange(n), self.exclude))
        if self.where is not None:
            let_through.append(where.parse(self.where)(lambda name: field(model, name)))
        if self.min_ratings:
            let_through.append(ratings.item_counts >= self.min_ratings)
        if self.since is not None:
            since = int(self.since.timestamp()) * ratings.per_second
            let_through.append(_first_rated(model) >= since)
        if not let_through:
            return None
        left = np.logical_and.reduce(let_through)
        if not left.any():
            raise errors.NotFoundError(
                f"None of the {n:,} items of the catalogue is left: all are filtered out."
            )
        return None if left.all() else left


def _first_rated(model: Model) -> np.ndarray:
    """int64[n_catalogue], when an item was rated first; if never, at the end of time."""
    ratings = model.trainset.ratings
    if ratings.times is None:
        raise errors.DataError(
            f"The ratings of {model.dataset.get('name', '')} have no times, so that none of its items is "
            "known to be fresh. For a date in the item table there is --where."
        )
    first = np.full(len(ratings.item_ids), np.iinfo(np.int64).max)
    np.minimum.at(first, ratings.items, ratings.times)
    return first


def read_ids(path: Path, ids: Ids, what: str) -> Named:
    """The ids of users or items in a file, one a line, each once, exactly as they stand there.

    what: what they are, in the plural, for errors

    Raises NotFoundError for a file that is absent and for one of which no id is known, DataError for
    one that is empty or no UTF-8 text.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except FileNotFoundError:
        raise errors.NotFoundError(f"{path}: no such file.") from None
    except UnicodeDecodeError as error:
        raise errors.DataError(f"{path}: is no UTF-8 text: {error}.") from None
    except OSError as error:
        raise errors.DataError(f"{path}: cannot be read: {error.strerror or error}") from None
    listed = list(dict.fromkeys(line for line in lines if line))
    if not listed:
        raise errors.DataError(f"{path}: names no {what}. It should hold an id a line.")
    codes = ids.codes(listed)
    unknown = [raw for raw, code in zip(listed, codes, strict=True) if code < 0]
    if len(unknown) == len(listed):
        raise errors.NotFoundError(
            f"{path}: none of its {len(listed):,} {what} is known:\n{errors.first_ten(unknown)}\n"
            "It should hold an id a line, as in the ratings."
        )
    return Named(codes[codes >= 0], unknown)
