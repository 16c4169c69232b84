"""Runs made again: the same numbers, or why not."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

from recli import errors
from recli.algorithms import Configured
from recli.data.filters import filtered
from recli.data.splits.k_fold import KFold
from recli.evaluation.metric_names import Measure
from recli.evaluation.protocol import Protocol
from recli.experiments import reproduce
from recli.experiments.evaluation_run import EvaluationRun
from recli.experiments.reading import Reading
from recli.experiments.resources import Resources
from recli.records.stored_run import StoredRun

MEASURES = tuple(map(Measure.parse, ("rmse", "ndcg@5", "gini@5")))
RANDOM = """\
import os
from surprise import AlgoBase

class Random(AlgoBase):
    def estimate(self, user, item):
        return 1 + os.urandom(1)[0] / 64
"""


@pytest.fixture
def data(tiny, tmp_path) -> Path:
    return shutil.copytree(tiny, tmp_path / "data")


def made(data, *names, least=(0, 0), **read) -> StoredRun:
    reading = Reading(str(data), **read)
    dataset = reading.load()
    dataset = filtered(dataset, *least) if any(least) else dataset
    protocol = Protocol(KFold(3, seed=5), MEASURES, 4.0, 7)
    line_up = [Configured.of(name) for name in names]
    run = EvaluationRun(Path("results"), (), dataset, line_up, protocol, reading)
    run.run(Resources(1))
    return StoredRun.read(Path("results"), str(run.folder))


def again(first: StoredRun, jobs: int = 2) -> StoredRun:
    run = reproduce.again(Path("results"), (), first, reproduce.dataset_of(first))
    run.run(Resources(jobs), fresh=True)
    assert run.n_reused == 0
    return StoredRun.read(Path("results"), str(run.folder))


def change(run: StoredRun, **changes) -> StoredRun:
    document = {**run.document, **changes}
    del document["seal"], document["sha256"]  # as in those of older versions
    (run.folder / "run.json").write_text(json.dumps(document), encoding="utf-8")
    return StoredRun.read(Path("results"), str(run.folder))


def test_identical(data):
    first = made(data, "svd", "baseline-only")
    found = reproduce.compare(first, again(first))
    assert found.identical
    assert (found.causes, found.changed) == ([], ())
    # Three metrics, of which two have values for each of 30 users on three folds; one is also there
    # without each of them.
    users = len(first.per_user())
    assert found.n_values == 2 * 3 * 3 + 3 * users


def test_data_is_read_and_filtered_as_it_was(data):
    lines = (data / "ratings.csv").read_text(encoding="utf-8").splitlines()
    doubled = [*lines, *lines[1:20], "nonsense"]
    (data / "ratings.csv").write_text("\n".join(doubled) + "\n", encoding="utf-8")
    first = made(
        *(data, "baseline-only"),
        least=(12, 6),
        on_bad="skip",
        duplicates="mean",
        overrides={"scale": (0.5, 10.0)},
    )
    assert first.document["dataset"]["left_out"]["users"] > 0
    assert reproduce.compare(first, again(first)).identical


def test_data_changed(data):
    first = made(data, "baseline-only")
    path = data / "ratings.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(lines[:-3]) + "\n", encoding="utf-8")
    n = len(lines) - 1
    with pytest.raises(
        errors.DataError, match=f"Data changed: .* {n} ratings.* and {n - 3}"
    ) as told:
        again(first)
    assert first.document["dataset"]["fingerprint"] in str(told.value)
    assert told.value.exit_code == 3


def test_data_gone(data):
    first = made(data, "baseline-only")
    shutil.rmtree(data)
    with pytest.raises(errors.NotFoundError):
        again(first)


def test_split_changed(data):
    first = made(data, "baseline-only")
    folds = [{**fold, "fingerprint": "0" * 16} for fold in first.document["folds"]]
    with pytest.raises(errors.NotReproducedError, match="Split changed: k-fold") as told:
        again(change(first, folds=folds))
    assert told.value.exit_code == 7


def test_package_changed(data):
    first = made(data, "baseline-only", "svd")
    path = first.folder / "metrics.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    start, _, value = lines[1].rpartition(",")
    lines[1] = f"{start},{float(value) + 0.25}"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    environment = first.document["environment"]
    now = environment["packages"]["numpy"]
    packages = {**environment["packages"], "numpy": "1.0"}
    first = change(first, environment={**environment, "packages": packages, "cpu": "abacus"})
    found = reproduce.compare(first, again(first))
    [deviation] = found.deviations
    assert (deviation.algorithm, deviation.metric) == ("baseline-only", "rmse")
    assert deviation.n_differing == 1
    assert deviation.largest == pytest.approx(0.25, abs=1e-12)
    assert not found.same_bytes
    assert found.causes == [
        f"processor changed: abacus → {environment['cpu']}",
        f"package changed: numpy 1.0 → {now}",
    ]


def test_one_bit_is_a_difference(data):
    first = made(data, "baseline-only")
    path = first.folder / "metrics.csv"
    table = path.read_text(encoding="utf-8")
    value = next(line for line in table.splitlines()[1:]).rpartition(",")[2]
    nudged = repr(float(value) * (1 + 2**-52))
    path.write_text(table.replace(value, nudged), encoding="utf-8")
    first = change(first)
    found = reproduce.compare(first, again(first))
    assert not found.identical
    assert 0 < found.deviations[0].largest < 1e-15
    assert found.causes == []


def test_seed_missing(data, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    Path("unseeded.py").write_text(RANDOM, encoding="utf-8")
    try:
        first = made(data, "unseeded:Random", "svd")
        found = reproduce.compare(first, again(first, jobs=1))
    finally:
        sys.modules.pop("unseeded", None)
    assert {deviation.algorithm for deviation in found.deviations} == {"unseeded:Random"}
    assert found.causes == [
        "seed missing: unseeded:Random takes no 'random_state', so the run's seed does not reach it"
    ]


def test_a_run_that_is_not_finished(data):
    first = change(made(data, "baseline-only"), status="interrupted")
    with pytest.raises(errors.UsageError, match="is interrupted"):
        again(first)


def test_a_run_that_does_not_say_how_its_data_was_read(data):
    first = made(data, "baseline-only")
    about = {**first.document["dataset"], "reading": None}
    with pytest.raises(errors.UsageError, match="does not say how its data was read"):
        again(change(first, dataset=about))
