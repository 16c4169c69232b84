"""An algorithm that fails: the others are compared, the command says why and ends with its code."""

from __future__ import annotations

import importlib
import json
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import recli as library
from recli import errors

OWN = """
import os
from pathlib import Path
from surprise import AlgoBase

class Wrong(AlgoBase):
    def estimate(self, u, i):
        raise ValueError("no such thing")

class Dies(AlgoBase):
    def fit(self, trainset):
        os._exit(9)

class Mended(AlgoBase):
    def fit(self, trainset):
        AlgoBase.fit(self, trainset)
        if not Path("mended").exists():
            raise ValueError("not mended")
    def estimate(self, u, i):
        return 3.0
"""
AT_HOME = """
import multiprocessing
from dataclasses import dataclass
import numpy as np
from recli.data.splits._base import Fold, Split
from surprise import AlgoBase

if multiprocessing.current_process().name != "MainProcess":
    raise OSError("the licence is for one process")

@dataclass(frozen=True)
class Halves(Split):
    'Every other rating.'
    advice = "Take others."
    seed: int = 0
    def _folds(self, dataset):
        for number in range(2):
            yield Fold.where(np.arange(len(dataset.ratings)) % 2 == number)

class Mine(AlgoBase):
    def estimate(self, u, i):
        return 3.0
"""
GIVEN = ("--cv", 2, "-j", 1, "--metric", "rmse", "--metric", "ndcg@5")
DIVERGES = ("-a", "svd", "-p", "lr_all=50")
OTHERS = ("-a", "baseline-only", "-a", "slope-one")


@pytest.fixture
def own(tmp_path, monkeypatch):
    """`own:NAME` are classes of a user's, in the folder where the test stands."""
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "failing_own.py").write_text(OWN, encoding="utf-8")
    monkeypatch.syspath_prepend(folder)
    importlib.invalidate_caches()
    yield "failing_own"
    sys.modules.pop("failing_own", None)


def newest():
    # Not by name: of two within a second chance decides.
    return max(Path("results/runs").iterdir(), key=lambda folder: folder.stat().st_mtime_ns)


def document():
    return json.loads((newest() / "run.json").read_text(encoding="utf-8"))


def test_the_others_are_shown_kept_tested_and_reported(recli, tiny):
    done = recli("evaluate", "-d", tiny, *DIVERGES, *OTHERS, *GIVEN, code=2)
    assert re.search(r"^baseline-only +\d\.\d+", done.stdout, re.MULTILINE)
    assert re.search(r"^svd \(lr_all=50\) +failed$", done.stdout, re.MULTILINE)
    assert done.stderr.rstrip().splitlines()[-2] == "Error: 1 of 3 algorithms failed:"
    assert "svd (lr_all=50), 2 of 2 folds: svd diverged" in done.stderr
    run = document()
    assert run["status"] == "finished"
    [failed] = run["failures"]
    assert (failed["label"], failed["folds"], failed["exit_code"]) == ("svd (lr_all=50)", [1, 2], 2)
    assert set(pd.read_csv(newest() / "metrics.csv")["algorithm"]) == {"baseline-only", "slope-one"}
    report = (newest() / "report.md").read_text(encoding="utf-8")
    assert "## Failed\n\n- svd (lr_all=50), 2 of 2 folds: svd diverged" in report
    assert "Not complete" not in report
    alone = json.loads(recli("evaluate", "-d", tiny, *OTHERS, *GIVEN, "--format", "json").stdout)[
        "significance"
    ]
    with_it = json.loads(
        recli("evaluate", "-d", tiny, *DIVERGES, *OTHERS, *GIVEN, "--format", "json", code=2).stdout
    )
    assert with_it["significance"] == alone
    assert [one["label"] for one in with_it["failures"]] == ["svd (lr_all=50)"]


def test_what_is_told_of_the_run_later(recli, tiny):
    recli("evaluate", "-d", tiny, *DIVERGES, *OTHERS, *GIVEN, code=2)
    assert "finished, 1 algorithm failed" in recli("runs", "list").stdout
    assert "failed       svd (lr_all=50): svd diverged" in recli("runs", "show", "latest").stdout
    recli("runs", "diff", "latest", "latest")
    assert "so not compared: svd" in recli("report", "latest", "--format", "markdown").stdout
    recli("report", "latest")
    assert "svd (lr_all=50) is not compared" in (newest() / "report.html").read_text("utf-8")
    again = recli("reproduce", "latest", "-j", 1)
    assert "Identical: " in again.stdout


