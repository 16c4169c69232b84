"""Studies on a small dataset."""

from __future__ import annotations

import functools
import json
import runpy
from pathlib import Path

import pytest

from recli.data.splits._base import Split
from recli.evaluation.goals import goals
from recli.evaluation.protocol import Protocol
from recli.experiments.resources import Resources
from recli.experiments.tuning.plan import Plan
from recli.experiments.tuning.search import Budget, Method
from recli.experiments.tuning.study import TuningRun
from recli.experiments.tuning.watch import Watch

_shared = runpy.run_path(str(Path(__file__).parents[2] / "algorithms" / "conftest.py"))
embedded, small = _shared["embedded"], _shared["small"]


@pytest.fixture(scope="session")
def study():
    """`study(results, dataset, "svd", …)` begins one, with two folds and nothing locked away."""
    return _study


@pytest.fixture(scope="session")
def search():
    """`search(run, 5)` makes so many trials on one core, and gives the study back."""

    def searched(run, trials, timeout=None, jobs=1, on_trial=lambda trial: None):
        run.run(Budget(trials, timeout), Resources(jobs), Watch(on_trial))
        return run

    return searched


@pytest.fixture
def new_run(study, small, tmp_path):
    """`study` on the 60 users, in a folder of the test's own."""
    return functools.partial(study, tmp_path, small)


@pytest.fixture
def document():
    """The study.json of a study."""
    return lambda run: json.loads((run.folder / "study.json").read_text(encoding="utf-8"))


def _study(
    results,
    dataset,
    *algorithms,
    metrics=("rmse",),
    split="k-fold:n_splits=2",
    threshold=4.0,
    seed=0,
    sampler="tpe",
    pruner="none",
    holdout=0.0,
    command=("recli", "tune"),
    name=None,
    url=None,
    begin="join",
    **plan,
):
    aims = goals(metrics)
    chosen = Plan(algorithms, aims, Method(sampler, pruner, seed), holdout=holdout, **plan)
    protocol = Protocol(Split.parse(split, seed), chosen.measures, threshold, seed)
    return TuningRun(results, command, dataset, chosen, protocol, name=name, url=url, begin=begin)
