"""Groups of users and items: who belongs to which, and what an algorithm reaches for each."""

from __future__ import annotations

import dataclasses
import itertools
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recli import errors, registry
from recli.algorithms import Configured
from recli.data.dataset import Dataset
from recli.data.load import load
from recli.data.splits.k_fold import KFold
from recli.data.tables.users import Users
from recli.data.training_statistics import TrainingStatistics
from recli.evaluation import metric_names
from recli.evaluation.fold import FoldScores, score_fold
from recli.evaluation.grouping import Grouping, by_text
from recli.evaluation.lists import EvaluatedLists
from recli.evaluation.metrics._base import ListMetric
from recli.evaluation.outcome import predict, recommend
from recli.evaluation.protocol import Protocol
from recli.experiments.cross_validation import cross_validate
from recli.models.model import of_training

MEASURES = metric_names.measures(
    ["rmse", "mae", "recall", "hit-rate", "auc", "diversity", "gini"], [10]
)
BY = ("activity", "popularity", "item:genres", "user:job")
TOML = r"""
[ratings]
file = "r.csv"
[users]
file = "people.csv"
[items]
file = "films.csv"
id = "film"
title = "title"
[items.features]
genres = { kind = "categories", separator = "|" }
colours = { kind = "flags", columns = ["red", "blue"] }
year = { kind = "number", column = "title", pattern = '\((\d{4})\)$' }
age = { kind = "number" }
"""
RATINGS = "user,item,rating\nann,x,4\nann,y,5\nbo,x,3\ncy,z,2\n"
PEOPLE = "id,age,job,club\nann,31,cook,a\nbo,,vet,b\n"
FILMS = """film,title,genres,red,blue,age
x,Up (2009),Drama|Comedy|Drama,1,1,3
y,Us (2019),Comedy,0,1,3
z,It, | ,0,0,
w,Oz (2009),,1,0,4
"""


@pytest.fixture
def described(tmp_path: Path) -> Dataset:
    folder = tmp_path / "d"
    folder.mkdir()
    files = {"dataset.toml": TOML, "r.csv": RATINGS, "people.csv": PEOPLE, "films.csv": FILMS}
    for name, content in files.items():
        (folder / name).write_text(content, encoding="utf-8")
    return load(str(folder))


def statistics(dataset: Dataset) -> TrainingStatistics:
    return TrainingStatistics(dataset, np.arange(len(dataset.ratings)), 4.0)


def members(dataset: Dataset, text: str) -> dict[str, set[str]]:
    """Raw ids by group."""
    grouping, ratings = Grouping.parse(text, dataset), dataset.ratings
    ids = (ratings.user_ids if grouping.kind == "user" else ratings.item_ids).text
    groups = grouping.groups(statistics(dataset))
    return {name: set(ids[rows]) for name, rows in groups.items() if rows.any()}


# What can be asked for.


@pytest.mark.parametrize(
    ("text", "by", "kind"),
    [
        ("activity", "activity", "user"),
        (" popularity ", "popularity", "item"),
        ("user:age", "user:age", "user"),
        ("item:age", "item:age", "item"),
        ("job", "user:job", "user"),
        ("genres", "item:genres", "item"),
        ("red", "item:red", "item"),
    ],
)
def test_what_is_grouped_by(described: Dataset, text: str, by: str, kind: str) -> None:
    grouping = Grouping.parse(text, described)
    assert (grouping.by, grouping.kind) == (by, kind)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("age", "'age' is a column of both: say user:age or item:age."),
        ("popularty", "There is no grouping 'popularty'. Did you mean 'popularity'?"),
        ("genre", "There is no grouping 'genre'. Did you mean 'item:genres'?"),
        ("user:jbo", "There is no grouping 'user:jbo'. Did you mean 'user:job'? Valid: user:job, "),
        ("item:job", "There is no grouping 'item:job'."),
        ("", "There is no grouping ''."),
    ],
)
def test_what_cannot_be_grouped_by(described: Dataset, text: str, message: str) -> None:
    with pytest.raises(errors.UsageError) as caught:
        Grouping.parse(text, described)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("kind", ["user", "item"])
def test_a_table_that_is_not_there_is_said_to_be_missing(described: Dataset, kind: str) -> None:
    bare = dataclasses.replace(described, users=None, items=None)
    with pytest.raises(errors.DataError, match=f"has no {kind} table. Describe it"):
        Grouping.parse(f"{kind}:age", bare)
    with pytest.raises(
        errors.UsageError, match=r"Valid: activity, popularity, item:cluster, user:cluster\."
    ):
        Grouping.parse("age", bare)


