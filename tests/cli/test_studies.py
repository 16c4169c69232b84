"""`recli studies`, and loops of others by `recli tune --ask` and `--tell`."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

TUNE = ("tune", "-a", "svd", "-p", "n_epochs=2", "--cv", 2, "-j", 1, "-q")


@pytest.fixture
def tuned(recli, tiny):
    recli(*TUNE, "-d", tiny, "--trials", 3, "--study", "mine")
    return Path("results/studies/mine")


def test_list_and_show(recli, tuned):
    [listed] = json.loads(recli("studies", "list", "--format", "json").stdout)
    assert (listed["study"], listed["status"], listed["trials"]) == ("mine", "finished", 3)
    assert listed["best"]["metric"] == "rmse"
    assert "mine" in recli("studies", "list").stdout
    shown = recli("studies", "show", "latest").stdout
    assert "The best" in shown
    assert "On the locked test: rmse" in shown
    document = json.loads(recli("studies", "show", "mi", "--format", "json").stdout)
    assert document["best"]["value"] == listed["best"]["value"]


def test_export_has_a_row_for_each_trial(recli, tuned):
    rows = list(csv.DictReader(io.StringIO(recli("studies", "export", "mine").stdout)))
    assert [row["trial"] for row in rows] == ["0", "1", "2"]
    study = json.loads((tuned / "study.json").read_text(encoding="utf-8"))
    for row, trial in zip(rows, study["trials"], strict=True):
        assert row["state"] == trial["state"]
        assert row["n_factors"] == str(trial["params"]["n_factors"])
        assert float(row["rmse, fold 1"]) == trial["folds"][0][0]


def test_the_page(tuned):
    page = (tuned / "report.html").read_text(encoding="utf-8")
    for title in ("History: rmse", "Slices: svd", "Parallel coordinates: svd", "Importance: svd"):
        assert title in page
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "https://" not in page


def test_rm(recli, tuned):
    said = recli("studies", "rm", "mine", code=2, input="n\n").stderr
    assert "Nothing was removed" in said
    assert tuned.is_dir()
    assert recli("studies", "rm", "mine", "--yes").stdout == "Removed: 1 study.\n"
    assert not tuned.exists()
    assert "There is no study in" in recli("studies", "list").stderr


def test_ask_and_tell(recli, tiny):
    loop = (*TUNE, "-d", tiny, "--study", "theirs", "--format", "json")
    first = json.loads(recli(*loop, "--ask").stdout)
    assert (first["algorithm"], first["trial"]) == ("svd", 0)
    assert first["params"]["n_factors"] == 100, "the defaults come first"
    second = json.loads(recli(*loop, "--tell", "0=0.95", "--ask").stdout)
    assert second["trial"] == 1
    recli(*loop, "--tell", "1=0.9")
    third = json.loads(recli(*loop, "--ask").stdout)
    recli(*loop, "--tell", f"{third['trial']}=failed")
    study = json.loads(recli("studies", "show", "theirs", "--format", "json").stdout)
    assert [trial["state"] for trial in study["trials"]] == ["complete", "complete", "failed"]
    assert study["best"]["params"] == second["params"]
    said = recli(*loop, "--tell", "1=0.8", code=2).stderr
    assert "Trial 1 of svd does not wait for a value. Waiting: none" in said
    assert "A trial has 1 values: rmse" in told_too_much(recli, loop)


def told_too_much(recli, loop) -> str:
    trial = json.loads(recli(*loop, "--ask").stdout)["trial"]
    return recli(*loop, "--tell", f"{trial}=0.9,3", code=2).stderr
