"""Cells on a real cluster of Dask with two workers, one of which is killed in the middle."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

pytest.importorskip("distributed", reason="Dask is not installed: 'make test-services' does it")
pytestmark = pytest.mark.services

PATIENCE = 240.0
ALGORITHMS = ("-a", "svd", "-a", "ease", "-a", "item-knn")
SLOW = """\
import time
from pathlib import Path

from recli.algorithms import Algorithm


class Slow(Algorithm):
    def estimate(self, user, item):
        return self.trainset.global_mean

    def fit(self, trainset):
        super().fit(trainset)
        with open("begun", "a") as file:
            file.write(".")
        time.sleep(2.0)
        return self
"""


@contextmanager
def running(*arguments: str, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A program of Dask, until the block ends."""
    typed = [sys.executable, "-m", "distributed.cli.dask_" + arguments[0], *arguments[1:]]
    with (folder / f"{arguments[0]}.log").open("ab") as log:
        started = subprocess.Popen(
            typed, cwd=folder, stdout=log, stderr=log, start_new_session=True
        )
    try:
        yield started
    finally:
        if started.poll() is None:
            os.killpg(started.pid, signal.SIGKILL)
        started.wait()


@pytest.fixture
def scheduler(tmp_path, free_port):
    """The address of a scheduler without workers."""
    port = str(free_port())
    with running(
        "scheduler", "--host", "127.0.0.1", "--port", port, "--no-dashboard", folder=tmp_path
    ):
        yield f"127.0.0.1:{port}"


def worker(at: str, folder: Path, threads: int = 1):
    """A worker: a nanny and the process that computes, which is started anew when it dies."""
    return running(
        "worker", f"tcp://{at}", "--nthreads", str(threads), "--no-dashboard", folder=folder
    )


def recli(folder: Path, *arguments: str, code: int = 0) -> str:
    """What a command says."""
    typed = [sys.executable, "-m", "recli", *arguments]
    done = subprocess.run(
        typed, cwd=folder, capture_output=True, encoding="utf-8", timeout=PATIENCE, check=False
    )
    assert done.returncode == code, done.stderr
    return done.stdout + done.stderr


def numbers(results: Path) -> list[tuple[str, ...]]:
    [table] = results.glob("runs/*/metrics.csv")
    with table.open(encoding="utf-8") as file:
        return sorted(
            (row["algorithm"], row["fold"], row["metric"], row["value"])
            for row in csv.DictReader(file)
        )


def cells(results: Path) -> list[str]:
    return sorted(path.name for path in results.glob("cells/*/*.parquet"))


def test_the_same_numbers_and_cells(scheduler, tmp_path):
    with worker(scheduler, tmp_path), worker(scheduler, tmp_path):
        typed = ["evaluate", *ALGORITHMS, "--cluster", f"dask://{scheduler}", "--results", "there"]
        recli(tmp_path, *typed)
        said = recli(
            tmp_path, "tune", "-a", "svd", "--trials", "3", "--cluster", f"dask://{scheduler}"
        )
        assert "svd" in said
    recli(tmp_path, "evaluate", *ALGORITHMS, "--results", "here")
    assert numbers(tmp_path / "there") == numbers(tmp_path / "here")
    assert cells(tmp_path / "there") == cells(tmp_path / "here")


def test_a_worker_that_is_killed_costs_no_cell(scheduler, tmp_path):
    (tmp_path / "mine.py").write_text(SLOW, encoding="utf-8")
    begun = tmp_path / "begun"
    typed = [sys.executable, "-m", "recli", "evaluate", "-a", "mine:Slow", "-a", "damped-mean"]
    typed += ["--cluster", f"dask://{scheduler}", "--metric", "rmse"]
    with (
        pytest.MonkeyPatch.context() as patch,
        worker_with(patch, scheduler, tmp_path) as first,
        worker_with(patch, scheduler, tmp_path),
        subprocess.Popen(
            typed, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        ) as run,
    ):
        until = time.monotonic() + PATIENCE
        while not begun.exists() or begun.stat().st_size < 2:
            assert time.monotonic() < until and run.poll() is None
            time.sleep(0.05)
        os.killpg(first.pid, signal.SIGKILL)
        said, _ = run.communicate(timeout=PATIENCE)
    assert run.returncode == 0, said.decode()
    assert begun.stat().st_size > 5  # a cell of the five was begun twice
    assert len(cells(tmp_path / "results")) == 10
    found = {(name, fold) for name, fold, *_ in numbers(tmp_path / "results")}
    assert len(found) == 10


@contextmanager
def worker_with(
    patch: pytest.MonkeyPatch, at: str, folder: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """A worker that finds the modules of this folder."""
    patch.setenv("PYTHONPATH", str(folder))
    with worker(at, folder) as started:
        yield started


def test_an_own_module_that_workers_do_not_find(scheduler, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / "mine.py").write_text(SLOW, encoding="utf-8")
    with worker(scheduler, elsewhere):
        typed = ["evaluate", "-a", "mine:Slow", "--cluster", f"dask://{scheduler}"]
        said = recli(tmp_path, *typed, code=2)
    assert "PYTHONPATH" in said
    assert "Traceback" not in said


def test_nobody_answers(tmp_path, free_port):
    typed = ["evaluate", "-a", "damped-mean", "--cluster", f"dask://127.0.0.1:{free_port()}"]
    said = recli(tmp_path, *typed, code=2)
    assert "No Dask scheduler answers at dask://127.0.0.1" in said
    assert "Traceback" not in said


def test_a_scheduler_without_workers(scheduler, tmp_path):
    typed = ["evaluate", "-a", "damped-mean", "--cluster", f"dask://{scheduler}"]
    assert "has no worker. Start some: 'dask worker" in recli(tmp_path, *typed, code=2)


def test_workers_with_several_threads(scheduler, tmp_path):
    with worker(scheduler, tmp_path, threads=2):
        typed = ["evaluate", "-a", "damped-mean", "--cluster", f"dask://{scheduler}"]
        assert "--nthreads 1" in recli(tmp_path, *typed, code=2)


def test_ctrl_c_ends_it_and_leaves_the_workers(scheduler, tmp_path):
    (tmp_path / "mine.py").write_text(SLOW, encoding="utf-8")
    begun = tmp_path / "begun"
    with pytest.MonkeyPatch.context() as patch, worker_with(patch, scheduler, tmp_path) as one:
        typed = [sys.executable, "-m", "recli", "evaluate", "-a", "mine:Slow"]
        run = subprocess.Popen(
            [*typed, "--cluster", f"dask://{scheduler}"],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )
        until = time.monotonic() + PATIENCE
        while not begun.exists() or begun.stat().st_size < 2:  # the first cell is finished
            assert time.monotonic() < until and run.poll() is None
            time.sleep(0.05)
        run.send_signal(signal.SIGINT)
        said, _ = run.communicate(timeout=PATIENCE)
        assert run.returncode == 6, said.decode()
        assert b"Traceback" not in said
        assert cells(tmp_path / "results")
        typed = ["evaluate", "-a", "damped-mean", "--cluster", f"dask://{scheduler}"]
        recli(tmp_path, *typed)
        assert one.poll() is None