# Who belongs to which group.


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("user:age", {"31": {"ann"}, "(none)": {"bo", "cy"}}),
        ("job", {"cook": {"ann"}, "vet": {"bo"}, "(none)": {"cy"}}),
        ("genres", {"Comedy": {"x", "y"}, "Drama": {"x"}, "(none)": {"z", "w"}}),
        ("colours", {"blue": {"x", "y"}, "red": {"x", "w"}, "(none)": {"z"}}),
        ("blue", {"0": {"z", "w"}, "1": {"x", "y"}}),
        ("year", {"2009": {"x", "w"}, "2019": {"y"}, "(none)": {"z"}}),
        ("item:age", {"3": {"x", "y"}, "4": {"w"}, "(none)": {"z"}}),
    ],
)
def test_columns(described: Dataset, text: str, expected: dict[str, set[str]]) -> None:
    found = members(described, text)
    assert found == expected
    assert list(found) == list(expected), "in this order"


@pytest.fixture
def made(described: Dataset):
    """A dataset with as many ratings of each user, or of each item, as said."""

    def made(what: str, counts: list[int]) -> TrainingStatistics:
        codes = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
        given = {what: codes, "users" if what == "items" else "items": np.zeros_like(codes)}
        ids = dataclasses.replace(
            described.ratings.user_ids, text=np.array([f"i{n}" for n in range(len(counts))], object)
        )
        ratings = dataclasses.replace(
            described.ratings, user_ids=ids, item_ids=ids, values=np.ones(len(codes)), **given
        )
        return statistics(dataclasses.replace(described, ratings=ratings, users=None, items=None))

    return made


def test_activity(made) -> None:
    groups = Grouping("activity").groups(made("users", [0, 9, 10, 49, 50, 700]))
    assert {name: rows.nonzero()[0].tolist() for name, rows in groups.items()} == {
        "cold": [0, 1],
        "light": [2, 3],
        "heavy": [4, 5],
    }


@pytest.mark.parametrize(
    ("counts", "head", "mid", "tail"),
    [
        # 100 ratings: the tail has 20 at most, tail and mid have 80 at most.
        ([0, 5, 15, 25, 35, 20], [4], [3, 5], [0, 1, 2]),
        ([5, 15, 60, 20], [2], [3], [0, 1]),
        ([90, 6, 4], [0], [], [1, 2]),
        ([7, 7, 7], [0, 1, 2], [], []),
        ([10, 10, 10, 70], [3], [0, 1, 2], []),
    ],
)
def test_popularity(made, counts, head, mid, tail) -> None:
    groups = Grouping("popularity").groups(made("items", counts))
    found = {name: rows.nonzero()[0].tolist() for name, rows in groups.items()}
    assert found == {"head": head, "mid": mid, "tail": tail}


def test_thirty_texts_have_a_group_each() -> None:
    texts = [f"t{n:02}" for n in range(30)]
    assert list(by_text(pd.Series(texts, dtype=object), 30)) == [*texts, "(none)"]


def test_of_more_the_largest_have_one() -> None:
    # t00 thrice, t01 to t20 once, t21 to t34 twice: those that are rare and late are the others.
    times = [3] + [1] * 20 + [2] * 14
    texts = [f"t{n:02}" for n, times in enumerate(times) for _ in range(times)]
    groups = by_text(pd.Series(texts, dtype=object), len(texts))
    kept = ["t00", *(f"t{n:02}" for n in range(1, 15)), *(f"t{n:02}" for n in range(21, 35))]
    assert list(groups) == [*kept, "(other)", "(none)"]
    assert {texts[row] for row in groups["(other)"].nonzero()[0]} == {
        f"t{n}" for n in range(15, 21)
    }


def test_a_text_that_reads_like_a_group_of_ours_joins_it() -> None:
    groups = by_text(pd.Series(["(none)", "", "a"], dtype=object), 3)
    assert {name: rows.tolist() for name, rows in groups.items()} == {
        "(none)": [True, True, False],
        "a": [False, False, True],
    }


def test_many_numbers_are_cut_into_bands() -> None:
    # 40 numbers, one each but the lowest, which 61 have: 100 in all, so that the middle rank of the
    # lowest is 30.5, in the second fifth, and the others from rank 62 on are in the fourth and fifth.
    texts = ["7"] * 61 + [str(n) for n in range(8, 47)] + [""]
    groups = by_text(pd.Series(texts, dtype=object), 101)
    assert {name: int(rows.sum()) for name, rows in groups.items()} == {
        "7": 61,
        "8–26": 19,
        "27–46": 20,
        "(none)": 1,
    }


