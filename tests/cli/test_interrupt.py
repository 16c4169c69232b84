"""Ctrl-C in the middle: exit code 6, what was finished is kept, nobody is left."""

from __future__ import annotations

import contextlib
import csv
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="process groups of POSIX")

# The first fold and the first trial are quick, what follows would take minutes.
SLOW = """\
import pathlib
import time

from recli.algorithms import Algorithm
from recli.params import Float


class Slow(Algorithm):
    parameters = (Float("pause", 0.0, "seconds", low=0, tune=(0, 1000)),)

    def __init__(self, pause=0.0):
        super().__init__()
        self.pause = pause

    def fit(self, trainset):
        super().fit(trainset)
        pathlib.Path("slow.began").touch()
        end = time.monotonic() + self.pause
        while time.monotonic() < end:
            time.sleep(0.05)
        return self

    def estimate(self, user, item):
        return self.trainset.global_mean
"""
PATIENCE = 180.0


@pytest.fixture
def start(tiny: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts `recli …` as the leader of a process group of its own, as a shell does."""
    Path("slow.py").write_text(SLOW, encoding="utf-8")
    started = []

    def run(*typed: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "recli", *typed, "-d", str(tiny), "--cv", "3"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            start_new_session=True,
        )
        started.append(process)
        return process

    yield run
    for process in started:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def interrupt(process: subprocess.Popen[str], whole_group: bool, ready: Callable[[], bool]) -> str:
    """Sends Ctrl-C once it is `ready`; what it then has to say, its exit code checked."""
    wait_for(lambda: ready() or process.poll() is not None)
    assert process.poll() is None, process.communicate()[1]
    (os.killpg if whole_group else os.kill)(process.pid, signal.SIGINT)
    printed, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 6, said
    assert printed == ""
    assert "Traceback" not in said
    assert "KeyboardInterrupt" not in said
    wait_for(lambda: living(process.pid) == [])
    # joblib may have something to say about its temporary folders after that.
    return next(line for line in said.splitlines() if line.startswith("Interrupted."))


def wait_for(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


def living(group: int) -> list[str]:
    """The processes of a group that have not ended; one that nobody has waited for has ended."""
    listed = subprocess.run(
        ["ps", "-A", "-o", "pgid=,stat=,args="], capture_output=True, encoding="utf-8", check=True
    )
    rows = [line.split(maxsplit=2) for line in listed.stdout.splitlines()]
    return [row[-1] for row in rows if row[0] == str(group) and not row[1].startswith("Z")]


# Of one job, the process is the whole group.
@pytest.mark.parametrize(("jobs", "whole_group"), [("1", True), ("2", False), ("2", True)])
def test_evaluate(start, jobs, whole_group):
    def a_fold_is_finished() -> bool:
        # Those of baseline-only are taken in by the time that a slow one is at work, on one job after
        # its first fold, on two after all of them.
        return Path("slow.began").exists()

    line_up = ("-a", "baseline-only", "-a", "slow:Slow", "-p", "pause=600")
    process = start("evaluate", *line_up, "--metric", "rmse", "--jobs", jobs)
    said = interrupt(process, whole_group, a_fold_is_finished)
    (folder,) = Path("results/runs").iterdir()
    with (folder / "metrics.csv").open(encoding="utf-8", newline="") as lines:
        kept = list(csv.DictReader(lines))
    assert {row["algorithm"] for row in kept} == {"baseline-only"}
    assert said.startswith("Interrupted.")
    assert str(folder) in said
    run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert run["status"] == "interrupted"
    assert len(run["cells"]) == len(kept)
    assert "Not complete" in (folder / "report.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_tune(start, jobs):
    def a_trial_is_finished() -> bool:
        return any(finished(file) for file in Path("results/studies").glob("*/study.db"))

    def finished(file: Path) -> int:
        query = "select count(*) from trials where state = 'COMPLETE'"
        with (
            contextlib.suppress(sqlite3.OperationalError),  # the tables are being made
            contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as study,
        ):
            return int(study.execute(query).fetchone()[0])
        return 0

    process = start("tune", "-a", "slow:Slow", "--trials", "9", "--jobs", jobs)
    said = interrupt(process, True, a_trial_is_finished)
    (folder,) = Path("results/studies").iterdir()
    assert said.startswith("Interrupted.")
    assert str(folder) in said
    assert finished(folder / "study.db") == 1
    study = json.loads((folder / "study.json").read_text(encoding="utf-8"))
    assert study["status"] == "interrupted"
    best = tomllib.loads((folder / "best.toml").read_text(encoding="utf-8"))
    assert best["params"] == {"pause": 0.0}


def test_before_the_first_fold(start):
    process = start("evaluate", "-a", "slow:Slow", "-p", "pause=600", "--jobs", "1")
    said = interrupt(process, True, lambda: any(Path("results/runs").glob("*/run.json")))
    assert said.startswith("Interrupted. Finished folds: 0,")


def test_a_ctrl_c_that_python_drops_comes_once_more(recli, monkeypatch):
    """A KeyboardInterrupt inside a destructor would only be reported, and the run would go on."""
    from recli.data import find

    class Destroyed:
        def __del__(self) -> None:
            raise KeyboardInterrupt

    def names() -> list[str]:
        Destroyed()
        wait_for(lambda: False)
        return []

    monkeypatch.setattr(find, "names", names)
    assert recli("list", "datasets", code=6).stderr == "Interrupted.\n"