def test_alone_it_is_the_error_and_nothing_else(recli, tiny):
    done = recli("evaluate", "-d", tiny, *DIVERGES, *GIVEN, code=2)
    assert done.stdout == ""
    assert "Error: svd diverged" in done.stderr
    assert document()["status"] == "failed"
    assert "failed, 1 algorithm failed" in recli("runs", "list").stdout
    recli("runs", "show", "latest")
    recli("runs", "diff", "latest", "latest")
    for command in (("report", "latest"), ("report", "latest", "--format", "csv")):
        assert "of no algorithm is anything there" in recli(*command, code=3).stderr


def test_a_mistake_in_a_class_of_the_users_own_is_named_and_keeps_its_traceback(recli, tiny, own):
    done = recli("evaluate", "-d", tiny, "-a", f"{own}:Wrong", *OTHERS, *GIVEN, code=1)
    assert re.search(r"^slope-one +\d\.\d+", done.stdout, re.MULTILINE)
    failed = f"  {own}:Wrong, 2 of 2 folds: ValueError: no such thing (fold 1)"
    assert done.stderr.splitlines()[-2:] == ["Error: 1 of 3 algorithms failed:", failed]
    assert "Next: " not in done.stderr  # which is to mend it
    assert "in estimate\n" in done.stderr  # where in their file
    recli("evaluate", "-d", tiny, "-a", f"{own}:Wrong", *GIVEN, code=1)


def test_the_same_command_computes_what_failed(recli, tiny, own, monkeypatch, tmp_path):
    typed = ("evaluate", "-d", tiny, "-a", f"{own}:Mended", *OTHERS, *GIVEN)
    recli(*typed, code=1)
    Path("mended").touch()
    done = recli(*typed)
    assert "4 of 6 cells were there already" in done.stderr
    assert document()["failures"] == []


def test_in_an_experiment_the_other_evaluations_go_on(recli, tiny):
    Path("mine.toml").write_text(
        f"""
datasets = ["{Path(tiny).as_posix()}"]
splits = ["k-fold:n_splits=2"]
seeds = [0, 1]
metrics = ["rmse"]
[algorithm.svd]
lr_all = 50
[algorithm.baseline-only]
""",
        encoding="utf-8",
    )
    done = recli("run", "mine.toml", "-j", 1, code=2)
    assert "2 of 4 algorithms failed" in done.stderr
    assert len(list(Path("results/runs").iterdir())) == 2


def test_a_trial_that_fails_does_not_end_the_study(recli, tiny, own):
    typed = ("tune", "-d", tiny, "-a", f"{own}:Wrong", "-a", "baseline-only", "--metric", "rmse")
    done = recli(*typed, "--cv", 2, "-j", 1, "--trials", 3, "--holdout", 0)
    assert "1 failed" in done.stdout
    found = json.loads(recli("studies", "export", "latest", "--format", "json").stdout)
    reasons = {trial["algorithm"]: trial["reason"] for trial in found if trial["state"] == "failed"}
    assert reasons == {f"{own}:Wrong": "ValueError: no such thing (fold 1)"}


def test_in_python(tiny):
    given = {"split": "k-fold:n_splits=2", "metrics": ["rmse"], "jobs": 1}
    line_up = [library.algorithm("svd", lr_all=50.0), "baseline-only"]
    with pytest.warns(errors.FailedCellsWarning, match="1 of 2 algorithms failed"):
        found = library.evaluate(tiny, line_up, **given)
    [failed] = found.failures
    assert failed.folds == (1, 2)
    table = found.leaderboard()
    assert list(table.index) == ["baseline-only", "svd (lr_all=50)"]
    assert table["failed"].iloc[0] == ""
    assert "diverged" in table["failed"].iloc[1]
    assert "failed" in repr(found)
    with pytest.raises(errors.DivergedError):
        library.evaluate(tiny, line_up[:1], **given)


def test_a_worker_that_dies_ends_the_run_with_the_reason(tiny, own, tmp_path):
    command = [sys.executable, "-m", "recli", "evaluate", "-d", str(tiny), "-a", f"{own}:Dies"]
    done = subprocess.run(
        [*command, "--cv", "2", "-j", "2", "--metric", "rmse"],
        cwd=tmp_path / "own",
        capture_output=True,
        text=True,
        timeout=500,
    )
    assert done.returncode == 1, done.stderr
    assert re.search(r"Error: A worker process is gone(, EXIT\(9\))*: the system", done.stderr)
    assert "Traceback" not in done.stderr


def test_a_worker_that_cannot_read_its_task_says_so(tiny, tmp_path):
    (tmp_path / "at_home.py").write_text(AT_HOME, encoding="utf-8")
    command = [sys.executable, "-m", "recli", "evaluate", "-d", str(tiny), "-a", "at_home:Mine"]
    done = subprocess.run(
        [*command, "--split", "at_home:Halves", "-j", "2", "--metric", "rmse"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=500,
    )
    assert done.returncode == 1, done.stderr
    assert "A worker process cannot read what it is sent" in done.stderr
    assert "OSError: the licence is for one process. It imports" in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
