"""Events into a dataset of interactions: added up by the weight of their kind, each counted once."""

from __future__ import annotations

import csv

import numpy as np
import pytest

from recli.algorithms import Configured
from recli.data.event import Event
from recli.data.load import load
from recli.events.log import FILE_NAME, EventLog
from recli.events.refreshing.progress import folder_of
from recli.events.refreshing.refreshed_dataset import RefreshedDataset
from recli.models import model as models

SHOP = """\
user,item,event,time
a,x,view,100
a,x,purchase,160
a,y,view,200
b,x,cart,300
b,z,view,400
c,y,view,500
c,y,view,700
"""
WEIGHTS = {"view": 1.0, "cart": 3.0, "purchase": 5.0}
PAIRS = {("a", "x"): 6, ("a", "y"): 1, ("b", "x"): 3, ("b", "z"): 1, ("c", "y"): 2}


@pytest.fixture
def shop(tmp_path):
    """`shop(text, weights=…)` is the model `m` trained on such a table."""

    def train(text=SHOP, **reading):
        file = tmp_path / "shop.csv"
        file.write_text(text, encoding="utf-8")
        dataset = load(str(file), overrides={"implicit": True, **reading})
        models.save(models.train(dataset, Configured.of("most-popular"), 0), tmp_path / "r", "m")
        return dataset

    return train


@pytest.fixture
def send(tmp_path):
    """Appends (type, user, item, value, time) to the log."""
    sent = iter(range(1000))

    def append(*events):
        with EventLog(tmp_path / "r" / FILE_NAME) as log:
            log.append([Event(f"e{next(sent)}", *event) for event in events])

    return append


@pytest.fixture
def take(tmp_path):
    """The model's dataset with all events of the log, written and read again."""

    def taken():
        folder = tmp_path / "r" / "models" / "m"
        with EventLog(tmp_path / "r" / FILE_NAME) as log:
            refreshed = RefreshedDataset.of(
                folder_of(tmp_path / "r", "m"), models.load(folder), models.about(folder)
            ).take(log)
        return refreshed, refreshed.write()

    return taken


def rows(dataset, column="values"):
    ratings = dataset.ratings
    users, items = ratings.user_ids.text[ratings.users], ratings.item_ids.text[ratings.items]
    return dict(zip(zip(users, items, strict=True), getattr(ratings, column).tolist(), strict=True))


def test_it_begins_equal_to_what_the_model_has_learned_from(shop, take):
    whole = shop(weights=WEIGHTS)
    assert rows(whole) == PAIRS
    _, dataset = take()
    assert dataset.fingerprint == whole.fingerprint
    assert dataset.ratings.implicit
    assert (dataset.ratings.scale, dataset.ratings.time_unit) == ((1, 6), "s")
    np.testing.assert_array_equal(dataset.ratings.first_times, whole.ratings.first_times)
    assert rows(dataset, "first_times")["c", "y"] == 500
    assert rows(dataset, "times")["c", "y"] == 700


def test_events_add_up_by_kind_and_count(shop, send, take):
    shop(weights=WEIGHTS)
    send(
        ("purchase", "a", "y", 2.0, 1000),
        ("view", "b", "y", None, 1001.25),
        ("cart", "b", "y", None, 1003),
        ("view", "new", "newer", 0.5, 1002),
    )
    refreshed, dataset = take()
    added = {("a", "y"): 11, ("b", "y"): 4, ("new", "newer"): 0.5}
    assert rows(dataset) == {**PAIRS, **added}
    assert dataset.ratings.time_unit == "ms"
    assert rows(dataset, "times")["b", "y"] == 1_003_000
    assert rows(dataset, "first_times")["b", "y"] == 1_001_250
    assert rows(dataset, "first_times")["a", "y"] == 200_000
    assert refreshed.progress.counts == {
        "ratings": 0,
        "clicks": 4,
        "set_aside": 0,
        "repeated": 0,
        "taken": 4,
    }
    # The pairs in the order in which they first appear: a-x, a-y, b-x, b-z, c-y, then b-y, new-newer.
    assert refreshed.positions.tolist() == [0, 1, 0, 0, 0, 3, 4]
    send(("view", "b", "y", None, 1004))
    refreshed, dataset = take()
    assert rows(dataset)["b", "y"] == 5
    assert refreshed.progress.counts["taken"] == 5
    assert refreshed.positions.tolist() == [0, 1, 0, 0, 0, 5, 4]


