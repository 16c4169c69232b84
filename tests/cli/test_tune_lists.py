"""Tuning how lists are re-ranked: a front of accuracy and diversity, kept in what is served."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from recli.records.stored_study import StoredStudy

FORMAT = ("--format", "json")
GOALS = ("--metric", "ndcg@5", "--metric", "diversity@5")


@pytest.fixture
def tuned(recli, tiny):
    """`tuned("--vary", "diversify")` is what such a study of most-popular says."""

    def run(*typed, algorithm="most-popular", code=0):
        given = ("-a", algorithm, "-d", tiny, "--cv", 2, "--holdout", 0, "-j", 1, "--trials", 5)
        done = recli("tune", *given, *GOALS, *typed, *FORMAT, code=code)
        return done if code else json.loads(done.stdout)

    return run


def test_the_front_and_what_is_served(recli, tiny, tuned):
    found = tuned("--vary", "diversify", "--min-ratings", 3, "--max-per", "genres=4")
    trials = found["trials"]
    assert [trial["number"] for trial in trials] == list(range(5))
    assert trials[0]["varied"] == {**trials[0]["varied"], "lists.diversify": 0.0}
    weights = {trial["varied"]["lists.diversify"] for trial in trials}
    assert len(weights) == 5
    assert all(0 <= weight <= 1 for weight in weights)
    for trial in trials:
        held = {key: trial["params"][f"lists.{key}"] for key in ("min_ratings", "max_per")}
        assert held == {"min_ratings": 3, "max_per": {"genres": 4}}
    assert len(found["front"]) > 1
    best = tomllib.loads(Path(found["params_file"]).read_text(encoding="utf-8"))
    weight = found["best"]["varied"]["lists.diversify"]
    expected = {"min_ratings": 3, "max_per": {"genres": 4}}
    assert best["recommend"] == expected | ({"diversify": weight} if weight else {})
    assert not any(name.startswith("lists") for name in best["params"])
    # The same folds, the same number.
    given = ("-d", tiny, "--cv", 2, "-j", 1, *GOALS, *FORMAT)
    again = json.loads(recli("evaluate", "--params", found["params_file"], *given).stdout)
    [measured] = again["results"]
    for goal, value in found["best"]["values"].items():
        assert measured["metrics"][goal]["mean"] == pytest.approx(value, abs=1e-12)
    recli("train", "--params", found["params_file"], "-d", tiny, "--name", "best")
    about = json.loads(recli("models", "show", "best", *FORMAT).stdout)
    assert about["lists"] == best["recommend"]
    assert about["algorithm"] == "most-popular"


def test_what_is_typed_goes_before_the_file(recli, tiny):
    Path("best.toml").write_text(
        'algorithm = "ease"\n[params]\nreg = 50\n[recommend]\nexplore = 0.2\nmin_ratings = 12\n',
        encoding="utf-8",
    )
    recli("train", "--params", "best.toml", "-d", tiny, "--explore", 0)
    about = json.loads(recli("models", "show", "ease", *FORMAT).stdout)
    assert about["lists"] == {"min_ratings": 12}
    assert about["params"]["reg"] == 50
    shown = recli("evaluate", "--params", "best.toml", "-a", "ease", "-d", tiny, "--cv", 2, "-j", 1)
    assert "ease (reg=50) min_ratings=12 explore=0.2" in shown.stdout


def test_bounds_of_the_space(tuned):
    Path("space.toml").write_text("[most-popular]\nlists.diversify = [0, 0.2]\n", encoding="utf-8")
    found = tuned("--space", "space.toml")
    weights = [trial["varied"]["lists.diversify"] for trial in found["trials"]]
    assert weights[0] == 0
    assert max(weights[1:]) > 0
    assert max(weights) <= 0.2


def test_what_calibrate_leaves(tuned):
    found = tuned("--vary", "diversify", "--calibrate", "genres=0.75")
    assert max(trial["varied"]["lists.diversify"] for trial in found["trials"]) <= 0.25


def test_other_lists_are_another_study(recli, tuned):
    one, two = tuned("--vary", "explore"), tuned("--vary", "explore", "--min-ratings", 12)
    assert "\nlists " not in recli("studies", "show", one["study"]).stdout
    assert "\nlists      min_ratings=12\n" in recli("studies", "show", two["study"]).stdout
    assert one["study"] != two["study"]
    plain, other = (StoredStudy.read(Path("results"), study["study"]) for study in (one, two))
    assert plain.tried[0].values != other.tried[0].values
    assert tuned("--vary", "explore")["study"] == one["study"]


@pytest.mark.parametrize(
    ("typed", "code", "message"),
    [
        ("--vary where", 2, "no option of lists that can be varied 'where'"),
        ("--vary diversify --calibrate genre=0.2", 2, "There is no item column 'genre'"),
        ("--min-ratings 1000", 4, "None of the 25 items"),
        ("--sort lower-bound", 2, "does not say how sure it is"),
        ("--candidates nowhere.txt", 4, "nowhere.txt: no such file"),
    ],
)
def test_what_cannot_be_is_said_before_the_search(tuned, typed, code, message):
    assert message in tuned(*typed.split(), algorithm="ease", code=code).stderr
    assert not Path("results").exists()


def test_nothing_tells_what_is_alike(recli):
    rows = [(u, i, (u * i) % 5 + 1) for u in range(12) for i in range(12) if (u + i) % 3]
    text = "".join(f"{user},{item},{rating}\n" for user, item, rating in rows)
    Path("r.csv").write_text(f"user,item,rating\n{text}", encoding="utf-8")
    typed = ("tune", "-a", "ease", "-d", "r.csv", "--metric", "ndcg@3", "--vary", "diversify")
    assert "no item features, and ease no factors" in recli(*typed, code=2).stderr
    assert not Path("results").exists()
