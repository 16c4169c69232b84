"""A shop's table of views and purchases, from the command line: trained, shown, kept up, reported."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import numpy as np
import pytest

from recli.events.log import EventLog

KINDS = "view=1,cart=3,purchase=5"


@pytest.fixture
def shop(tmp_path):
    """40 users of two tastes, half of a taste's eight items each; times in seconds of 2020."""
    rng = np.random.default_rng(1)
    lines = ["user_id,item_id,event,timestamp"]
    for user in range(40):
        for item in rng.choice(8, 5, replace=False):
            kind = rng.choice(["view", "cart", "purchase"])
            at = 1_600_000_000 + 60 * len(lines)
            lines.append(f"u{user},{'ab'[user % 2]}{item},{kind},{at}")
    (tmp_path / "shop.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return "shop.csv"


@pytest.fixture
def model(shop, recli):
    recli("train", "-a", "ease", "-d", shop, "--weight", KINDS)


def write_events(name, type_="view"):
    """Three views each by 20 new users of the first taste, at half seconds."""
    lines = ["user_id,item_id,type,value,time"]
    for user in range(20):
        for item in range(3):
            at = 1_700_000_000.5 + 10 * user + item
            lines.append(f"new{user},a{item},{type_},{2 if item == 0 else ''},{at}")
    Path(name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return name


def test_events_of_a_file_are_learned(model, recli):
    options = ("--min-events", 20, "--tolerance", 9)
    done = recli("refresh", "--events", write_events("new.csv"), *options)
    for said in (
        "60 new events: 0 ratings, 60 interactions; of the events 60 taken, 0 repeated, 0 set aside",
        "the newest 12 of 60 interactions that are new to it, by 4 users",
        "ndcg@10",
        "published",
    ):
        assert said in done.stdout
    # 20 pairs weigh 2 and 40 weigh 1.
    assert re.search(r"mean weight +1\.333 of the new", done.stdout)
    assert not re.search(r"rating[^s]", done.stdout)
    recli("recommend", "-m", "ease", "--user", "new3", "-n", 3)
    checked = json.loads(recli("data", "check", "results/datasets/ease", "--format", "json").stdout)
    # 2020-09-13 and 2023-11-14, kept in milliseconds.
    assert checked["times"] == ["2020-09-13", "2023-11-14"]
    [log] = Path("results").glob("*.sqlite3")
    with EventLog(log) as events:
        assert next(events.after(0)).event.time == 1_700_000_000.5


def test_too_little_is_told_in_interactions(model, recli):
    told = recli("refresh", "--events", write_events("new.csv")).stderr
    assert "60 of the 100 interactions of new pairs" in told
    assert "From events its dataset has taken 60 so far, 0 were set aside." in told


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("user_id,item_id\nu1,a1\n", "line 2: lacks type: events are view, cart and purchase."),
        ("user_id,item_id,value\nu1,a1,4\n", "line 2: lacks type: events are view, cart and"),
        ("user_id,item_id,type\nu1,a1,buy\n", "type is 'buy': events are view, cart and purchase."),
        ("user_id,item_id,type,value\nu1,a1,rating,4\n", "type is 'rating': events are view,"),
        ("user_id,item_id,type,value\nu1,a1,view,0\n", "value is 0: of a view it is how often"),
    ],
)
def test_a_file_of_other_events_leaves_the_log_as_it_is(model, recli, text, said):
    Path("bad.csv").write_text(text, encoding="utf-8")
    told = recli("refresh", "--events", "bad.csv", code=3).stderr
    assert said in told
    assert "Nothing was taken" in told
    assert not Path("results/events.sqlite3").exists()


def test_what_a_model_is(model, recli):
    shown = recli("models", "show", "ease").stdout
    assert re.search(r"weights +1 to \d+ for a pair of user and item, all of them liked", shown)
    assert re.search(r"kinds +view 1, cart 3, purchase 5", shown)
    assert "scale" not in shown


def test_lists_have_no_column_of_ratings(model, recli):
    done = recli("recommend", "-m", "ease", "--user", "u0", "-n", 2)
    assert done.stdout.splitlines()[1].split() == ["rank", "item", "score"]
    typed = ("recommend", "-m", "ease", "--user", "u0", "-n", 1, "--explain", "--format")
    [row] = csv.DictReader(recli(*typed, "csv").stdout.splitlines())
    assert row["reasons"].startswith("interaction a")
    [item] = json.loads(recli(*typed, "json").stdout)["items"]
    assert {reason["kind"] for reason in item["reasons"]} == {"interaction"}
    told = recli("recommend", "-m", "ease", "--user", "nobody", code=4).stderr
    assert "Somebody new gets a list by what they did" in told


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("", 3, "holds no interactions. It should have an item a line"),
        ("item_id,weight\n", 3, "has a header, and no interactions below it"),
        ("z9\n", 4, "None of the 1 items is known"),
    ],
)
def test_what_somebody_new_did_is_no_list(model, recli, text, code, said):
    Path("mine.csv").write_text(text, encoding="utf-8")
    assert said in recli("recommend", "-m", "ease", "--ratings", "mine.csv", code=code).stderr


def test_a_report_says_nothing_of_errors_or_ratings(shop, recli):
    recli("evaluate", "-d", shop, "--weight", KINDS, "-a", "ease", "-a", "most-popular", "--cv", 2)
    recli("report", "latest")
    [page] = Path("results/runs").glob("*/report.html")
    text = page.read_text(encoding="utf-8")
    assert "every interaction counts as liked" in text
    assert "the most popular left" in text
    assert "Error by rating value" not in text


def test_users_are_compared_by_models_of_factors(model, recli):
    told = recli("similar", "-m", "ease", "--user", "u0", code=2).stderr
    assert "such as svd for ratings and ials for interactions" in told
