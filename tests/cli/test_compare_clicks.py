"""`recli compare --clicks`: models that were served side by side, by what users clicked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from recli.data.event import Event
from recli.events.log import EventLog
from recli.events.shown import Shown, ShownLists

RESULTS = Path("results")


@pytest.fixture
def served():
    """Lists of `ease` and `ials` for 40 users each; more clicks for `ials`, and a purchase."""
    shown = [
        Shown(model, f"{model}{user}", 2, 1000.0, 1000.0)
        for model in ("ease", "ials")
        for user in range(40)
    ]
    events = [
        Event(f"{one.user_id}-{k}", "click", one.user_id, "i", None, 2000)
        for n, one in enumerate(shown)
        for k in range((n % 2) * (1 if one.model == "ease" else 5))
    ]
    purchase = Event("p", "purchase", "ials3", "i", 2.0, 2000)
    ShownLists(RESULTS / "shown.sqlite3").add("ease, ials", shown)
    with EventLog(RESULTS / "events.sqlite3") as log:
        log.append([*events, purchase])


def test_rates_and_their_difference(recli, served):
    found = json.loads(recli("compare", "--clicks", "--format", "json").stdout)
    ease, ials = found["models"]
    assert (ease["users"], ease["lists"], ease["clicks"], ease["clicking"]) == (40, 80, 20, 20)
    assert (ials["lists"], ials["clicks"], ials["rate"]) == (80, 101, 101 / 80)
    [pair] = found["pairs"]
    assert pair["difference"] == pytest.approx(20 / 80 - 101 / 80)
    assert pair["low"] < pair["difference"] < pair["high"] < 0
    assert pair["p"] < 0.001 and pair["detectable"] > 0
    assert found["events"] == {"click": 120, "purchase": 1}


def test_it_is_told_in_words(recli, served):
    said = recli("compare", "ials", "ease", "--clicks")
    assert "Clicks per list" in said.stdout
    assert "ease less ials: -1.0125" in said.stderr and ": a difference." in said.stderr
    few = recli("compare", "--clicks", "--event", "purchase")
    assert "No interval: it takes 10 users of each model who clicked" in few.stderr


def test_what_was_not_served_is_not_found(recli, served):
    said = recli("compare", "--clicks", "ease", "svd", code=4).stderr
    assert "The models ease, svd have not been served side by side" in said and "ease, ials" in said


def test_one_model_alone_is_compared_with_nothing(recli, served):
    said = recli("compare", "--clicks", "ease", code=2).stderr
    assert "To compare takes two models or more" in said


def test_without_lists_there_is_nothing_to_compare(recli):
    assert "no lists of models side by side" in recli("compare", "--clicks", code=4).stderr


def test_a_damaged_file_is_told(recli):
    RESULTS.mkdir()
    (RESULTS / "shown.sqlite3").write_text("no database, and longer than the header of one" * 10)
    assert "cannot be read or written" in recli("compare", "--clicks", code=3).stderr


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (("--clicks", "--metric", "rmse"), "--metric is for runs"),
        (("a", "b", "--event", "click"), "--event is for --clicks"),
        ((), "two runs or more"),
    ],
)
def test_options_that_do_not_go_together(recli, typed, said):
    assert said in recli("compare", *typed, code=2).stderr
