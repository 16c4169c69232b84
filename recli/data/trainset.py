"""Surprise's Trainset over arrays."""

from __future__ import annotations

import functools
from collections import defaultdict
from dataclasses import replace

import numpy as np
import surprise

from recli.data.ids import Ids
from recli.data.ratings import Ratings, liked_from
from recli.data.tables.items import Items
from recli.data.tables.users import Users
from recli.kernels.csr import Csr, csr, ranges


class Trainset(surprise.Trainset):
    """The ratings that an algorithm learns from, as a `surprise.Trainset` backed by arrays.

    Inner ids are given by first appearance among the rows, as Surprise does: the factor matrices of
    the SGD algorithms are drawn in that order. An item of the catalogue without a rating among the
    rows is *cold*: its inner id is `n_items` or more, in the order in which the items first appear in
    the data, and `knows_item` is False for it. A user without a rating among the rows is cold too: the
    inner id is -2 - code, below 0 as that of anybody whom the trainset does not know, and it still
    tells who they are; -1 does not.

    users, items: int32[n_ratings], inner ids in the order of the rows values: float64[n_ratings]
    item_table, user_table: what is known of items and users besides, or None user_codes:
    int32[n_users], and item_codes: int32[n_catalogue], inner id -> code in `ratings` inner_users:
    int32, and inner_items: int32, code -> inner id

    Args:
        ratings: the ratings or interactions
        rows: int64[n], places of rows
        mean: the mean of the rows' ratings if it is known, otherwise it is computed when asked for
        threshold: the rating from which an item counts as liked; by default that of `ratings`
        table: the item table; None if there is none
        user_table: the user table; None if there is none
    """

    def __init__(
        self,
        ratings: Ratings,
        rows: np.ndarray,
        table: Items | None = None,
        mean: float | None = None,
        threshold: float | None = None,
        user_table: Users | None = None,
    ) -> None:
        self.ratings = ratings
        self.rows = rows
        self.item_table = table
        self.user_table = user_table
        self.users, self.user_codes, self.inner_users = _first_appearance(
            ratings.users[rows], len(ratings.user_ids)
        )
        cold = np.flatnonzero(self.inner_users < 0).astype(np.int32)
        self.inner_users[cold] = -2 - cold
        self.items, known, inner = _first_appearance(ratings.items[rows], len(ratings.item_ids))
        cold = np.flatnonzero(inner < 0).astype(np.int32)
        cold = cold[np.argsort(ratings.item_ids.places[cold])]
        inner[cold] = np.arange(len(known), len(known) + len(cold), dtype=np.int32)
        self.item_codes = np.concatenate([known, cold])
        self.inner_items = inner
        self.values = ratings.values[rows]
        self.n_users, self.n_items = len(self.user_codes), len(known)
        self.n_ratings = len(rows)
        self.rating_scale = ratings.scale
        self._global_mean = mean
        self._threshold = threshold
        self._inner2raw_id_users = None
        self._inner2raw_id_items = None

    @property
    def n_catalogue(self) -> int:
        """Items of the catalogue, cold ones included."""
        return len(self.item_codes)

    @functools.cached_property
    def own_ratings(self) -> Ratings:
        """The rows' ratings and no others, in the order of the rows; ids and scale are whole."""
        whole = np.array_equal(self.rows, np.arange(len(self.ratings)))
        return self.ratings if whole else self.ratings.part(self.rows)

    @functools.cached_property
    def by_user(self) -> Csr:
        """CSR by user, each user's ratings in the order of the rows: indptr, items, values."""
        return csr(self.users, self.items, self.values, self.n_users)

    @functools.cached_property
    def by_item(self) -> Csr:
        """CSR by item, each item's ratings in the order of the rows: indptr, users, values."""
        return csr(self.items, self.users, self.values, self.n_items)

    def user_code(self, user: int) -> int:
        """The code of a user by inner id; -1 where that does not tell who they are.

        Args:
            user: inner id, below 0 for a user without ratings
        """
        return int(self.user_codes[user]) if user >= 0 else -2 - user

    def rated(self, user: int) -> np.ndarray:
        """Inner ids of the items that a user (inner id) has rated, in the order of the rows.

        Args:
            user: the code of a user
        """
        if "by_user" in self.__dict__:
            indptr, items, _ = self.by_user
            return items[indptr[user] : indptr[user + 1]]
        return self.items[self.users == user]  # one user is not worth grouping all

    def rated_by(self, users: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """What several users have rated: their places in `users`, int64[n], and inner ids, int32[n].

        Args:
            users: int[n_users], inner ids, below 0 for users without ratings
        """
        if len(users) == 1:  # not worth grouping all, see `rated`
            [user] = users
            items = self.rated(user) if user >= 0 else self.items[:0]
            return np.zeros(len(items), np.int64), items
        indptr, items, _ = self.by_user
        known = users >= 0
        rows, places = ranges(indptr[users * known], indptr[(users + 1) * known])
        return rows, items[places]

    @property
    def global_mean(self) -> float:
        """Mean of all ratings, summed user by user as Surprise does."""
        if self._global_mean is None:
            self._global_mean = float(np.mean(self.by_user[2]))
        return self._global_mean

    @property
    def threshold(self) -> float:
        """The rating from which an item counts as liked; 0 where every interaction does."""
        ratings = self.ratings
        found = ratings.default_threshold if self._threshold is None else self._threshold
        # Somebody who comes later may have less than the least that there was.
        return 0.0 if ratings.implicit and found <= ratings.scale[0] else found

    def places_in(self, other: Trainset) -> tuple[np.ndarray, np.ndarray]:
        """The inner ids that `other` has for the users and items of this trainset, by raw id.

        int32[n_users] and int32[n_catalogue], by inner id here; -1 for whom or what it does not have.

        Args:
            other: another trainset
        """
        users, items = self.ratings.user_ids.text, self.ratings.item_ids.text
        of_users = other.ratings.user_ids.codes(users[self.user_codes])
        of_items = other.ratings.item_ids.codes(items[self.item_codes])
        inner_users, inner_items = (
            np.append(other.inner_users, -1),
            np.append(other.inner_items, -1),
        )
        return inner_users[of_users], inner_items[of_items]

    def alone(self, items: np.ndarray, values: np.ndarray, user: int = -1) -> Trainset:
        """A trainset of one user, inner id 0, in which items are what they are here.

        Inner item ids, mean and threshold stay those of this trainset.

        Args:
            items: int[n], inner ids of this trainset
            values: float64[n], their ratings
            user: the inner id that the user has here, -1 for a new one, whose raw id is empty
        """
        code, ids = self.user_code(user), self.ratings.user_ids
        raw, place = (ids.text[code], ids.places[code]) if code >= 0 else ("", len(ids))
        ratings = replace(
            self.ratings,
            user_ids=Ids(np.array([raw], object), np.array([place])),
            users=np.zeros(len(items), np.int32),
            items=self.item_codes[items],
            values=np.asarray(values, np.float64),
            times=None,
            first_times=None,
        )
        alone = Trainset(
            ratings, np.arange(len(items)), self.item_table, self.global_mean, self.threshold
        )
        alone.items, alone.n_items = np.asarray(items, np.int32), self.n_items
        alone.item_codes, alone.inner_items = self.item_codes, self.inner_items
        return alone

    def joined(self, items: np.ndarray, values: np.ndarray, user: int = -1) -> Trainset:
        """A trainset of these ratings and those of one more user, whose inner id is 0.

        Arguments as for `alone`; what `user` has rated here is replaced. Inner item ids are new ones.

        Args:
            items: int32[n], codes of items
            values: float64[n]
            user: the inner id that the user has here, -1 for a new one, whose raw id is empty
        """
        ratings, n, table = self.ratings, len(items), self.user_table
        user_ids, code = ratings.user_ids, self.user_code(user)
        if code < 0:
            code = len(user_ids)
            user_ids = Ids(np.append(user_ids.text, ""), np.append(user_ids.places, code))
            table = table and table.and_unknown(user_ids)
        both = replace(
            ratings,
            user_ids=user_ids,
            users=np.append(ratings.users, np.full(n, code, np.int32)),
            items=np.append(ratings.items, self.item_codes[items]),
            values=np.append(ratings.values, values),
            times=None
            if ratings.times is None
            else np.append(ratings.times, np.full(n, ratings.times.max())),
            first_times=None,
        )
        added = np.arange(len(ratings), len(both))
        rows = np.append(added, self.rows[self.users != user])
        return Trainset(both, rows, self.item_table, threshold=self.threshold, user_table=table)

    # Surprise's own views of the same data, built only for code that asks for them.

    @functools.cached_property
    def ur(self) -> defaultdict[int, list[tuple[int, float]]]:
        return _lists(*self.by_user)

    @functools.cached_property
    def ir(self) -> defaultdict[int, list[tuple[int, float]]]:
        return _lists(*self.by_item)

    @functools.cached_property
    def _raw2inner_id_users(self) -> dict[str, int]:
        raw = self.ratings.user_ids.text[self.user_codes]
        return dict(zip(raw, range(self.n_users), strict=True))

    @functools.cached_property
    def _raw2inner_id_items(self) -> dict[str, int]:
        raw = self.ratings.item_ids.text[self.item_codes[: self.n_items]]
        return dict(zip(raw, range(self.n_items), strict=True))


def _first_appearance(codes: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Inner ids of `codes`, the code of each inner id, and the inner id of each of `n` codes.

    -1 for a code that does not appear. `pandas.factorize` gives the same, but to import pandas takes
    longer than to recommend.
    """
    first = np.full(n, len(codes), np.int64)
    # Backwards, since of equal codes the last one written stays.
    first[codes[::-1]] = np.arange(len(codes) - 1, -1, -1)
    present = np.flatnonzero(first < len(codes))
    distinct = present[np.argsort(first[present])].astype(np.int32)
    back = np.full(n, -1, dtype=np.int32)
    back[distinct] = np.arange(len(distinct), dtype=np.int32)
    return back[codes], distinct, back


def _lists(
    indptr: np.ndarray, columns: np.ndarray, values: np.ndarray
) -> defaultdict[int, list[tuple[int, float]]]:
    pairs = list(zip(columns.tolist(), values.tolist(), strict=True))
    bounds = indptr.tolist()
    result: defaultdict[int, list[tuple[int, float]]] = defaultdict(list)
    for row in range(len(bounds) - 1):
        result[row] = pairs[bounds[row] : bounds[row + 1]]
    return result


def by_user(trainset: surprise.Trainset) -> Csr:
    """CSR by user (indptr, items, values) of recli's trainset or of Surprise's own.

    Args:
        trainset: the training ratings
    """
    if isinstance(trainset, Trainset):
        return trainset.by_user
    return _from_lists(trainset.ur, trainset.n_users)


def by_item(trainset: surprise.Trainset) -> Csr:
    """CSR by item (indptr, users, values) of recli's trainset or of Surprise's own.

    Args:
        trainset: the training ratings
    """
    if isinstance(trainset, Trainset):
        return trainset.by_item
    return _from_lists(trainset.ir, trainset.n_items)


def from_surprise(trainset: surprise.Trainset) -> Trainset:
    """The ratings of Surprise's own Trainset, user by user; the codes are its inner ids.

    Args:
        trainset: the training ratings
    """
    indptr, items, values = by_user(trainset)
    n_users, n_items = trainset.n_users, trainset.n_items
    ratings = Ratings(
        user_ids=Ids(np.array([str(user) for user in range(n_users)], object)),
        item_ids=Ids(np.array([str(item) for item in range(n_items)], object)),
        users=np.repeat(np.arange(n_users, dtype=np.int32), np.diff(indptr)),
        items=items,
        values=values,
        times=None,
        scale=trainset.rating_scale,
    )
    return Trainset(ratings, np.arange(len(ratings)))


def threshold(trainset: surprise.Trainset) -> float:
    """The rating from which an item counts as liked: recli's, or by the rule for Surprise's own.

    Args:
        trainset: the training ratings
    """
    if isinstance(trainset, Trainset):
        return trainset.threshold
    return liked_from(by_user(trainset)[2], trainset.rating_scale)


def _from_lists(rows: dict[int, list[tuple[int, float]]], n_rows: int) -> Csr:
    # Not len(rows): whoever asks Surprise's defaultdict for an unknown row adds one.
    lists = [rows[row] for row in range(n_rows)]
    indptr = np.cumsum([0, *map(len, lists)], dtype=np.int64)
    pairs = [pair for row in lists for pair in row]
    columns = np.fromiter((column for column, _ in pairs), np.int32, len(pairs))
    values = np.fromiter((value for _, value in pairs), np.float64, len(pairs))
    return indptr, columns, values
