"""Preparation on the command line: told, recorded, and done again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from recli import registry

VERIFIED = ("yes", "no", "yes", "")


@pytest.fixture
def path():
    rows = [f"u{n // 8},i{n % 8},{n % 6},{VERIFIED[n % 4]}\n" for n in range(40)]
    path = Path("shop.csv")
    path.write_text("user,item,rating,verified\n" + "".join(rows), encoding="utf-8")
    return path


def test_steps_are_told_recorded_and_done_again(recli, path):
    options = ("--prepare", "keep:verified = 'yes'", "--prepare", "clip:low=1,high=4")
    shown = recli("data", "check", path, *options)
    assert shown.exit_code == 0
    n = 20
    assert f"Prepared with keep:verified = 'yes': {40 - n} of 40 ratings taken out." in shown.stderr
    assert "ratings clipped." in shown.stderr
    evaluated = recli("evaluate", "-d", path, *options, "-a", "baseline-only", "--cv", 2, "-j", 1)
    assert evaluated.exit_code == 0, evaluated.stderr
    [run] = Path("results/runs").glob("*/run.json")
    document = json.loads(run.read_text(encoding="utf-8"))
    assert [step["step"] for step in document["dataset"]["prepared"]] == [
        "keep:verified = 'yes'",
        "clip:low=1,high=4",
    ]
    assert document["dataset"]["prepared"][0]["removed"] == 40 - n
    again = recli("reproduce", run.parent.name, "-j", 1)
    assert again.exit_code == 0, again.stderr


def test_a_wrong_step_is_a_line(recli, path):
    shown = recli("data", "check", path, "--prepare", "kep:rating > 1", code=2)
    assert "There is no step 'kep'. Did you mean 'keep'" in shown.stderr


def test_steps_are_listed_and_explained(recli):
    listed = json.loads(recli("list", "steps", "--format", "json").stdout)
    assert [entry["step"] for entry in listed] == list(registry.names("step"))
    explained = json.loads(recli("show", "step", "k-core", "--format", "json").stdout)
    assert [option["name"] for option in explained["options"]] == [
        "min_user_ratings",
        "min_item_ratings",
    ]
    assert '--prepare "time-range:since=' in recli("show", "step", "time-range").stdout
