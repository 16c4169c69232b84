"""A run that was killed goes on where it was: the same command again computes what is missing."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="process groups of POSIX")

# Every fit leaves a file. While there is a file `blocked`, no fit after the first one ends.
COUNTED = """\
import time
from pathlib import Path
from uuid import uuid4

from surprise import AlgoBase


class Counted(AlgoBase):
    def fit(self, trainset):
        fits = Path("fits")
        while Path("blocked").exists() and any(fits.iterdir()):
            time.sleep(0.05)
        (fits / uuid4().hex).touch()
        return super().fit(trainset)

    def estimate(self, user, item):
        return self.trainset.global_mean
"""
PATIENCE = 60.0


def command(tiny: Path, jobs: str, *more: str) -> list[str]:
    line_up = ("-a", "svd", "-a", "counted:Counted", "--metric", "rmse", "--metric", "ndcg@5")
    given = ("-d", str(tiny), "--cv", "3", "--jobs", jobs, "--format", "json", *more)
    return [sys.executable, "-m", "recli", "evaluate", *line_up, *given]


def cells(results: str = "results") -> int:
    return len(list(Path(results, "cells").glob("*/*.parquet")))


def run_json(folder: Path) -> dict:
    return json.loads((folder / "run.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_killed_and_run_again(recli, tiny, jobs):
    Path("counted.py").write_text(COUNTED, encoding="utf-8")
    Path("fits").mkdir()
    Path("blocked").touch()
    killed = subprocess.Popen(
        command(tiny, jobs),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
    )
    try:
        end = time.monotonic() + PATIENCE
        while cells() < 3:
            assert killed.poll() is None, killed.communicate()[1]
            assert time.monotonic() < end, "waited in vain"
            time.sleep(0.05)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(killed.pid, signal.SIGKILL)
        killed.communicate()
    there = cells()
    assert 3 <= there < 6
    (folder,) = Path("results/runs").iterdir()
    [listed] = json.loads(recli("runs", "list", "--format", "json").stdout)
    assert (listed["status"], listed["best"]) == ("killed", None)
    assert len(run_json(folder)["missing"]) == 6
    Path("blocked").unlink()
    before = len(list(Path("fits").iterdir()))

    done = subprocess.run(command(tiny, jobs), capture_output=True, encoding="utf-8", check=True)
    assert f"{there} of 6 cells were there already" in done.stderr
    second = Path("results/runs", json.loads(done.stdout)["run"])
    reused = [cell["reused"] for cell in run_json(second)["cells"]]
    assert (len(reused), sum(reused)) == (6, there)
    of_counted = [
        cell for cell in run_json(second)["cells"] if cell["algorithm"] == "counted:Counted"
    ]
    computed = sum(not cell["reused"] for cell in of_counted)
    assert len(list(Path("fits").iterdir())) == before + computed
    assert cells() == 6

    elsewhere = command(tiny, "1", "--results", "elsewhere")
    subprocess.run(elsewhere, capture_output=True, check=True)
    (whole,) = Path("elsewhere/runs").iterdir()
    for name in ("metrics.csv", "per_user.parquet"):
        assert (whole / name).read_bytes() == (second / name).read_bytes()
