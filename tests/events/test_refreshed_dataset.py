"""The refreshed dataset: begun from a model, by events that are counted one by one."""

from __future__ import annotations

import csv
import dataclasses
import shutil

import numpy as np
import pandas as pd
import pytest

from recli import errors
from recli.data.event import Event
from recli.data.load import load
from recli.events.log import FILE_NAME, EventLog
from recli.events.refreshing.progress import Progress, backlog, folder_of
from recli.events.refreshing.refreshed_dataset import RefreshedDataset
from recli.models import model as models

from .conftest import START


def take(results):
    folder = results / "models" / "m"
    manifest = models.about(folder)
    with EventLog(results / FILE_NAME) as log:
        refreshed = RefreshedDataset.of(
            folder_of(results, "m"), models.load(folder), manifest
        ).take(log)
    return refreshed, refreshed.write()


def table(dataset):
    ratings = dataset.ratings
    users, items = ratings.user_ids.text[ratings.users], ratings.item_ids.text[ratings.items]
    return dict(zip(zip(users, items, strict=True), ratings.values, strict=True))


def test_it_begins_as_what_the_model_has_learned_from(results, store, tiny):
    whole = load(str(tiny))
    store(dataset=whole)
    _, dataset = take(results)
    assert dataset.fingerprint == whole.fingerprint
    assert dataset.name == "tiny+events"
    np.testing.assert_array_equal(dataset.items.titles, whole.items.titles)


def test_tables_of_items_and_users_come_along(results, store, small):
    store()
    _, dataset = take(results)
    np.testing.assert_array_equal(dataset.items.titles, small.items.titles)
    np.testing.assert_array_equal(dataset.items.in_table, small.items.in_table)
    assert dataset.items.features == small.items.features
    assert [raw[0] for raw in dataset.users.ids.text] == dataset.users.columns["initial"].tolist()


def test_without_tables_and_times_too(results, store, small):
    bare = dataclasses.replace(
        small, items=None, users=None, ratings=dataclasses.replace(small.ratings, times=None)
    )
    store(dataset=bare)
    _, dataset = take(results)
    assert dataset.ratings.times is None
    assert (dataset.items, dataset.users) == (None, None)
    assert table(dataset) == table(bare)


def test_new_users_and_items_come_in(results, store, small, send):
    store()
    send([("nobody yet", "a new film", 4.0)])
    _, dataset = take(results)
    assert table(dataset) == {**table(small), ("nobody yet", "a new film"): 4.0}
    assert dataset.title(dataset.ratings.item_ids.code("a new film")) == ""
    assert dataset.ratings.times[-1] == START


def test_of_a_pair_the_latest_rating_by_time_stays(results, store, small, send):
    """Against a dictionary that is written in the order of the times."""
    store()
    rng = np.random.default_rng(0)
    ratings = small.ratings
    pairs = [
        (small.ratings.user_ids.text[ratings.users[row]], ratings.item_ids.text[ratings.items[row]])
        for row in range(20)
    ] + [("u", "i"), ("u", "j")]
    expected = {pair: (0, -1, value) for pair, value in table(small).items()}
    order = 0
    for _ in range(4):
        for at in rng.integers(0, 50, 30):
            user, item = pairs[rng.integers(len(pairs))]
            value = float(rng.integers(1, 6))
            send([(user, item, value)], at=int(at))
            known = expected.get((user, item), (0, -1, 0.0))
            expected[user, item] = max(known, (START + int(at), order, value))
            order += 1
        refreshed, dataset = take(results)
        assert table(dataset) == {pair: value for pair, (_, _, value) in expected.items()}
    counts = refreshed.progress.counts
    assert counts["ratings"] == 120
    assert counts["taken"] == sum(order >= 0 for _, order, _ in expected.values())
    assert counts["repeated"] == 120 - counts["taken"]


def test_without_times_the_last_that_came_stays(results, store, small, send):
    store(
        dataset=dataclasses.replace(small, ratings=dataclasses.replace(small.ratings, times=None))
    )
    (user, item), value = next(iter(table(small).items()))
    send([(user, item, 1.0), ("u", "i", 2.0)], at=9)
    send([("u", "i", 5.0)], at=0)
    assert table(take(results)[1])[user, item] == 1.0
    assert table(take(results)[1])["u", "i"] == 5.0
    send([(user, item, value)])
    assert table(take(results)[1])[user, item] == value


def test_what_is_no_rating_here_is_set_aside_and_counted(results, store):
    store()
    times = {"ahead": 4_000_000_000}
    values = {"high": 5.5, "low": 0.0, "none": None, "ahead": 3.0, "good": 3.0}
    events = [
        Event(name, "rating", 'u,"1"', name, value, times.get(name, START))
        for name, value in values.items()
    ]
    with EventLog(results / FILE_NAME) as log:
        log.append([*events, Event("click", "click", "u", "i", None, START)])
    refreshed, dataset = take(results)
    assert dataset.ratings.user_ids.code('u,"1"') >= 0
    with (refreshed.folder / "set-aside.csv").open(encoding="utf-8", newline="") as file:
        aside = {row["event_id"]: row["reason"] for row in csv.DictReader(file)}
    assert aside == {
        "high": "rating 5.5 is off the scale 0.5 to 5",
        "low": "rating 0 is off the scale 0.5 to 5",
        "none": "the rating has no value",
        "ahead": "its time was in the future when it came",
    }
    expected = {"ratings": 5, "clicks": 1, "set_aside": 4, "repeated": 0, "taken": 1}
    assert refreshed.progress.counts == expected
    with EventLog(results / FILE_NAME) as log:
        log.append([Event("more", "rating", "u", "i", 99.0, START)])
    refreshed, _ = take(results)
    assert (refreshed.folder / "set-aside.csv").read_text().count("\n") == 6  # header, and five


