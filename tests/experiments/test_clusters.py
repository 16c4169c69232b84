"""Cells by the workers of a cluster: what is sent to them, and that it changes no number."""

from __future__ import annotations

import dataclasses
import pickle

import pytest

from recli import errors
from recli.algorithms import Configured
from recli.data.splits.k_fold import KFold
from recli.evaluation.metric_names import Measure
from recli.evaluation.protocol import Protocol
from recli.experiments import cluster_task
from recli.experiments.cell_task import Kept
from recli.experiments.cluster_task import Comparison
from recli.experiments.clusters import Workers, opened
from recli.experiments.cross_validation import cells
from recli.experiments.resources import Resources
from recli.records.cell_store import CellStore
from recli.records.failures import CellFailure

PROTOCOL = Protocol(KFold(2, 0), tuple(map(Measure.parse, ("rmse", "ndcg@3", "auc"))), 4.0, 0)


class InPickles(Workers):
    """Workers that share nothing with who asks but what can be pickled, the last task first."""

    address, n_jobs = "pickles://here", 3

    def __init__(self):
        self.sent = []

    def _send(self, what):
        self.sent.append(what)
        return pickle.dumps(what)

    def each(self, function, shared, tasks):
        for task in reversed([pickle.dumps(task) for task in tasks]):
            found = function(pickle.loads(shared), pickle.loads(task))
            yield pickle.loads(pickle.dumps(found))


def line_up():
    return [
        Configured.of("svd", {"n_epochs": 2}),
        Configured.of("ease"),
        Configured.of("damped-mean"),
    ]


def metrics(found):
    # Every digit; NaN, which `ease` has for rmse, as text is equal to itself.
    return {(cell.entry, cell.fold): repr(cell.scores.metrics) for cell in found}


def test_a_cluster_changes_no_number(small):
    here = metrics(cells(small, line_up(), PROTOCOL, Resources(1)))
    there = metrics(cells(small, line_up(), PROTOCOL, Resources(1, workers=InPickles())))
    assert there == here
    assert len(here) == 6


def test_what_all_cells_need_is_sent_once(small):
    workers = InPickles()
    folds = PROTOCOL.split.folds(small)
    for _ in range(2):
        assert (
            len(list(cells(small, line_up(), PROTOCOL, Resources(1, workers=workers), folds))) == 6
        )
    assert len(workers.sent) == 1
    list(cells(small, line_up(), PROTOCOL, Resources(1, workers=workers), list(folds)))
    assert len(workers.sent) == 2


def test_outcomes_are_kept_by_who_asks(small, tmp_path):
    keys = {(entry, fold): f"{entry}{fold}" * 8 for entry in range(2) for fold in range(2)}
    keys[2, 0] = keys[2, 1] = None
    kept = Kept(CellStore(tmp_path), keys)
    first = metrics(cells(small, line_up(), PROTOCOL, Resources(1, workers=InPickles()), kept=kept))
    assert sorted(kept.store.keys()) == sorted(filter(None, keys.values()))
    again = list(cells(small, line_up(), PROTOCOL, Resources(1), kept=kept))
    assert metrics(again) == first
    assert {(cell.entry, cell.fold) for cell in again if cell.reused} == set(keys) - {
        (2, 0),
        (2, 1),
    }


def test_what_fails_there_costs_its_own_cells(small):
    entries = [*line_up(), Configured.of("svd", {"lr_all": 1e6})]
    found = list(cells(small, entries, PROTOCOL, Resources(1, workers=InPickles())))
    lost = [cell for cell in found if isinstance(cell, CellFailure)]
    assert [cell.entry for cell in lost] == [3, 3]
    assert len(found) == 8


@pytest.mark.parametrize("name", ["Python", "recli", "numpy"])
def test_workers_of_another_environment_are_refused(small, monkeypatch, name):
    other = {**cluster_task.made_by(), name: "0.0-other"}
    comparison = Comparison.of(small, PROTOCOL.split.folds(small), 4.0)
    comparison = dataclasses.replace(comparison, made_by=other)
    with pytest.raises(errors.UsageError, match=rf"another {name} .* that asks \(0\.0-other\)"):
        cluster_task.computed(comparison, None)


def test_jobs_are_those_of_the_workers():
    assert Resources(1, workers=InPickles()).n_jobs == 3


def test_no_address_no_workers():
    with opened(None) as workers:
        assert workers is None


def test_a_kind_that_there_is_not():
    with pytest.raises(errors.UsageError, match="Valid: .*dask"), opened("slurm://host"):
        pass


@pytest.mark.parametrize("change", [{"code": "other"}, {"code": None}])
def test_workers_with_other_code_of_an_own_class_are_refused(
    small, own_module, monkeypatch, change
):
    own_module(
        "mine",
        "from recli.algorithms import Algorithm\n\n\nclass Three(Algorithm):\n"
        "    def estimate(self, user, item):\n        return 3.0\n",
    )
    each = InPickles.each

    def with_other_code(self, function, shared, tasks):
        return each(self, function, shared, (dataclasses.replace(t, **change) for t in tasks))

    entries = [Configured.of("mine:Three")]
    resources = Resources(1, workers=InPickles())
    assert len(list(cells(small, entries, PROTOCOL, resources))) == 2
    monkeypatch.setattr(InPickles, "each", with_other_code)
    with pytest.raises(errors.UsageError, match=r"On a worker of pickles://here: The code of mine"):
        list(cells(small, entries, PROTOCOL, resources))


def test_what_is_no_address():
    with pytest.raises(errors.UsageError, match="no cluster 'localhost'.* like dask://HOST:8786"):
        opened("localhost").__enter__()