def test_keys_are_not_cut_into_bands_though_they_are_numbers() -> None:
    several = pd.Series([str(n) for n in range(40)], index=[0, 0, *range(1, 39)], dtype=object)
    assert "(other)" in by_text(several, 39)


@given(st.lists(st.integers(-50, 50), min_size=1, max_size=300))
def test_bands_are_apart_in_order_and_complete(numbers) -> None:
    groups = by_text(pd.Series([f" {n}.0" for n in numbers], dtype=object), len(numbers))
    values = np.array(numbers)
    bands = [values[rows] for name, rows in groups.items() if name != "(none)"]
    assert sum(map(len, bands)) == len(numbers) and not groups["(none)"].any()
    for lower, upper in itertools.pairwise(bands):
        assert lower.max() < upper.min()
    assert len(bands) == len(set(numbers)) if len(set(numbers)) <= 30 else len(bands) <= 5


# What is reached, against filtering by hand.


@pytest.fixture(scope="module")
def movielens() -> Dataset:
    """With a user table of ours: every third user has no job, the others one of two."""
    dataset = load("movielens-small")
    ids = dataset.ratings.user_ids
    jobs = np.array(["", "vet", "cook"], object)[np.arange(len(ids)) % 3]
    return dataclasses.replace(dataset, users=Users(ids, {"job": jobs}, jobs != ""))


@pytest.fixture(scope="module")
def fold(movielens: Dataset):
    return KFold(5, 3).folds(movielens)[0]


@pytest.fixture(scope="module")
def scores(movielens: Dataset, fold) -> FoldScores:
    return score_fold(
        TrainingStatistics(movielens, fold.train, 4.0), fold.test, Configured.of("baseline-only", {}),
        MEASURES, 0, by=BY,
    )  # fmt: skip


@pytest.fixture(scope="module")
def outcome(movielens: Dataset, fold) -> tuple[pd.DataFrame, EvaluatedLists]:
    """The test ratings with their predictions and whether they are among the ten; the lists."""
    known = TrainingStatistics(movielens, fold.train, 4.0)
    algorithm = Configured.of("baseline-only", {}).create(0)
    algorithm.fit(known.trainset)
    ratings = movielens.ratings
    model = of_training(known, Configured("baseline-only"), algorithm, 0)
    lists = recommend(model, known, fold.test, 10)
    shown = {
        (user, item) for user, row in zip(lists.users, lists.items, strict=True) for item in row
    }
    frame = pd.DataFrame(
        {"user": ratings.users[fold.test], "item": ratings.items[fold.test],
         "rating": ratings.values[fold.test],
         "estimate": predict(algorithm, known, fold.test).estimate}
    )  # fmt: skip
    pairs = zip(frame["user"], frame["item"], strict=True)
    frame["found"] = [pair in shown for pair in pairs]
    train = pd.DataFrame({"user": ratings.users[fold.train], "item": ratings.items[fold.train]})
    frame["n_of_user"] = frame["user"].map(train["user"].value_counts()).fillna(0)
    frame["n_of_item"] = frame["item"].map(train["item"].value_counts()).fillna(0)
    frame["genres"] = movielens.column("item", "genres")[frame["item"]]
    frame["job"] = movielens.column("user", "job")[frame["user"]]
    return frame, lists


def chosen(frame: pd.DataFrame, by: str, group: str, train_items: pd.Series) -> pd.Series:
    """Which test ratings belong to the group, said otherwise than in the code."""
    if by == "activity":
        return (
            pd.cut(frame["n_of_user"], [-1, 9, 49, 10**9], labels=["cold", "light", "heavy"])
            == group
        )
    if by == "item:genres":
        if group == "(none)":
            return frame["genres"] == ""
        return frame["genres"].str.split("|").map(lambda genres: group in genres)
    if by == "user:job":
        return frame["job"] == ("" if group == "(none)" else group)
    counts = train_items.value_counts()

    def share_up_to(n: float) -> float:
        return counts[counts <= n].sum() / counts.sum()

    below = frame["n_of_item"].map({n: share_up_to(n) for n in frame["n_of_item"].unique()})
    return {"tail": below <= 0.2, "mid": (below > 0.2) & (below <= 0.8), "head": below > 0.8}[group]