def test_any_id_that_the_log_takes_stays_what_it_is(results, store, send):
    store()
    raw = [
        "007",
        "7.0",
        "nan",
        "null",
        "None",
        '"',
        "'",
        "a,b",
        " 42",
        "42 ",
        "=1+1",
        "-",
        "é",
        "é",
    ]
    raw += ["\u2028", "\u200b", "🎬", "x" * 256, "#", "::", "|", "1e5", "\ufeff1", "true", "0x10"]
    raw = [text for text in raw if text.strip()]
    send([(text, text, 3.0) for text in raw])
    _, dataset = take(results)
    assert {pair for pair, value in table(dataset).items() if pair[0] == pair[1]} >= {
        (text, text) for text in raw
    }


def test_tenths_of_a_second_decide_which_rating_is_the_latest(results, store, small, send):
    """The dataset is in seconds, then takes milliseconds; an old one that has seconds goes on."""
    store()
    send([("u", "i", 3.0)])
    _, before = take(results)
    assert before.ratings.time_unit == "s"
    send([("u", "i", 5.0), ("v", "j", 4.0)], at=0.75)
    send([("u", "i", 1.0), ("w", "j", 4.0)], at=0.25)
    _, dataset = take(results)
    assert table(dataset) == {
        **table(small), ("u", "i"): 5.0, ("v", "j"): 4.0, ("w", "j"): 4.0
    }  # fmt: skip
    assert dataset.ratings.time_unit == "ms"
    expected = sorted(
        [*(small.ratings.times * 1000), *(START * 1000 + n for n in (750, 1750, 1250))]
    )
    assert sorted(dataset.ratings.times) == expected
    send([("w", "j", 2.0)], at=1)
    assert table(take(results)[1])["w", "j"] == 4.0


def test_to_take_again_changes_nothing(results, store, send, newcomers):
    store()
    send(newcomers())
    refreshed, _ = take(results)
    before = {path.name: path.read_bytes() for path in refreshed.folder.iterdir()}
    refreshed, _ = take(results)
    assert {path.name: path.read_bytes() for path in refreshed.folder.iterdir()} == before


def test_what_a_killed_refresh_has_left_goes(results, store):
    store()
    left = results / "datasets" / ".m.x7"
    left.mkdir(parents=True)
    (left / "ratings.parquet").write_bytes(b"half")
    take(results)
    assert [path.name for path in left.parent.iterdir()] == ["m"]


def test_every_rating_knows_its_event(results, store, send):
    store()
    send([("u", "i", 3.0), ("v", "j", 4.0), ("u", "i", 5.0)])
    refreshed, _ = take(results)
    ratings = pd.read_parquet(refreshed.folder / "ratings.parquet")
    assert ratings[ratings["event"] > 0][["user_id", "event"]].values.tolist() == [
        ["v", 2],
        ["u", 3],
    ]


def test_a_model_trained_anew_begins_its_dataset_anew_with_all_events(results, store, small, send):
    store()
    send([("u", "i", 3.0)])
    _, refreshed = take(results)
    half = small.part(np.arange(len(small.ratings) // 2))
    store(dataset=half)
    assert table(take(results)[1]) == {**table(half), ("u", "i"): 3.0}
    # And one that is trained on such a dataset finds no news in its events.
    store(dataset=refreshed)
    again, dataset = take(results)
    assert table(dataset) == table(refreshed)
    assert again.progress.counts["taken"] == 0


@pytest.mark.parametrize("damage", ["{", "[]", '{"log": ""}'])
def test_a_damaged_document_is_told(results, store, send, damage):
    store()
    take(results)
    (folder_of(results, "m") / "events.json").write_text(damage)
    with pytest.raises(errors.DataError, match="is damaged.*Remove the folder"):
        Progress.read(folder_of(results, "m"))


def test_a_missing_part_is_told(results, store):
    store()
    take(results)
    (folder_of(results, "m") / "ratings.parquet").write_bytes(b"PAR1")
    with pytest.raises(errors.DataError, match="cannot be read"):
        take(results)
    shutil.rmtree(folder_of(results, "m"))
    take(results)


def test_the_backlog_is_what_no_refresh_has_taken(results, store, send):
    store()
    with EventLog(results / FILE_NAME) as log:
        assert backlog(log, "m") == 0
        send([("u", "i", 3.0), ("u", "j", 3.0)])
        assert backlog(log, "m") == 2
        take(results)
        assert backlog(log, "m") == 0
        send([("u", "k", 3.0)])
        assert (backlog(log, "m"), backlog(log, "other")) == (1, 3)
        (folder_of(results, "m") / "events.json").write_text("{")
        assert backlog(log, "m") == 3
