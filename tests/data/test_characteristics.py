"""The characteristics of a dataset against their definitions, item by item and pair by pair."""

from __future__ import annotations

import dataclasses
import itertools
import math
import statistics
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from recli.data.checks.characteristics import CORES, Characteristics, characteristics
from recli.data.checks.concentration import gini, tail
from recli.data.dataset import Dataset
from recli.data.load import load

FOLDER = Path(__file__).parents[2] / "datasets" / "movielens-small"
Made = Callable[..., Dataset]
Pairs = list[tuple[str, str]]


@pytest.fixture(scope="module")
def pairs() -> Pairs:
    frame = pd.read_csv(FOLDER / "ratings.csv", dtype=str)
    return list(zip(frame["userId"], frame["movieId"], strict=True))


@pytest.fixture(scope="module")
def found() -> Characteristics:
    return characteristics(load(str(FOLDER)).ratings)


def slow_gini(counts: list[int]) -> float:
    """Half the mean difference of two counts, by the mean."""
    differences = [abs(one - other) for one in counts for other in counts]
    return statistics.fmean(differences) / 2 / statistics.fmean(counts)


def slow_shared(sets: list[set[str]]) -> float:
    return statistics.fmean(len(one & other) for one, other in itertools.combinations(sets, 2))


def slow_core(pairs: Pairs, k: int) -> tuple[int, int, int]:
    """Take out one user or item at a time, until there is none with too few."""
    left = set(pairs)
    while True:
        counts = Counter(key for user, item in left for key in (("user", user), ("item", item)))
        poor = {key for key, n in counts.items() if n < k}
        if not poor:
            return len({u for u, _ in left}), len({i for _, i in left}), len(left)
        left = {(u, i) for u, i in left if ("user", u) not in poor and ("item", i) not in poor}


def grouped(pairs: Pairs, by: int) -> list[set[str]]:
    groups: dict[str, set[str]] = {}
    for pair in pairs:
        groups.setdefault(pair[by], set()).add(pair[1 - by])
    return list(groups.values())


def test_counts_of_movielens(found: Characteristics, pairs: Pairs) -> None:
    n_users, n_items = len({user for user, _ in pairs}), len({item for _, item in pairs})
    assert (found.users, found.items, found.interactions) == (n_users, n_items, len(pairs))
    assert found.shape == pytest.approx(n_users / n_items)
    assert found.density == pytest.approx(len(pairs) / n_users / n_items)
    assert found.average_degree == pytest.approx(2 * len(pairs) / (n_users + n_items))
    assert found.times == (789_652_009, 1_476_640_644)


def test_gini_of_movielens(found: Characteristics, pairs: Pairs) -> None:
    users = list(Counter(user for user, _ in pairs).values())
    assert found.gini_users == pytest.approx(slow_gini(users))
    items = np.array(list(Counter(item for _, item in pairs).values()))
    differences = sum(float(np.abs(items - count).sum()) for count in items)
    assert found.gini_items == pytest.approx(differences / len(items) ** 2 / 2 / items.mean())


def test_what_users_of_movielens_share(found: Characteristics, pairs: Pairs) -> None:
    assert found.shared_items == pytest.approx(slow_shared(grouped(pairs, 0)))


def test_the_long_tail_of_movielens(found: Characteristics, pairs: Pairs) -> None:
    counts = sorted(Counter(item for _, item in pairs).values())
    # From the least popular on, level by level of popularity, as long as a fifth is not exceeded.
    held = in_tail = 0
    for count, level in itertools.groupby(counts):
        n = len(list(level))
        if 5 * (held + n * count) > len(pairs):
            break
        held, in_tail = held + n * count, in_tail + n
    assert found.long_tail == pytest.approx(in_tail / len(counts))


def test_the_degrees_of_movielens(found: Characteristics, pairs: Pairs) -> None:
    frame = pd.DataFrame(pairs, columns=["user", "item"])
    for of, degrees in (("user", found.user_degrees), ("item", found.item_degrees)):
        counts = frame[of].value_counts()
        assert degrees.mean == pytest.approx(counts.mean())
        assert list(degrees.quantiles) == counts.quantile([0, 0.25, 0.5, 0.75, 1]).tolist()
    of_user = frame.groupby("user")["item"].transform("size")
    of_item = frame.groupby("item")["user"].transform("size")
    assert found.assortativity == pytest.approx(of_user.corr(of_item))


def test_the_cores_of_movielens(found: Characteristics, pairs: Pairs) -> None:
    assert [core.k for core in found.cores] == list(CORES)
    for core in found.cores:
        assert (core.users, core.items, core.interactions) == slow_core(pairs, core.k)


@pytest.mark.parametrize("seed", range(5))
def test_made_graphs(seed: int, made: Made) -> None:
    rng = np.random.default_rng(seed)
    dense = rng.random((12, 15)) < rng.random(15) ** 2
    pairs = [(str(user), str(item)) for user, item in zip(*np.nonzero(dense), strict=True)]
    found = characteristics(made([u for u, _ in pairs], items=[i for _, i in pairs]).ratings)
    of_users, of_items = grouped(pairs, 0), grouped(pairs, 1)
    assert found.shared_items == pytest.approx(slow_shared(of_users))
    assert found.shared_users == pytest.approx(slow_shared(of_items))
    assert found.gini_users == pytest.approx(slow_gini([len(one) for one in of_users]))
    assert found.gini_items == pytest.approx(slow_gini([len(one) for one in of_items]))
    for core in found.cores:
        assert (core.users, core.items, core.interactions) == slow_core(pairs, core.k)


def test_one_rating(made: Made) -> None:
    found = characteristics(made(["u"]).ratings)
    assert (found.users, found.items, found.density, found.average_degree) == (1, 1, 1.0, 1.0)
    assert (found.gini_users, found.gini_items, found.long_tail) == (0.0, 0.0, 0.0)
    assert all(map(math.isnan, (found.shared_items, found.shared_users, found.assortativity)))
    assert found.times is None
    assert [core.interactions for core in found.cores] == [0, 0, 0, 0]


def test_everybody_rates_everything(made: Made) -> None:
    users, items = zip(*itertools.product("abc", "wxyz"), strict=True)
    found = characteristics(made(users, items=items).ratings)
    assert (found.shape, found.density) == (0.75, 1.0)
    assert (found.shared_items, found.shared_users) == (4.0, 3.0)
    assert math.isnan(found.assortativity)
    assert [(core.k, core.interactions) for core in found.cores] == [
        (2, 12),
        (5, 0),
        (10, 0),
        (20, 0),
    ]


def test_items_without_a_rating_do_not_count(tiny: Path) -> None:
    dataset = load(str(tiny))
    rows = np.flatnonzero(dataset.ratings.items != dataset.ratings.items[0])
    found = characteristics(dataset.part(rows).ratings)
    assert (found.items, len(dataset.ratings.item_ids)) == (24, 25)
    assert found.item_degrees.quantiles[0] > 0


def test_times_are_whole_seconds(made: Made) -> None:
    ratings = made(["u", "v"], times=[-1, 1_500_000_000_999]).ratings
    found = characteristics(dataclasses.replace(ratings, time_unit="ms"))
    assert found.times == (-1, 1_500_000_000)


def test_concentration_of_nothing() -> None:
    assert math.isnan(gini(np.zeros(3, int)))
    assert tail(np.array([1, 1, 1, 1, 1, 5])).tolist() == [False] * 6
    assert tail(np.array([1, 1, 18])).tolist() == [True, True, False]