def test_every_group_is_what_filtering_gives(movielens, fold, scores, outcome) -> None:
    frame, _ = outcome
    train_items = pd.Series(movielens.ratings.items[fold.train])
    seen = {by: [group.group for group in scores.groups if group.by == by] for by in BY}
    assert seen["activity"] == ["light", "heavy"], "nobody in this test has fewer than ten"
    assert seen["popularity"] == ["head", "mid", "tail"]
    assert seen["user:job"] == ["cook", "vet", "(none)"]
    assert len(seen["item:genres"]) == 20
    for group in scores.groups:
        part = frame[chosen(frame, group.by, group.group, train_items)]
        assert (group.n_users, group.n_ratings) == (part["user"].nunique(), len(part))
        error = part["estimate"] - part["rating"]
        liked = part[part["rating"] >= 4].groupby("user")["found"]
        assert group.metrics == pytest.approx(
            {
                "rmse": math.sqrt((error**2).mean()),
                "mae": error.abs().mean(),
                "recall@10": liked.mean().mean(),
                "hit-rate@10": liked.any().mean(),
                "auc": group.metrics["auc"],
                "diversity@10": group.metrics["diversity@10"],
                "gini@10": group.metrics["gini@10"],
            },
            rel=1e-12,
            nan_ok=True,
        )


def test_groups_of_users_have_every_metric_and_those_of_items_none_of_the_lists(scores) -> None:
    for group in scores.groups:
        of_items = group.by in ("popularity", "item:genres")
        assert math.isnan(group.metrics["diversity@10"]) == of_items
        assert math.isnan(group.metrics["gini@10"]) == of_items
        assert 0 < group.metrics["auc"] < 1


def test_metrics_of_lists_are_over_the_lists_of_the_users(movielens, scores, outcome) -> None:
    _, lists = outcome
    for group in scores.groups:
        if group.by == "user:job":
            job = "" if group.group == "(none)" else group.group
            own = lists.items[movielens.column("user", "job")[lists.users] == job]
            counts = np.sort(np.bincount(own.ravel(), minlength=len(movielens.ratings.item_ids)))
            # The Lorenz curve: twice the area between it and the diagonal.
            curve = np.concatenate(([0], np.cumsum(counts) / counts.sum()))
            area = np.sum((curve[1:] + curve[:-1]) / 2) / len(counts)
            assert group.metrics["gini@10"] == pytest.approx(1 - 2 * area, rel=1e-9)


def test_groups_change_no_number_of_the_whole(movielens, fold, scores) -> None:
    without = score_fold(
        TrainingStatistics(movielens, fold.train, 4.0), fold.test, Configured.of("baseline-only", {}),
        MEASURES, 0,
    )  # fmt: skip
    assert without.groups == ()
    assert without.metrics == scores.metrics


def test_an_unknown_grouping_is_said_before_anything_is_fitted(movielens, fold) -> None:
    class Unfit:
        def create(self, seed: int) -> None:
            raise AssertionError("created")

    known = TrainingStatistics(movielens, fold.train, 4.0)
    with pytest.raises(errors.UsageError, match="no grouping 'user:jobs'"):
        score_fold(known, fold.test, Unfit(), MEASURES, 0, by=("user:jobs",))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", registry.names("metric"))
def test_metrics_that_use_no_test_are_those_that_need_none(name: str, outcome) -> None:
    metric, lists = registry.get("metric", name)(), outcome[1]
    if isinstance(metric, ListMetric):
        rare = lists.of_items(lists.statistics.popularity < 100)
        assert (metric(rare) == metric(lists)) == (not metric.uses_test)


def test_a_protocol_breaks_every_cell_down(tiny: Path) -> None:
    protocol = Protocol(KFold(2), MEASURES[:1], 4.0, 0, by=("activity", "genres"))
    (summary,) = cross_validate(load(str(tiny)), [Configured.of("baseline-only", {})], protocol)
    for cell in summary.cells:
        assert {group.by for group in cell.scores.groups} == {"activity", "item:genres"}


def test_unknown_among_numbers_is_none() -> None:
    groups = by_text(pd.Series(["20", "Unknown", "30", "n/a", ""], dtype=object), 5)
    assert {name: rows.nonzero()[0].tolist() for name, rows in groups.items()} == {
        "20": [0],
        "30": [2],
        "(none)": [1, 3, 4],
    }
    words = by_text(pd.Series(["20", "Unknown", "cheap"], dtype=object), 3)
    assert list(words) == ["20", "Unknown", "cheap", "(none)"]
