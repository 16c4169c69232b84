"""`recli train --index`: an index is kept with a model, used, made again, and done without."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from recli import files
from recli.data.event import Event
from recli.events.log import EventLog
from recli.stored import sealed

FOLDER = Path("results/models/mine")
RECOMMEND = ("recommend", "--model", "mine", "--user", 42, "--format", "json")


@pytest.fixture
def trained(recli, tiny):
    return recli("train", "-a", "svd", "-d", tiny, "--name", "mine", "--index")


def manifest():
    return json.loads((FOLDER / "model.json").read_text(encoding="utf-8"))


def test_it_is_kept_and_told(trained, recli):
    assert "Index: of exact lists of ten it finds 100.00%" in trained.stderr
    assert "index       finds 100.00% of exact lists" in recli("models", "show", "mine").stdout
    assert manifest()["index"]["recall"] == 1.0 and "items.index" in manifest()["sha256"]
    found, exact = (json.loads(recli(*RECOMMEND, *more).stdout) for more in ((), ("--exact",)))
    assert [row["item"] for row in found["items"]] == [row["item"] for row in exact["items"]]


def test_what_was_altered_is_refused(trained, recli):
    (FOLDER / "items.index").write_bytes(b"altered")
    assert "items.index: is not what was written" in recli(*RECOMMEND, code=3).stderr
    exact = json.loads(recli(*RECOMMEND, "--exact").stdout)  # has no use for it
    assert [row["rank"] for row in exact["items"]] == list(range(1, 11))
    assert "items.index: is not what was written" in recli("models", "show", "mine", code=3).stderr


@pytest.mark.parametrize("given", [("n_factors=7",), ("n_factors=100", "biased=false")])
def test_that_of_another_model_is_refused(trained, recli, tiny, given):
    typed = [word for one in given for word in ("-p", one)]
    recli("train", "-a", "svd", *typed, "-d", tiny, "--name", "other", "--index")
    index = FOLDER / "items.index"
    index.write_bytes(Path("results/models/other/items.index").read_bytes())
    about = manifest()
    about["sha256"]["items.index"] = files.sha256(index)
    (FOLDER / "model.json").write_text(json.dumps(sealed(about)), encoding="utf-8")
    assert "items.index: is the index of another model" in recli(*RECOMMEND, code=3).stderr
    recli(*RECOMMEND, "--exact")


def test_a_refresh_makes_it_anew(trained, recli, tiny):
    before = manifest()
    rows = (tiny / "ratings.csv").read_text().splitlines()[1:201]
    with EventLog(Path("results/events.sqlite3")) as log:
        log.append(
            [
                Event(f"e{n}", "rating", f"new{user}", item, float(rating), 1.7e9 + n)
                for n, (user, item, rating, *_) in enumerate(row.split(",") for row in rows)
            ]
        )
    recli("refresh", "--model", "mine", "--min-events", 20, "--tolerance", 9)
    assert manifest()["seal"] != before["seal"]
    assert manifest()["index"]["recall"] == 1.0 and (FOLDER / "items.index").is_file()


def test_an_algorithm_without_products_is_refused_before_it_is_fitted(recli, tiny):
    said = recli("train", "-a", "item-knn", "-d", tiny, "--index", code=2).stderr
    assert "item-knn does not score by products of factors" in said
    assert not Path("results/models").exists()


def test_without_the_extra(recli, tiny, monkeypatch):
    monkeypatch.setattr("recli.registry.installed", lambda extra: extra != "ann")
    said = recli("train", "-a", "svd", "-d", tiny, "--index", code=5).stderr
    assert "pip install 'recli[ann]'" in said


def test_an_export_says_that_it_goes_without(trained, recli):
    exported = recli("models", "export", "mine", "--output", "indexed.zip")
    assert "Without its index: 'recli train --index' makes one." in exported.stderr
    recli("models", "import", "indexed.zip", "--name", "theirs")
    assert not Path("results/models/theirs/items.index").exists()
