"""Ranked lists made by hand: for examples and for tests of metrics."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from recli.data.dataset import Dataset
from recli.data.description import Description, Feature, RatingsSource
from recli.data.ids import Ids
from recli.data.ratings import Ratings
from recli.data.tables.items import Items
from recli.data.training_statistics import TrainingStatistics
from recli.evaluation.lists import EvaluatedLists, Tested

GENRES = ("drama", "comedy", "drama|comedy", "western")
Rated = tuple[int, int, float]


def dataset_of(
    rated: Iterable[Rated],
    n_users: int,
    n_items: int,
    scale: tuple[float, float] = (1.0, 5.0),
    item_codes: Sequence[int] | None = None,
) -> Dataset:
    """A dataset of (user, item, rating), all numbers; items have genres by their first number.

    Items appear in the order of their first numbers, whatever their codes.

    Args:
        rated: (user, item, rating)
        n_users: how many users there are
        n_items: how many items there are
        scale: the lowest and the highest rating
        item_codes: the numbers to give to items 0, 1, …; None for the same
    """
    item_codes = range(n_items) if item_codes is None else item_codes
    user_ids = Ids.of(list(map(str, range(n_users))))
    item_ids = Ids.of([str(code) for code in item_codes])
    columns = list(zip(*rated, strict=True)) or [(), (), ()]
    users, items = (np.array(column, np.int32) for column in columns[:2])
    values = np.array(columns[2], float)
    ratings = Ratings(user_ids, item_ids, users, items, values, None, scale)
    genres = np.empty(n_items, object)
    for item, code in enumerate(item_codes):
        genres[code] = GENRES[item % len(GENRES)]
    features = (Feature("genres", "categories", "genres"),)
    table = Items(item_ids, {"genres": genres}, np.ones(n_items, bool), features=features)
    description = Description("by hand", Path(), RatingsSource(file="none.csv"))
    return Dataset("by hand", description, ratings, table)


def lists_by_hand(
    rankings: Mapping[int, Sequence[int]],
    tested: Iterable[Rated],
    k: int,
    n_items: int,
    train: Iterable[Rated] = (),
    threshold: float = 4.0,
    scale: tuple[float, float] = (1.0, 5.0),
    item_codes: Sequence[int] | None = None,
    user_codes: Sequence[int] | None = None,
) -> EvaluatedLists:
    """The lists as evaluation has them when candidates are ranked so, filled in by loops.

    Args:
        rankings: For each user the candidates, best first, without ties.
        tested: User, item, rating; each pair once.
        k: Places of a list.
        n_items: Items of the catalogue.
        train: What the users have rated in the training.
        threshold: A test rating of that or more is relevant.
        scale: The lowest and the highest rating.
        item_codes: The numbers to give to items 0, 1, …; by default the same.
        user_codes: The same of users.
    """
    train, tested = list(train), list(tested)
    n_users = 1 + max([*rankings, *(user for user, _, _ in train)], default=0)
    user_codes = range(n_users) if user_codes is None else user_codes
    item_codes = range(n_items) if item_codes is None else item_codes

    def renamed(rated: list[Rated]) -> list[Rated]:
        return [(int(user_codes[u]), int(item_codes[i]), value) for u, i, value in rated]

    train, tested = renamed(train), sorted(renamed(tested))
    ranked = {
        int(user_codes[user]): [int(item_codes[item]) for item in items]
        for user, items in rankings.items()
    }
    users = sorted(ranked)
    items = np.full((len(users), k), -1, np.int32)
    for row, user in enumerate(users):
        items[row, : len(ranked[user])] = ranked[user][:k]
    place = {user: {item: rank for rank, item in enumerate(ranked[user])} for user in users}
    places = [place[user].get(item, -1) for user, item, _ in tested]
    values = np.array([value for _, _, value in tested], float)
    data = dataset_of([*train, *tested], n_users, n_items, scale, item_codes)
    return EvaluatedLists(
        users=np.array(users, np.int32),
        items=items,
        n_candidates=np.array([len(ranked[user]) for user in users], np.int64),
        tested=Tested(
            rows=np.array([users.index(user) for user, _, _ in tested], np.int64),
            items=np.array([item for _, item, _ in tested], np.int32),
            values=values,
            places=np.array(places, np.int64),
            midranks=np.array([rank + 1 if rank >= 0 else np.nan for rank in places], float),
        ),
        relevant=values >= threshold,
        statistics=TrainingStatistics(data, np.arange(len(train)), threshold),
    )
