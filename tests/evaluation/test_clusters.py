"""Clusters of users and items that were planted, found again."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from recli import errors
from recli.data.dataset import Dataset
from recli.data.load import load
from recli.data.training_statistics import TrainingStatistics
from recli.evaluation.grouping import Grouping

BLOCKS = (12, 8, 5)
TOML = """
[ratings]
file = "ratings.csv"
[items]
file = "items.csv"
id = "id"
[items.features]
genre = { kind = "categories" }
[users]
file = "users.csv"
id = "id"
"""


@pytest.fixture(scope="module")
def blocks(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Three groups of users, each with as many items, of which each rates most; and a lone item."""
    folder = tmp_path_factory.mktemp("blocks")
    rng = np.random.default_rng(0)
    rows, users, items = [], [], []
    for block, size in enumerate(BLOCKS):
        for n in range(size):
            users.append(f"u{block}-{n},town{block}\n")
            items.append(f"i{block}-{n},{['war|sea', 'love', 'art'][block]}\n")
            rows += [
                f"u{block}-{n},i{block}-{m},{rng.integers(1, 6)}\n"
                for m in rng.permutation(size)[: size - 1]
            ]
    (folder / "ratings.csv").write_text("user,item,rating\n" + "".join(rows), encoding="utf-8")
    (folder / "items.csv").write_text("id,genre\n" + "".join(items) + "lone,\n", encoding="utf-8")
    (folder / "users.csv").write_text("id,town\n" + "".join(users), encoding="utf-8")
    (folder / "dataset.toml").write_text(TOML, encoding="utf-8")
    return load(str(folder))


def statistics(dataset: Dataset) -> TrainingStatistics:
    rng = np.random.default_rng(1)
    train = np.sort(rng.permutation(len(dataset.ratings))[: len(dataset.ratings) * 4 // 5])
    return TrainingStatistics(dataset, train, 4.0)


def members(dataset: Dataset, by: str) -> dict[str, set[str]]:
    grouping = Grouping.parse(by, dataset)
    ids = dataset.ratings.user_ids if grouping.kind == "user" else dataset.ratings.item_ids
    return {name: set(ids.text[m]) for name, m in grouping.groups(statistics(dataset)).items()}


@pytest.mark.parametrize("kind", ["user", "item"])
def test_who_rated_alike(blocks: Dataset, kind: str) -> None:
    found = members(blocks, f"{kind}:cluster:k=3,by=ratings")
    letter = kind[0]
    expected = {
        str(block + 1): {f"{letter}{block}-{n}" for n in range(size)}
        for block, size in enumerate(BLOCKS)
    }
    assert found == expected | {"(none)": {"lone"} if kind == "item" else set()}


def test_what_is_described_alike(blocks: Dataset) -> None:
    found = members(blocks, "item:cluster:k=3")
    assert {name.split(",")[0]: len(ids) for name, ids in found.items()} == {
        "1: genre=sea": 12,
        "2: genre=love": 8,
        "3: genre=art": 5,
        "(none)": 1,
    }
    towns = members(blocks, "user:cluster:k=3")
    assert [len(ids) for ids in towns.values()] == [12, 8, 5, 0]
    assert [name.partition(",")[0] for name in towns][:2] == ["1: town=town0", "2: town=town1"]


def test_no_more_clusters_than_there_is_to_tell_apart(blocks: Dataset) -> None:
    assert len(members(blocks, "user:cluster:k=30")) == 3 + 1


def test_only_the_training_counts(blocks: Dataset) -> None:
    """What users of the third group rate in the test alone puts them nowhere else."""
    ratings = blocks.ratings
    n = len(ratings)
    users = np.append(ratings.users, ratings.user_ids.codes(["u2-0"] * 12))
    items = np.append(ratings.items, ratings.item_ids.codes([f"i0-{m}" for m in range(12)]))
    values = np.append(ratings.values, np.full(12, 5.0))
    larger = dataclasses.replace(
        blocks, ratings=dataclasses.replace(ratings, users=users, items=items, values=values)
    )
    groups = Grouping("user:cluster:k=3,by=ratings").groups(
        TrainingStatistics(larger, np.arange(n), 4.0)
    )
    assert set(ratings.user_ids.text[groups["3"]]) == {f"u2-{m}" for m in range(5)}


def test_it_is_the_same_each_time(blocks: Dataset) -> None:
    grouping = Grouping.parse("user:cluster:k=5,by=ratings", blocks)
    one, other = (grouping.groups(statistics(blocks)) for _ in range(2))
    assert list(one) == list(other)
    assert all((one[name] == other[name]).all() for name in one)


@pytest.mark.parametrize(
    ("text", "full"),
    [
        ("item:cluster", "item:cluster:k=8,by=features"),
        (" user:cluster:k=3 ", "user:cluster:k=3,by=features"),
        ("item:cluster:by=ratings,k=2", "item:cluster:k=2,by=ratings"),
    ],
)
def test_in_full(blocks: Dataset, text: str, full: str) -> None:
    assert Grouping.parse(text, blocks) == Grouping.parse(full, blocks) == Grouping(full)


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        ("cluster:k=8", errors.UsageError, "Say user:cluster:k=8 or item:cluster:k=8"),
        ("item:cluster:n=8", errors.UsageError, "no option of item:cluster 'n'"),
        ("item:cluster:k=1", errors.UsageError, "k=1 is not valid: it takes a whole number from 2"),
        ("item:cluster:8", errors.UsageError, "is not name=value"),
        ("item:cluster:by=genre", errors.UsageError, "Valid: features, ratings"),
        ("item:clusters", errors.UsageError, "Did you mean 'item:cluster'"),
    ],
)
def test_what_cannot_be(
    blocks: Dataset, text: str, kind: type[errors.RecliError], message: str
) -> None:
    with pytest.raises(kind, match=message):
        Grouping.parse(text, blocks)


def test_features_that_are_not_there(blocks: Dataset) -> None:
    bare = dataclasses.replace(blocks, items=None, users=None)
    assert Grouping.parse("item:cluster:k=3", bare).by == "item:cluster:k=3,by=ratings"
    for kind in ("item", "user"):
        with pytest.raises(errors.DataError, match=f"describes no {kind}s"):
            Grouping.parse(f"{kind}:cluster:by=features", bare)


def test_a_column_of_that_name_stays_a_column(blocks: Dataset, tmp_path: Path) -> None:
    assert blocks.users is not None
    columns = {"cluster": np.where(np.arange(25) < 5, "a", "b").astype(object)}
    users = dataclasses.replace(blocks.users, columns=columns)
    found = members(dataclasses.replace(blocks, users=users), "user:cluster")
    assert {name: len(ids) for name, ids in found.items()} == {"a": 5, "b": 20, "(none)": 0}
