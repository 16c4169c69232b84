"""Cells on real clusters with two workers, one of which is killed in the middle."""

from __future__ import annotations

import csv
import importlib.util
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

pytestmark = pytest.mark.services

PATIENCE = 240.0
ALGORITHMS = ("-a", "svd", "-a", "ease", "-a", "item-knn")
SLOW = """\
import os
import time

from recli.algorithms import Algorithm


class Slow(Algorithm):
    def estimate(self, user, item):
        return self.trainset.global_mean

    def fit(self, trainset):
        super().fit(trainset)
        with open(os.environ["BEGUN"], "a") as file:
            file.write(f"{os.getpid()}\\n")
        time.sleep(2.0)
        return self
"""


@pytest.fixture(autouse=True)
def begun(tmp_path, monkeypatch):
    """The file to which a fit of `mine:Slow` writes the number of its process."""
    found = tmp_path / "begun"
    monkeypatch.setenv("BEGUN", str(found))
    return found


@contextmanager
def running(*typed: str, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A program, until the block ends."""
    with (folder / "log").open("ab") as log:
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
    """Host and port of a scheduler of Dask without workers."""
    needs("distributed")
    port = str(free_port())
    module = "distributed.cli.dask_scheduler"
    typed = ("--host", "127.0.0.1", "--port", port, "--no-dashboard")
    with running(sys.executable, "-m", module, *typed, folder=tmp_path):
        yield f"127.0.0.1:{port}"


def worker(at: str, folder: Path, threads: int = 1):
    """A worker of Dask: a nanny and the process that computes, which is started anew when it dies."""
    typed = (f"tcp://{at}", "--nthreads", str(threads), "--no-dashboard")
    return running(sys.executable, "-m", "distributed.cli.dask_worker", *typed, folder=folder)


@contextmanager
def of_dask(at: str, folder: Path) -> Iterator[str]:
    with worker(at, folder), worker(at, folder):
        yield f"dask://{at}"


@contextmanager
def of_ray(ports: tuple[int, int], folder: Path) -> Iterator[str]:
    port, client = map(str, ports)
    ray = [sys.executable, "-m", "ray.scripts.scripts"]
    typed = [
        *ray,
        "start",
        "--head",
        "--num-cpus",
        "2",
        "--port",
        port,
        "--include-dashboard=false",
    ]
    typed += ["--ray-client-server-port", client, "--object-store-memory", str(200 << 20)]
    typed += ["--min-worker-port", "0", "--max-worker-port", "0", "--block"]
    with running(*typed, folder=folder):
        try:
            yield f"ray://127.0.0.1:{client}"
        finally:
            subprocess.run([*ray, "stop", "--force"], capture_output=True, check=False)


@pytest.fixture(params=["dask", "ray", "spark"])
def cluster(request, tmp_path, free_port, monkeypatch):
    """The address of a cluster with two workers, which find the modules of `tmp_path`."""
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    if request.param == "dask":
        with of_dask(request.getfixturevalue("scheduler"), tmp_path) as address:
            yield address
        return
    needs(request.param if request.param == "ray" else "pyspark")
    if request.param == "spark":
        yield "spark"  # on this machine
        return
    with of_ray((free_port(), free_port()), tmp_path) as address:
        time.sleep(10.0)  # its client waits for a server, but not for its cores
        yield address


def needs(module: str) -> None:
    if importlib.util.find_spec(module) is None:
        pytest.skip(f"{module} is not installed: 'make test-services' does it")


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


def test_the_same_numbers_and_cells(cluster, tmp_path):
    recli(tmp_path, "evaluate", *ALGORITHMS, "--cluster", cluster, "--results", "there")
    recli(tmp_path, "tune", "-a", "svd", "--trials", "3", "--cluster", cluster)
    recli(tmp_path, "evaluate", *ALGORITHMS, "--results", "here")
    assert numbers(tmp_path / "there") == numbers(tmp_path / "here")
    assert cells(tmp_path / "there") == cells(tmp_path / "here")


def test_a_worker_that_is_killed_costs_no_cell(cluster, tmp_path, begun):
    if cluster == "spark":
        pytest.skip("on one machine Spark tries a task once; with a master four times")
    (tmp_path / "mine.py").write_text(SLOW, encoding="utf-8")
    typed = [sys.executable, "-m", "recli", "evaluate", "-a", "mine:Slow", "-a", "damped-mean"]
    typed += ["--cluster", cluster, "--metric", "rmse"]
    with subprocess.Popen(
        typed, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as run:
        os.kill(fits(begun, 2, run)[0], signal.SIGKILL)
        said, _ = run.communicate(timeout=PATIENCE)
    assert run.returncode == 0, said.decode()
    assert len(fits(begun, 6, run)) > 5  # one of five was begun twice
    assert len(cells(tmp_path / "results")) == 10
    assert len({(name, fold) for name, fold, *_ in numbers(tmp_path / "results")}) == 10


def fits(begun: Path, n: int, run: subprocess.Popen[bytes]) -> list[int]:
    """The processes of the fits that have begun, once these are `n`."""
    until = time.monotonic() + PATIENCE
    while True:
        found = begun.read_text().split() if begun.exists() else []
        if len(found) >= n:
            return list(map(int, found))
        assert time.monotonic() < until and run.poll() is None
        time.sleep(0.05)


def test_an_own_module_that_workers_do_not_find(scheduler, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / "mine.py").write_text(SLOW, encoding="utf-8")
    with worker(scheduler, elsewhere):
        typed = ["evaluate", "-a", "mine:Slow", "--cluster", f"dask://{scheduler}"]
        said = recli(tmp_path, *typed, code=2)
    assert "PYTHONPATH" in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("kind", "module", "what"),
    [("dask", "distributed", "Dask scheduler"), ("ray", "ray", "Ray cluster")],
)
def test_nobody_answers(tmp_path, free_port, kind, module, what):
    needs(module)
    address = f"{kind}://127.0.0.1:{free_port()}"
    said = recli(tmp_path, "evaluate", "-a", "damped-mean", "--cluster", address, code=2)
    assert f"No {what} answers at {address}" in said
    assert "Traceback" not in said


def test_a_scheduler_without_workers(scheduler, tmp_path):
    typed = ["evaluate", "-a", "damped-mean", "--cluster", f"dask://{scheduler}"]
    assert "has no worker. Start some: 'dask worker" in recli(tmp_path, *typed, code=2)


def test_workers_with_several_threads(scheduler, tmp_path):
    with worker(scheduler, tmp_path, threads=2):
        typed = ["evaluate", "-a", "damped-mean", "--cluster", f"dask://{scheduler}"]
        assert "--nthreads 1" in recli(tmp_path, *typed, code=2)


def test_ctrl_c_ends_it_and_leaves_the_workers(cluster, tmp_path, begun):
    (tmp_path / "mine.py").write_text(SLOW, encoding="utf-8")
    typed = [sys.executable, "-m", "recli", "evaluate", "-a", "mine:Slow", "--cluster", cluster]
    run = subprocess.Popen(
        typed,
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    fits(begun, 3, run)  # one of them is finished
    time.sleep(1.0)
    run.send_signal(signal.SIGINT)
    said, _ = run.communicate(timeout=PATIENCE)
    assert run.returncode == 6, said.decode()
    assert b"Traceback" not in said
    assert cells(tmp_path / "results")
    recli(tmp_path, "evaluate", "-a", "damped-mean", "--cluster", cluster)
