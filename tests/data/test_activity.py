"""Interactions in figures, and what is pointed at."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from recli.data.checks.activity import Activity, Sessions, activity
from recli.data.checks.check import check
from recli.data.dataset import Dataset
from recli.data.load import load

Read = Callable[..., Dataset]

DAY, NOON = 86_400, 1_600_000_000
ROLES = {"user": "user", "item": "item", "implicit": True, "duplicates": "keep"}


def of(read: Read, header: str, rows: list[tuple[object, ...]], **options: object) -> Activity:
    content = "\n".join([header, *(",".join(map(str, row)) for row in rows)])
    return activity(read(content, **{**ROLES, **options}))


def problems(found: Activity) -> dict[str, int]:
    return {problem.kind: problem.count for problem in found.problems}


def advice(found: Activity, kind: str) -> str:
    return next(problem.advice for problem in found.problems if problem.kind == kind)


def test_figures(read: Read) -> None:
    minute = 60
    rows = [
        ("u", "a", "view", NOON),
        ("u", "a", "view", NOON + 30 * minute),  # a pause of half an hour is not over it
        ("u", "a", "buy", NOON + 61 * minute),
        ("u", "b", "view", NOON + 3 * DAY),
        ("v", "a", "view", NOON),
    ]
    options = {"event": "kind", "time": "ts", "weights": {"view": 1, "buy": 4}}
    found = of(read, "user,item,kind,ts", rows, **options)
    assert (found.users, found.items, found.rows, found.pairs) == (2, 2, 5, 3)
    assert found.repeated == 1
    assert found.density == 3 / 4
    assert [(kind.name, kind.rows, kind.weight) for kind in found.kinds] == [
        ("view", 4, 1),
        ("buy", 1, 4),
    ]
    assert found.histogram == [(1, 1, 2), (6, 6, 1)]
    assert found.weights == [1, 1, 1, 3.5, 6]
    assert found.per_user == [1, 1.25, 1.5, 1.75, 2]
    assert found.per_item == [1, 1.25, 1.5, 1.75, 2]
    assert found.times == (NOON, NOON + 3 * DAY)
    # u: two, one after 31 minutes, one after days; v: one
    assert found.sessions == Sessions(4, [1, 1, 1, 1.25, 2])


def test_bars_double_where_weights_are_many(read: Read) -> None:
    weights = [1, 1, 1, 2, 3, 3, 4, 5, 6, 7, 9, 11, 16, 31, 1000]
    rows = [("u", place, weight) for place, weight in enumerate(weights)]
    found = of(read, "user,item,n", rows, weight="n")
    assert found.histogram == [
        (1, 1, 3),
        (2, 3, 3),
        (4, 7, 4),
        (9, 11, 2),
        (16, 31, 2),
        (1000,) * 2 + (1,),
    ]
    assert sum(n for *_, n in found.histogram) == found.pairs


def test_without_times_there_are_no_sessions(read: Read) -> None:
    found = of(read, "user,item", [("u", "a")])
    assert found.times is None
    assert found.sessions is None


def test_nothing_is_wrong_with_plain_clicks(read: Read) -> None:
    rows = [(f"u{u}", f"i{i}") for u in range(6) for i in range(6)]
    found = of(read, "user,item", rows)
    assert found.problems == []
    assert found.histogram == [(1, 1, 36)]


def test_kinds_that_are_not_weighed_are_pointed_at(read: Read) -> None:
    rows = [("u", "a", "view"), ("u", "b", "cart"), ("v", "a", "view")]
    found = of(read, "user,item,kind", rows, event="kind")
    assert problems(found)["unweighed-kinds"] == 2
    assert "'--weight view=1,cart=2'" in advice(found, "unweighed-kinds")
    weighed = of(read, "user,item,kind", rows, event="kind", weights={"view": 1, "cart": 2})
    assert "unweighed-kinds" not in problems(weighed)
    alone = of(read, "user,item,kind", rows[::2], event="kind")
    assert "unweighed-kinds" not in problems(alone)


def test_a_robot_is_pointed_at(read: Read) -> None:
    people = [(f"u{u}", f"i{(u + i) % 30}") for u in range(100) for i in range(6)]
    assert "heavy-users" not in problems(of(read, "user,item", people))
    robot = [("bot", f"i{i % 30}") for i in range(400)]
    found = of(read, "user,item", people + robot)
    assert problems(found)["heavy-users"] == 1
    assert "'bot' has 40%" in advice(found, "heavy-users")


def test_a_few_users_are_no_robots(read: Read) -> None:
    rows = [(f"u{u}", f"i{i}") for u in range(3) for i in range(10)]
    assert "heavy-users" not in problems(of(read, "user,item", rows))


def test_a_pair_that_weighs_a_thousand_times_the_median_is_pointed_at(read: Read) -> None:
    rows = [("u", "a", 2), ("u", "b", 1), ("v", "a", 3), ("v", "b", 2001)]
    found = of(read, "user,item,n", rows, weight="n")
    assert problems(found).get("heavy-pairs") is None, "the median is 2.5"
    found = of(read, "user,item,n", [*rows, ("w", "b", 3001)], weight="n")
    assert problems(found)["heavy-pairs"] == 1
    assert "user 'w' and item 'b' 3001" in advice(found, "heavy-pairs")


def test_weights_that_look_like_ratings_are_pointed_at(read: Read) -> None:
    stars = [1, 2, 3, 3, 4, 4, 4, 5, 5]
    rows = [(f"u{place}", "a", weight) for place, weight in enumerate(stars)]
    found = of(read, "user,item,stars", rows, weight="stars")
    assert problems(found)["weights-like-ratings"] == 9
    assert "'--explicit --columns rating=stars'" in advice(found, "weights-like-ratings")
    plays = [1, 1, 1, 2, 2, 3, 4, 4, 5]
    rows = [(f"u{place}", "a", weight) for place, weight in enumerate(plays)]
    assert "weights-like-ratings" not in problems(of(read, "user,item,n", rows, weight="n"))


def test_set_aside_rows_and_implausible_times_are_counted(read: Read) -> None:
    rows = [("u", "a", 1, 5), ("u", "b", -1, NOON), ("v", "b", 2, NOON)]
    options = {"weight": "n", "time": "ts", "time_unit": "s", "on_bad": "skip"}
    found = problems(of(read, "user,item,n,ts", rows, **options))
    assert (found["bad-rows"], found["implausible-times"]) == (1, 1)


@pytest.mark.parametrize("dataset", ["movielens-small"])
def test_the_same_data_as_ratings_and_as_interactions_count_alike(dataset: str) -> None:
    ratings = check(load(dataset, duplicates="keep"))
    found = activity(load(dataset, {"implicit": True}, duplicates="keep"))
    assert (found.users, found.items, found.rows) == (ratings.users, ratings.items, ratings.ratings)
    assert (found.per_user, found.per_item) == (ratings.per_user, ratings.per_item)
    assert (found.density, found.times) == (ratings.density, ratings.times)
    assert found.pairs == found.rows
    np.testing.assert_array_equal(found.weights, 1)