def test_what_is_no_such_interaction_is_set_aside_with_the_reason(shop, send, take, tmp_path):
    shop(weights={**WEIGHTS, "view": 0.0})
    send(
        ("rating", "a", "x", 4.0, 1000),
        ("click", "a", "x", None, 1000),
        ("view", "a", "x", None, 1000),
        ("cart", "a", "x", None, 4_000_000_000),
        ("cart", "a", "x", None, 1000),
    )
    refreshed, dataset = take()
    assert rows(dataset) == {("a", "x"): 8, ("b", "x"): 3}
    with (refreshed.folder / "set-aside.csv").open(encoding="utf-8", newline="") as file:
        aside = {row["event_id"]: row["reason"] for row in csv.DictReader(file)}
    assert aside == {
        "e0": "type is 'rating': events are view, cart and purchase",
        "e1": "type is 'click': events are view, cart and purchase",
        "e2": "a view weighs 0 in these data",
        "e3": "its time was in the future when it came",
    }
    counts = {"ratings": 1, "clicks": 4, "set_aside": 4, "repeated": 0, "taken": 1}
    assert refreshed.progress.counts == counts


@pytest.mark.parametrize("times", [True, False])
def test_without_kinds_a_click_weighs_one(times, shop, send, take):
    head, *lines = [line.split(",") for line in SHOP.splitlines()]
    keep = (0, 1, 3) if times else (0, 1)
    text = "\n".join(",".join(line[n] for n in keep) for line in [head, *lines]) + "\n"
    shop(text)
    send(
        ("click", "a", "x", None, 1000), ("click", "c", "z", 3.0, 1001), ("view", "c", "z", 3.0, 1)
    )
    refreshed, dataset = take()
    expected = {("a", "x"): 3, ("a", "y"): 1, ("b", "x"): 1, ("b", "z"): 1, ("c", "y"): 2}
    assert rows(dataset) == {**expected, ("c", "z"): 3}
    assert (dataset.ratings.times is not None) == times
    assert refreshed.progress.counts["set_aside"] == 1


def test_a_model_trained_on_these_very_rows_does_not_learn_them_twice(shop, send, take, tmp_path):
    shop(weights=WEIGHTS)
    send(
        ("cart", "a", "y", None, 1000.5),
        ("view", "b", "y", None, 1001),
        ("view", "b", "y", None, 1003),
    )
    _, before = take()
    again = load(str(tmp_path / "r" / "datasets" / "m"))
    models.save(models.train(again, Configured.of("most-popular"), 0), tmp_path / "r", "m")
    send(("view", "b", "y", None, 1002), ("view", "b", "y", None, 1004))
    refreshed, dataset = take()
    assert rows(dataset) == {**rows(before), ("b", "y"): 3}
    # Three that it had, and one from a time of which it knows.
    assert (refreshed.progress.counts["repeated"], refreshed.progress.counts["taken"]) == (4, 1)


def test_an_export_in_whole_seconds_knows_the_event_of_that_second(shop, send, take):
    shop(weights=WEIGHTS)
    send(
        ("view", "a", "x", None, 160.9),
        ("view", "a", "x", None, 161),
        ("view", "a", "x", None, 99.9),
    )
    refreshed, dataset = take()
    assert rows(dataset)["a", "x"] == 8
    assert refreshed.progress.counts["repeated"] == 1
