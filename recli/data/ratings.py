"""A table of ratings as arrays."""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass, replace

import numpy as np

from recli.data.ids import Ids

PER_SECOND = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
"""The units that times are counted in, from the coarsest on, and how many of them a second has."""


@dataclass(frozen=True, eq=False)
class Ratings:
    """Ratings or interactions in the order of the file, users and items as codes into their ids.

    `item_ids` is the catalogue: items of the item table that nobody rated are in it too.

    Attributes:
        user_ids: raw ids of the users, and their codes
        item_ids: raw ids of the items, and their codes
        users: int32[n], codes into `user_ids` and `item_ids`
        items: likewise
        values: float64[n], the ratings; of interactions, how much each weighs, above 0
        times: int64[n], in `time_unit` since 1970 UTC, or None where the file has no time
        scale: lowest and highest rating possible; of interactions, the least and the largest weight
        implicit: whether these are interactions, each pair of user and item once, `times` the last
            of them
        time_unit: `s`, `ms`, `us` or `ns`, the coarsest in which every time is whole
        first_times: int64[n], when a pair of interactions was first seen; None for ratings
    """

    user_ids: Ids
    item_ids: Ids
    users: np.ndarray
    items: np.ndarray
    values: np.ndarray
    times: np.ndarray | None
    scale: tuple[float, float]
    implicit: bool = False
    time_unit: str = "s"
    first_times: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.values)

    @property
    def per_second(self) -> int:
        """How many units of `times` a second has."""
        return PER_SECOND[self.time_unit]

    @functools.cached_property
    def n_users(self) -> int:
        """Users with at least one rating."""
        return int(np.count_nonzero(np.bincount(self.users)))

    @functools.cached_property
    def n_items(self) -> int:
        """Items with at least one rating."""
        return int(np.count_nonzero(self.item_counts))

    @property
    def noun(self) -> str:
        """What a row is called."""
        return "interaction" if self.implicit else "rating"

    def counts_as_liked(self, threshold: float) -> str:
        """What counts as liked from this rating or weight on, for people.

        Args:
            threshold: the rating from which on an item is liked
        """
        if not self.implicit:
            return f"a rating of {threshold:g} or more counts as liked"
        if threshold <= self.scale[0]:
            return "every interaction counts as liked"
        return f"an interaction of weight {threshold:g} or more counts as liked"

    @property
    def pairs(self) -> np.ndarray:
        """A number for each row, int64[n], equal for the same user and item."""
        return self.users.astype(np.int64) * len(self.item_ids) + self.items

    @property
    def first_and_last(self) -> tuple[int, int] | None:
        """The times of the first and the last row, whole seconds since 1970 UTC; None without times."""
        if self.times is None:
            return None
        first, last = self.times.min(), self.times.max()
        return int(first // self.per_second), int(last // self.per_second)

    @functools.cached_property
    def item_counts(self) -> np.ndarray:
        """How many ratings each item of the catalogue has, int64[n_catalogue] by code."""
        return np.bincount(self.items, minlength=len(self.item_ids))

    @functools.cached_property
    def default_threshold(self) -> float:
        """The rating from which an item counts as liked, unless the user says otherwise.

        The lowest rating in the data that lies in the upper quarter of the scale: 4 on a scale of
        1 to 5 and on one of 0.5 to 5 in halves. Of interactions the least weight: all are liked.
        """
        if self.implicit:
            return self.scale[0]
        return liked_from(self.values, self.scale)

    @functools.cached_property
    def fingerprint(self) -> str:
        """SHA-256 over ids, codes, ratings, times and scale, in the file's order; kind of ratings.

        The order counts because folds are drawn over it; that of what nobody rated, because ties are.
        """
        digest = hashlib.sha256()
        for ids in (self.user_ids, self.item_ids):
            digest.update("\x1f".join(ids.text).encode())
            digest.update(b"\x1e")
        arrays = [self.users, self.items, self.values, np.array(self.scale, np.float64)]
        for array in arrays if self.times is None else [*arrays, self.times]:
            digest.update(np.ascontiguousarray(array).tobytes())
            digest.update(b"\x1e")
        if self.time_unit != "s":
            digest.update(self.time_unit.encode())
        if self.implicit:
            digest.update(b"implicit\x1e")
        for ids, codes in ((self.user_ids, self.users), (self.item_ids, self.items)):
            if not np.array_equal(ids.places, _places_by_rows(codes, len(ids))):
                digest.update(ids.places.tobytes())
        return digest.hexdigest()

    @property
    def domain(self) -> str:
        """What a value may be, in words."""
        if self.implicit:
            return "weight above 0"
        low, high = self.scale
        return f"rating from {low:g} to {high:g}"

    def allows(self, value: float) -> bool:
        """Whether a value is a rating on the scale; of interactions, a weight.

        Args:
            value: a rating
        """
        low, high = self.scale
        return 0 < value < np.inf if self.implicit else low <= value <= high

    @property
    def liking(self) -> float:
        """The value that says of an item that it is liked: the highest; of interactions, a usual weight.

        That is their median.
        """
        return float(np.median(self.values)) if self.implicit else self.scale[1]

    def part(self, rows: np.ndarray) -> Ratings:
        """These rows, int64[n] or bool; ids and scale stay.

        Args:
            rows: int64[n], places of rows
        """
        times, first = (
            None if of_rows is None else of_rows[rows] for of_rows in (self.times, self.first_times)
        )
        return replace(
            self,
            users=self.users[rows],
            items=self.items[rows],
            values=self.values[rows],
            times=times,
            first_times=first,
        )


def _places_by_rows(codes: np.ndarray, n: int) -> np.ndarray:
    """The `Ids.places` of `n` ids that the rows tell: by first appearance, the absent last by code."""
    first = np.full(n, len(codes), np.int64)
    first[codes[::-1]] = np.arange(len(codes) - 1, -1, -1)  # of equal codes the last written stays
    places = np.empty(n, np.int64)
    places[np.argsort(first, kind="stable")] = np.arange(n)
    return places


def liked_from(values: np.ndarray, scale: tuple[float, float]) -> float:
    """The lowest of `values`, float64[n], in the upper quarter of the scale; without one, its end.

    Args:
        values: float64[n]
        scale: the lowest and the highest rating
    """
    low, high = scale
    upper = values[values >= low + 0.75 * (high - low)]
    return float(upper.min()) if len(upper) else high
