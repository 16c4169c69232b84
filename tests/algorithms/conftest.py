"""Small datasets cut from the embedded MovieLens."""

from __future__ import annotations

import contextlib
import dataclasses

import numpy as np
import pandas as pd
import pytest
import surprise
from numba.core.dispatcher import Dispatcher

from recli.data.dataset import Dataset
from recli.data.ids import Ids
from recli.data.load import load
from recli.data.tables.users import Users


def cut(dataset: Dataset, n_users: int, n_rated: int, n_more: int) -> Dataset:
    """The first users' ratings of the most rated items; the catalogue has `n_more` other items."""
    ratings, table = dataset.ratings, dataset.items
    by_count = np.argsort(-np.bincount(ratings.items), kind="stable")
    kept = np.sort(by_count[: n_rated + n_more])
    rows = np.flatnonzero((ratings.users < n_users) & np.isin(ratings.items, by_count[:n_rated]))
    item_ids = Ids(ratings.item_ids.text[kept])
    return dataclasses.replace(
        dataset,
        name="small",
        ratings=dataclasses.replace(
            ratings,
            user_ids=Ids(ratings.user_ids.text[:n_users]),
            item_ids=item_ids,
            users=ratings.users[rows],
            items=np.searchsorted(kept, ratings.items[rows]).astype(np.int32),
            values=ratings.values[rows],
            times=ratings.times[rows],
        ),
        items=dataclasses.replace(
            table,
            ids=item_ids,
            titles=table.titles[kept],
            columns={name: column[kept] for name, column in table.columns.items()},
            in_table=table.in_table[kept],
        ),
        users=_users(Ids(ratings.user_ids.text[:n_users])),
    )


def _users(ids: Ids) -> Users:
    """A user table that says the first digit of each id."""
    initials = np.array([text[0] for text in ids.text], object)
    return Users(ids, {"initial": initials}, np.ones(len(ids), bool))


@pytest.fixture(scope="session")
def embedded():
    """MovieLens latest-small: 671 users, 9,066 items, 100,004 ratings from 0.5 to 5."""
    return load("movielens-small")


@pytest.fixture(scope="session")
def small(embedded):
    """60 users, 250 rated items and 50 that nobody rated."""
    return cut(embedded, 60, 250, 50)


@pytest.fixture(scope="session")
def medium(embedded):
    """300 users, 500 items, all rated: what Surprise does in seconds."""
    return cut(embedded, 300, 500, 0)


@pytest.fixture(scope="session")
def quick(embedded):
    """150 users, 300 items, all rated: what Surprise does in a second."""
    return cut(embedded, 150, 300, 0)


def surprise_dataset(dataset: Dataset) -> surprise.Dataset:
    """The same ratings, in the same order, as Surprise loads them."""
    ratings = dataset.ratings
    columns = {
        "user": ratings.user_ids.text[ratings.users],
        "item": ratings.item_ids.text[ratings.items],
        "rating": ratings.values,
    }
    reader = surprise.Reader(rating_scale=ratings.scale)
    return surprise.Dataset.load_from_df(pd.DataFrame(columns), reader)


@pytest.fixture(scope="session")
def to_surprise():
    """The function that gives a dataset as Surprise loads it."""
    return surprise_dataset


@contextlib.contextmanager
def _interpreted(*modules):
    with pytest.MonkeyPatch.context() as patch:
        for module in modules:
            for name, value in [*vars(module).items()]:
                if isinstance(value, Dispatcher):
                    patch.setattr(module, name, value.py_func)
        yield


@pytest.fixture(scope="session")
def interpreted():
    """`with interpreted(module):` runs the compiled functions of a module as plain Python."""
    return _interpreted
