"""A model remembers how its lists were evaluated, and makes them so unless told otherwise."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

FORMAT = ("--format", "json")


@pytest.fixture
def trained(recli, tiny):
    """Two models of the same algorithm: `plain`, and `own`, which remembers options."""
    recli("train", "-a", "ease", "-d", tiny, "--name", "plain")
    Path("few.txt").write_text("296\n318\n", encoding="utf-8")
    typed = (
        "--min-ratings",
        14,
        "--diversify",
        0.4,
        "--exclude",
        "few.txt",
        "--max-per",
        "genres=4",
    )
    return recli("train", "-a", "ease", "-d", tiny, "--name", "own", *typed)


def lists(recli, model, *typed):
    done = recli("recommend", "--all-users", "-m", model, "-n", 4, *typed, "-o", "lists.csv")
    return pd.read_csv("lists.csv")[["user", "rank", "item", "score"]], done.stderr


SAME = ("--min-ratings", 14, "--diversify", 0.4, "--exclude", "few.txt", "--max-per", "genres=4")
TOLD = (
    "The model was trained to make lists with "
    "exclude=2-items min_ratings=14 max_per.genres=4 diversify=0.4"
)


def test_lists_are_those_of_the_options(recli, trained):
    Path("few.txt").write_text("296\n318\n", encoding="utf-8")
    own, told = lists(recli, "own")
    typed, _ = lists(recli, "plain", *SAME)
    pd.testing.assert_frame_equal(own, typed)
    assert f"{TOLD}\n" in told
    assert "ease exclude=2-items min_ratings=14 max_per.genres=4 diversify=0.4: nDCG@10" in told
    plain, told = lists(recli, "plain")
    assert not plain.equals(own)
    assert "was trained to make lists" not in told


def test_what_is_typed_goes_before_what_is_remembered(recli, trained):
    changed, told = lists(recli, "own", "--min-ratings", 3, "--diversify", 0, "--include-seen")
    same = ("--exclude", "few.txt", "--max-per", "genres=4", "--min-ratings", 3, "--include-seen")
    expected, _ = lists(recli, "plain", *same)
    pd.testing.assert_frame_equal(changed, expected)
    now = "exclude_seen=false exclude=2-items min_ratings=3 max_per.genres=4"
    assert f"{TOLD}; now with {now}\n" in told


def test_all_can_be_taken_back(recli, trained):
    back = ("--min-ratings", 0, "--diversify", 0, "--exclude", "none", "--max-per", "none")
    none, told = lists(recli, "own", *back)
    pd.testing.assert_frame_equal(none, lists(recli, "plain")[0])
    assert f"{TOLD}; now with none of them\n" in told


def test_the_manifest_tells(recli, trained):
    assert "Model 'own' (ease exclude=2-items min_ratings=14" in trained.stdout
    options = {
        "exclude": ["296", "318"],
        "min_ratings": 14,
        "max_per": {"genres": 4},
        "diversify": 0.4,
    }
    about = json.loads(recli("models", "show", "own", *FORMAT).stdout)
    assert about["lists"] == options
    shown = recli("models", "show", "own").stdout
    assert "exclude=2-items min_ratings=14 max_per.genres=4 diversify=0.4" in shown
    assert "ease exclude=2-items min_ratings=14" in recli("models", "list").stdout


def test_a_model_of_an_older_recli_made_lists_by_its_scores(recli, trained, monkeypatch):
    from recli.models import model as models
    from recli.models import parts
    from recli.stored import sealed

    folder = Path("results/models/own")
    document = parts.read_manifest(folder)
    del document["lists"], document["seal"]
    document["seal"] = sealed(document)["seal"]
    (folder / "model.json").write_text(json.dumps(document), encoding="utf-8")
    assert models.load(folder).lists == {}
    pd.testing.assert_frame_equal(lists(recli, "own")[0], lists(recli, "plain")[0])


def test_lists_are_measured_as_they_are_made(recli, tiny):
    """The quality that a model tells is of its own lists; that of a run, too."""
    given = ("-a", "ease", "-a", "most-popular", "-d", tiny, "--cv", 2, "-j", 1)
    measures = ("--metric", "ndcg", "--metric", "hit-rate")
    plain, other = (
        json.loads(recli("evaluate", *given, *measures, *typed, *FORMAT).stdout)
        for typed in ([], ["--min-ratings", 12])
    )
    for run, typed in ((plain, []), (other, ["--min-ratings", 12])):
        trained = json.loads(recli("train", "-a", "ease", "-d", tiny, *typed, *FORMAT).stdout)
        [own] = (each for each in run["results"] if each["algorithm"] == "ease")
        assert trained["lists"]["ndcg"] == own["metrics"]["ndcg@10"]["mean"]
        assert run["run"] in trained["lists"]["measured"]
    assert plain["results"] != other["results"]
    # No run measured these: a fifth is held back, once for each.
    typed = ("train", "-a", "ease", "-d", tiny, *FORMAT)
    fresh = json.loads(recli(*typed, "--where", "year > 1990").stdout)["lists"]
    assert "held back" in fresh["measured"]
    assert (
        fresh["ndcg"] < json.loads(recli(*typed, "--where", "year > 1900").stdout)["lists"]["ndcg"]
    )


@pytest.mark.parametrize(
    ("typed", "code", "message"),
    [
        ("--where year>", 2, "a number or a text in quotes is missing"),
        ("--calibrate genre=0.5", 2, "There is no item column 'genre'"),
        ("--min-ratings 1000", 4, "None of the 25 items"),
        ("--candidates nowhere.txt", 4, "nowhere.txt: no such file"),
        ("--sort lower-bound", 2, "does not say how sure it is"),
    ],
)
def test_what_cannot_be_is_said_before_the_fit(recli, tiny, typed, code, message):
    done = recli("train", "-a", "ease", "-d", tiny, *typed.split(), code=code)
    assert message in done.stderr
    assert not Path("results").exists()
