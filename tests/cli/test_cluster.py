"""`--cluster`: what is said of the cluster, by one of the user's own that computes in this process."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

OWN = """
from contextlib import contextmanager

from recli import errors
from recli.experiments.clusters import Cluster, Workers


class Here(Cluster):
    summary = "this process"

    @contextmanager
    def open(self, address):
        if address.endswith("nobody"):
            raise errors.UsageError(f"Nobody is at {address}. Start somebody.")
        yield HereWorkers()


class HereWorkers(Workers):
    address, n_jobs = "here", 3

    def _send(self, what):
        return what

    def each(self, function, shared, tasks):
        for task in tasks:
            yield function(shared, task)
"""
WAITING = "Waiting for the workers of here_cluster:Here://{} …"


@pytest.fixture(autouse=True)
def own(tmp_path, monkeypatch):
    (tmp_path / "here_cluster.py").write_text(OWN, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    yield
    sys.modules.pop("here_cluster", None)


@pytest.mark.parametrize(
    "typed", [("evaluate", "-a", "damped-mean"), ("tune", "-a", "damped-mean", "--trials", "1")]
)
def test_it_is_said_that_workers_are_waited_for_and_how_many_there_are(recli, typed):
    said = recli(*typed, "--cluster", "here_cluster:Here://me:hush@there").stderr.splitlines()
    at = said.index(WAITING.format("me:***@there"))
    assert said[at + 1] == ("Cells are computed by here_cluster:Here://me:***@there, 3 at once")


def test_what_is_waited_for_stands_before_the_error(recli):
    typed = ("evaluate", "-a", "damped-mean", "--cluster", "here_cluster:Here://nobody")
    [*_, waiting, error] = recli(*typed, code=2).stderr.splitlines()
    assert waiting == WAITING.format("nobody")
    assert error == "Error: Nobody is at here_cluster:Here://nobody. Start somebody."


def test_quiet_says_nothing_of_it(recli):
    typed = ("evaluate", "-a", "damped-mean", "-q", "--cluster", "here_cluster:Here://there")
    assert recli(*typed).stderr == ""
    assert list(Path("results/runs").iterdir())
