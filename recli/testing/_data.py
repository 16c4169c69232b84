"""The data of the contract tests: made in memory, small, the same everywhere."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from recli.data.dataset import Dataset
from recli.data.description import Description, Feature, RatingsSource
from recli.data.ids import Ids
from recli.data.ratings import Ratings
from recli.data.tables.items import Items
from recli.data.tables.users import Users

N_USERS, N_RATED, N_UNRATED = 60, 250, 50
_GENRES = ("drama", "comedy", "crime", "western", "musical")
_WORDS = ("harbour", "winter", "letter", "circus", "island", "orchard", "signal", "river", "mirror")
_FEATURES = (
    Feature("genres", "categories", "genres"),
    Feature("year", "number", "year"),
    Feature("plot", "text", "plot"),
)


def small_dataset() -> Dataset:
    """60 users and 300 films, 50 of which nobody has rated; about 3,000 ratings from 0.5 to 5 in time.

    Ratings are biases of user and item, what the user thinks of the film's first genre, and noise, to
    half a star; who has rated more films, and which films are rated more, differs by a factor of ten.
    Films have genres, a year and a plot, users a town.
    """
    rng = np.random.default_rng(20)
    genres = rng.integers(0, len(_GENRES), (N_RATED + N_UNRATED, 2))
    weights = 1 / (3 + rng.permutation(N_RATED))
    users = np.repeat(np.arange(N_USERS), rng.integers(12, 90, N_USERS))
    drawn = [_drawn(rng, weights, int(np.count_nonzero(users == user))) for user in range(N_USERS)]
    items = np.concatenate(drawn)
    taste = rng.normal(0, 0.8, (N_USERS, len(_GENRES)))
    liked = rng.normal(0, 0.4, N_USERS)[users] + rng.normal(0, 0.5, N_RATED)[items]
    exact = 3.4 + liked + taste[users, genres[items, 0]] + rng.normal(0, 0.5, len(users))
    order = rng.permutation(len(users))
    user_ids = Ids.of([f"u{user}" for user in range(N_USERS)])
    item_ids = Ids.of([f"film {item}" for item in range(N_RATED + N_UNRATED)])
    ratings = Ratings(
        user_ids,
        item_ids,
        users[order].astype(np.int32),
        items[order].astype(np.int32),
        np.clip(np.round(2 * exact) / 2, 0.5, 5.0)[order],
        # No two at the same time, or what is earlier would go by the row.
        1_000_000_000 + rng.choice(365 * 86_400, len(users), replace=False),
        (0.5, 5.0),
    )
    description = Description("small", Path(), RatingsSource(file="none.csv"))
    return Dataset("small", description, ratings, _films(item_ids, genres), _people(user_ids))


def with_items_renamed(dataset: Dataset, seed: int = 0) -> Dataset:
    """The same rows, in which every item has the id of another, drawn by the seed.

    What an item is called, and so its code, says nothing: fitted on either, an algorithm scores alike.

    Args:
        dataset: the ratings, and what is known of items and users
        seed: a whole number
    """
    ratings = dataset.ratings
    old = np.random.default_rng(seed).permutation(len(ratings.item_ids))  # by new code
    ids = Ids(ratings.item_ids.text, ratings.item_ids.places[old])
    new = np.argsort(old).astype(np.int32)
    items = dataset.items
    if items is not None:
        items = replace(
            items,
            ids=ids,
            columns={name: column[old] for name, column in items.columns.items()},
            in_table=items.in_table[old],
            titles=None if items.titles is None else items.titles[old],
        )
    ratings = replace(ratings, item_ids=ids, items=new[ratings.items])
    return replace(dataset, ratings=ratings, items=items)


def _drawn(rng: np.random.Generator, weights: np.ndarray, n: int) -> np.ndarray:
    """`n` films without repetition, those with larger weights more often."""
    return rng.choice(len(weights), n, replace=False, p=weights / weights.sum())


def _films(ids: Ids, genres: np.ndarray) -> Items:
    names = [sorted({_GENRES[code] for code in codes}) for codes in genres]
    words = [_WORDS[item % 9] + " " + _WORDS[item * item % 7] for item in range(len(names))]
    columns = {
        "genres": np.array(["|".join(of) for of in names], object),
        "year": np.array([str(1960 + item * 7 % 60) for item in range(len(names))], object),
        "plot": np.array(
            [f"A {two} and {of[0]}" for two, of in zip(words, names, strict=True)], object
        ),
    }
    titles = np.array([f"Film {item}" for item in range(len(names))], object)
    return Items(ids, columns, np.ones(len(ids), bool), titles=titles, features=_FEATURES)


def _people(ids: Ids) -> Users:
    towns = np.array([("Lund", "Oulu", "Brno")[user % 3] for user in range(len(ids))], object)
    return Users(ids, {"town": towns}, np.ones(len(ids), bool))
