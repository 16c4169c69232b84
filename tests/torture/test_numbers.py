"""Ratings at the edges of what numbers can be: finite and within the scale, or refused with words."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pandas as pd
import pytest

import recli
from recli import errors, registry
from recli.registry import names

USERS, ITEMS = [f"u{n}" for n in range(12)], [f"i{n}" for n in range(9)]
PAIRS = [
    (u, i)
    for (a, u), (b, i) in itertools.product(enumerate(USERS), enumerate(ITEMS))
    if (a + b) % 3
]


def frame(pairs, values) -> pd.DataFrame:
    users, items = zip(*pairs, strict=True)
    return pd.DataFrame({"user": users, "item": items, "rating": values})


def stars(n: int) -> np.ndarray:
    return np.random.default_rng(1).integers(1, 6, n).astype(float)


N = len(PAIRS)
TABLES = {
    "constant": frame(PAIRS, np.full(N, 3.0)),
    "all but one constant": frame(PAIRS, np.r_[5.0, np.full(N - 1, 3.0)]),
    "one user": frame([("u0", f"i{n}") for n in range(20)], stars(20)),
    "one item": frame([(f"u{n}", "i0") for n in range(20)], stars(20)),
    "each pair alone": frame([(f"u{n}", f"i{n}") for n in range(40)], stars(40)),
    "two islands": frame([(u, i) for u, i in PAIRS if (int(u[1:]) < 6) == (int(i[1:]) < 5)], None),
    "next to nothing": frame(PAIRS, stars(N) * 1e-100),
    "next to everything": frame(PAIRS, stars(N) * 1e99),
    "of both": frame(PAIRS, np.where(np.arange(N) % 2, 1e100, 1e-100)),
    "far from zero": frame(PAIRS, 1e15 + stars(N)),
    "below zero": frame(PAIRS, -stars(N)),
    "one ulp apart": frame(PAIRS, np.where(np.arange(N) % 2, 3.0, np.nextafter(3.0, 4.0))),
}
TABLES["two islands"]["rating"] = stars(len(TABLES["two islands"]))
REFUSED = [5e-324, 1e-300, 1e-101, 1e101, 1e300, -1e300]
QUICK = (
    "svd",
    "knn-baseline",
    "item-knn",
    "ease",
    "most-popular",
    "slope-one",
    "ials",
    "content-based",
)


def algorithms(long: bool) -> list[str]:
    """Those that need no extra; in `make test` a few of them."""
    found = []
    for name in names("algorithm"):
        try:
            registry.get("algorithm", name)
        except errors.MissingExtraError:
            continue
        found.append(name)
    return found if long else [name for name in found if name in QUICK]


@pytest.mark.parametrize("size", REFUSED)
def test_what_cannot_be_squared_is_refused(size):
    table = frame(PAIRS, np.r_[size, stars(N - 1)])
    with pytest.raises(
        errors.DataError, match="row 1: rating .* is too small or too large to compute with"
    ):
        recli.load(table, scale=(-1e308, 1e308))


@pytest.mark.filterwarnings("ignore")  # what is said of such data is another matter
@pytest.mark.parametrize("kind", TABLES)
def test_what_comes_out_is_finite(kind, rounds):
    table = TABLES[kind]
    scale = (table.rating.min(), table.rating.max())
    scale = scale if scale[0] < scale[1] else (1.0, 5.0)
    data = recli.load(table, scale=scale)
    for name in algorithms(long=rounds(0, 1) == 1):
        try:
            model = recli.train(data, name)
        except errors.RecliError as error:
            assert str(error).strip(), (kind, name)
            continue
        ratings = data.ratings
        for user in ("u0", "u5", "nobody"):
            try:
                rows = model.recommend(user, n=5)
            except errors.RecliError:
                continue
            scores = rows["score"].to_numpy(float)
            assert np.isfinite(scores).all(), (kind, name, user, scores)
            assert rows["item"].is_unique, (kind, name, user)
            assert not set(rows["item"]) & seen(ratings, user), (kind, name, user)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kind", TABLES)
def test_metrics_are_numbers_or_none(kind, rounds):
    table = TABLES[kind]
    scale = (table.rating.min(), table.rating.max())
    data = recli.load(table, scale=scale if scale[0] < scale[1] else (1.0, 5.0))
    for name in algorithms(long=rounds(0, 1) == 1):
        try:
            run = recli.evaluate(data, name, split="k-fold:n_splits=2", jobs=1)
        except errors.RecliError as error:
            assert str(error).strip(), (kind, name)
            continue
        for value in run.to_pandas().select_dtypes("number").to_numpy().ravel():
            assert not math.isinf(value), (kind, name)


def seen(ratings, user: str) -> set[str]:
    if user not in ratings.user_ids.text:
        return set()
    of_user = ratings.user_ids.text[ratings.users] == user
    return set(ratings.item_ids.text[ratings.items[of_user]])
