"""The characteristics in `recli data show`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Recli = Callable[..., Result]
ROWS = "user,item,rating,time\n1,a,5,1600000000\n1,b,3,1600086400\n2,a,4,1600000001\n2,b,1,1600000002\n"


def test_text(recli: Recli) -> None:
    Path("r.csv").write_text(ROWS, encoding="utf-8")
    lines = recli("data", "show", "r.csv").stdout.splitlines()
    for line in (
        "users       2",
        "items       2",
        "ratings     4, density 100.000%",
        "shape       1 users per item",
        "Gini index  0.000 of users, 0.000 of items",
        "long tail   0.0% of the items: the least popular, with a fifth of the ratings",
        "shared      two users have 2 items in common on average, two items 2 users",
        "degree      2.0 on average, assortativity –",
        "time        2020-09-13 to 2020-09-14, 1.0 days",
    ):
        assert line in lines
    assert ["ratings", "per", "user", "2.0", *"22222"] in [line.split() for line in lines]
    assert ["2-core", "2", "2", "4"] in [line.split() for line in lines]
    assert ["5-core", "0", "0", "0"] in [line.split() for line in lines]


def test_json(recli: Recli) -> None:
    Path("r.csv").write_text(ROWS, encoding="utf-8")
    document = json.loads(recli("data", "show", "r.csv", "--format", "json").stdout)
    found = document["characteristics"]
    assert (found["users"], found["items"], found["interactions"]) == (2, 2, 4)
    assert found["density"] == 1.0
    assert found["assortativity"] is None
    assert found["times"] == ["2020-09-13T12:26:40Z", "2020-09-14T12:26:40Z"]
    assert found["cores"][0] == {"k": 2, "users": 2, "items": 2, "interactions": 4}
    assert found["user_degrees"] == {"mean": 2.0, "quantiles": [2.0] * 5}


@pytest.mark.parametrize("text", ["user,item,rating\n1,a,5\n"])
def test_one_rating_without_a_time(text: str, recli: Recli) -> None:
    Path("r.csv").write_text(text, encoding="utf-8")
    said = recli("data", "show", "r.csv").stdout
    assert "two users have – items in common on average, two items – users" in said
    assert not any(line.startswith("time ") for line in said.splitlines())


@pytest.mark.parametrize(("unit", "factor"), [("s", 1), ("ms", 1000), ("us", 10**6)])
def test_check_of_interactions_shows_dates_in_any_unit(
    recli: Recli, unit: str, factor: int
) -> None:
    moments = [1600000000 * factor, 1600086400 * factor + (factor > 1)]
    rows = "".join(f"{user},a,{moment}\n" for user, moment in enumerate(moments))
    Path("r.csv").write_text(f"user,item,time\n{rows}", encoding="utf-8")
    check = ("data", "check", "r.csv", "--implicit", "--time-unit", unit)
    assert "time          2020-09-13 to 2020-09-14" in recli(*check).stdout.splitlines()
    document = json.loads(recli(*check, "--format", "json").stdout)
    assert document["times"] == ["2020-09-13", "2020-09-14"]
