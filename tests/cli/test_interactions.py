"""Interactions on the command line: checked, refused to who predicts ratings, folded in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

KINDS = ("view", "view", "view", "cart", "buy")
WEIGHTS = "view=1,cart=3,buy=5"


@pytest.fixture
def shop():
    """Twelve users of two tastes; every fourth row of a user repeats the first."""
    lines = ["visitor_id,item_id,event,timestamp"]
    for user in range(12):
        for place in range(8):
            item = 10 * (user % 2) + (0 if place % 4 == 0 else (place + user) % 7 + 1)
            kind = KINDS[(user + place) % len(KINDS)]
            lines.append(f"v{user},p{item},{kind},{1_600_000_000 + 86_400 * place + user}")
    Path("shop.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return "shop.csv"


@pytest.fixture
def trained(recli, shop):
    recli("train", "-a", "ease", "-d", shop, "--weight", WEIGHTS, "--name", "m")
    return "m"


def test_check_shows_what_matters(recli, shop):
    printed = recli("data", "check", shop).stdout
    assert "interactions          96" in printed
    assert "unweighed-kinds      3" in printed
    assert "constant" not in printed
    weighed = recli("data", "check", shop, "--weight", WEIGHTS, "--format", "json")
    document = json.loads(weighed.stdout)
    assert document["interactions"] == 96
    assert {kind["name"]: kind["weight"] for kind in document["kinds"]} == {
        "view": 1,
        "cart": 3,
        "buy": 5,
    }
    assert sum(bar["pairs"] for bar in document["histogram"]) == document["pairs"] < 96
    assert document["times"] == ["2020-09-13", "2020-09-20"]
    assert document["sessions"]["n"] == 96
    assert "unweighed-kinds" not in [problem["problem"] for problem in problems(document)]


def problems(document):
    return [{"problem": one["kind"]} for one in document["problems"]]


def test_check_has_the_fingerprint_of_what_is_learned_from(recli, shop):
    checked = json.loads(recli("data", "check", shop, "--format", "json").stdout)
    shown = json.loads(recli("data", "show", shop, "--format", "json").stdout)
    assert checked["fingerprint"] == shown["fingerprint"]


@pytest.mark.parametrize("command", ["train", "evaluate"])
@pytest.mark.parametrize("algorithm", ["svd", "damped-mean"])
def test_who_predicts_ratings_is_refused(recli, shop, command, algorithm):
    message = recli(command, "-a", algorithm, "-d", shop, code=2).stderr
    assert f"{algorithm} predicts ratings" in message.replace("\n", " ")
    assert not Path("results/models").exists()


def test_somebody_new_by_what_was_done(recli, trained):
    typed = recli(
        *("recommend", "-m", "m", "-n", 3, "--format", "json"),
        *("--rate", "p11=2", "--like-item", "p12"),
    )
    assert "Folded in: 2 items as what a new user has done, no retraining." in typed.stderr
    items = [place["item"] for place in json.loads(typed.stdout)["items"]]
    assert all(item.startswith("p1") for item in items), "what those of the same taste touched"
    alone = recli(
        *("recommend", "-m", "m", "-n", 3, "--format", "json", "--ratings", "-"),
        input="p11\np11\np12\n",
    )
    assert [place["item"] for place in json.loads(alone.stdout)["items"]] == items


def test_no_weight_of_a_new_user(recli, trained):
    message = recli("recommend", "-m", "m", "--rate", "p11=0", code=2).stderr
    assert "--rate p11=0: '0' is no weight above 0, as the model has learned from." in message


def test_similar_items(recli, trained):
    found = json.loads(recli("similar", "-m", "m", "--item", "p11", "--format", "json").stdout)
    assert {place["item"][:2] for place in found["items"][:3]} == {"p1"}


def test_a_hybrid_of_rankers(recli, shop):
    recli(
        *("train", "-a", "hybrid", "-d", shop, "--name", "h"),
        *("-p", "members=ease,most-popular", "-p", "method=weighted"),
    )
    found = json.loads(recli("recommend", "-m", "h", "-u", "v1", "--format", "json").stdout)
    assert found["items"]


def test_check_dates_interactions_by_the_millisecond(recli):
    rows = ["user,item,event,ts"]
    rows += [f"u{n},p{n % 2},view,{1_577_836_800_005 + 86_400_000 * n}" for n in range(4)]
    Path("clicks.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    document = json.loads(recli("data", "check", "clicks.csv", "--format", "json").stdout)
    assert document["times"] == ["2020-01-01", "2020-01-04"]
