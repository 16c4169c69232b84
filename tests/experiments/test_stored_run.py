"""Runs read back: by name, of older and newer formats, damaged; and removed."""

from __future__ import annotations

import json
import math
import shutil
from pathlib import Path

import numpy as np
import pytest

from recli import errors
from recli.algorithms import Configured
from recli.data.splits.k_fold import KFold
from recli.evaluation.metric_names import Measure
from recli.evaluation.protocol import Protocol
from recli.experiments.evaluation_run import EvaluationRun
from recli.experiments.resources import Resources
from recli.records import run_diff, stored_run
from recli.records.kinds import RUNS
from recli.records.stored_run import StoredRun

MEASURES = (Measure.parse("rmse"), Measure.parse("ndcg@5"))


def made(results, dataset, *names, **changes):
    split = changes.pop("split", KFold(3, seed=0))
    protocol = Protocol(split, MEASURES, changes.pop("threshold", 4.0), 0)
    line_up = [Configured.of(name, changes if name == "svd" else {}) for name in names]
    run = EvaluationRun(results, ("recli", "evaluate"), dataset, line_up, protocol)
    run.run(Resources(1))
    return run


@pytest.fixture(scope="module")
def finished(small, tmp_path_factory):
    """A run of two algorithms, one of them twice; the tests only look at it."""
    return made(
        tmp_path_factory.mktemp("results"), small, "baseline-only", "slope-one", "slope-one"
    )


def results_of(run) -> Path:
    return run.folder.parents[1]


def copy(run, tmp_path, **changes) -> StoredRun:
    """A copy of the run's folder with another run.json, to be read as `latest`.

    Without seal and sums, as those of older versions are.
    """
    folder = shutil.copytree(run.folder, tmp_path / "runs" / run.id)
    document = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    del document["seal"], document["sha256"]
    (folder / "run.json").write_text(json.dumps({**document, **changes}), encoding="utf-8")
    return StoredRun.read(tmp_path, "latest")


def test_its_tables(finished):
    run = StoredRun.read(results_of(finished), finished.id)
    assert run.measures == ["rmse", "ndcg@5"]
    assert run.line_up == ["baseline-only", "slope-one", "slope-one #2"]
    metrics = run.metrics()
    assert list(metrics) == ["entry", "fold", "metric", "value"]
    found = {(row.entry, row.fold, row.metric): row.value for row in metrics.itertuples()}
    assert found == {
        (cell.entry, cell.fold + 1, metric): value  # to the last bit
        for cell in finished.finished
        for metric, value in cell.scores.metrics.items()
    }
    per_user = run.per_user()
    assert list(per_user) == ["entry", "fold", "user", "rmse", "rmse without", "ndcg@5"]
    assert isinstance(per_user["user"][0], str)
    assert len(run.groups()) == 0
    assert list(run.groups())[:4] == ["entry", "fold", "by", "group"]
    by_label = {summary.configured.name: summary for summary in finished.summaries}
    scores = run.over_folds()
    for entry, (name, *_) in enumerate(run.entries):
        for measure in MEASURES:
            row = scores.loc[(entry, str(measure))]
            assert row["mean"] == by_label[name].mean(measure)
            assert row["std"] == by_label[name].std(measure)
    assert run.best_first()[0] == 0
    assert sorted(run.best_first()) == [0, 1, 2]


def test_undefined_is_nan_over_folds(finished, tmp_path):
    run = copy(finished, tmp_path)
    path = run.folder / "metrics.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[2] = lines[2].rpartition(",")[0] + ","
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert math.isnan(run.metrics()["value"][1])
    scores = run.over_folds()
    assert np.isnan(scores.loc[(0, "ndcg@5")]).all()
    assert not np.isnan(scores.loc[(0, "rmse")]).any()


def test_by_name_beginning_latest_or_folder(finished, tmp_path):
    results = results_of(finished)
    for name in (finished.id, finished.id[:11], "latest", str(finished.folder)):
        assert StoredRun.read(results, name).id == finished.id
    assert StoredRun.read(tmp_path, str(finished.folder)).id == finished.id


def test_a_beginning_of_several(finished, tmp_path):
    for name in ("20260101-000000-evaluate-aaaa", "20260101-000001-evaluate-bbbb"):
        shutil.copytree(finished.folder, tmp_path / "runs" / name)
    with pytest.raises(
        errors.UsageError, match="2 runs begin with '2026':\n.*bbbb\n.*aaaa"
    ) as caught:
        StoredRun.read(tmp_path, "2026")
    assert "Write more of it" in str(caught.value)
    assert RUNS.names(tmp_path)[0].endswith("bbbb")  # the newest
    assert StoredRun.read(tmp_path, "latest").folder.name.endswith("bbbb")
    with pytest.raises(errors.NotFoundError, match="evaluate-aaaa\n.*evaluate-bbbb"):
        StoredRun.read(tmp_path, "20260101-00000-evaluat-aaa")


def test_none_yet(tmp_path):
    for name in ("latest", "x"):
        with pytest.raises(errors.NotFoundError, match="none yet: 'recli evaluate'"):
            StoredRun.read(tmp_path, name)


def test_a_run_of_the_first_format_is_read(finished, tmp_path):
    document = json.loads((finished.folder / "run.json").read_text(encoding="utf-8"))
    old = {**document["configuration"], "split": {"name": "KFold", "n_splits": 3, "seed": 0}}
    for added in ("split_seed", "by"):
        del old[added]
    for entry in old["line_up"]:
        del entry["label"]
    times = ("algorithm", "entry", "fold", "fit_seconds", "test_seconds", "rank_seconds")
    cells = [{name: cell[name] for name in times} for cell in document["cells"]]
    kept = ("id", "status", "command", "started", "seconds")
    first = {name: document[name] for name in kept}
    for added in ("left_out", "reading"):
        del document["dataset"][added]
    first |= {"schema": 1, "dataset": document["dataset"], "configuration": old, "cells": cells}
    first["environment"] = {"recli": "0.1.0", "python": "3.11.7", "platform": "Linux"}
    folder = shutil.copytree(finished.folder, tmp_path / "runs" / finished.id)
    (folder / "per_user.parquet").unlink()
    (folder / "run.json").write_text(json.dumps(first), encoding="utf-8")
    run = StoredRun.read(tmp_path, "latest")
    assert (run.status, run.split, run.keys) == ("finished", "KFold:n_splits=3", set())
    assert run.line_up == ["baseline-only", "slope-one", "slope-one"]
    expected = StoredRun.read(results_of(finished), "latest").metrics()
    assert run.metrics().equals(expected)
    with pytest.raises(errors.DataError, match="per_user.parquet: is not there"):
        run.per_user()
    parts = {
        d.part for d in run_diff.differences(run, StoredRun.read(results_of(finished), "latest"))
    }
    assert parts == {"split", "environment"}


def test_a_newer_format_is_refused_with_its_number(finished, tmp_path):
    with pytest.raises(errors.DataError, match="in format 3, this recli reads 1 to 2"):
        copy(finished, tmp_path, schema=3)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "is damaged"),
        ('{"schema": 2,', "is damaged"),
        ("[]", "does not say in what format it is"),
        ('{"schema": "2"}', "format '2'"),
        ('{"schema": 2, "id": "x"}', "lacks status, command"),
        ("\udcff", "is damaged"),
    ],
)
def test_a_damaged_document(tmp_path, text, complaint):
    folder = tmp_path / "runs" / "x"
    folder.mkdir(parents=True)
    (folder / "run.json").write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(errors.DataError, match=f"run.json: .*{complaint}"):
        StoredRun.read(tmp_path, "x")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "is damaged"),
        ("algorithm,params,fold,metric\nsvd,{},1,rmse\n", "lacks the columns value"),
        ("algorithm,params,fold,metric,value\nsvd,{},1,rmse,x\n", "is damaged"),
        (
            "algorithm,params,fold,metric,value\nsvd,{},1,rmse,0.5\n",
            "has rows of svd .*not in the line-up",
        ),
    ],
)
def test_a_damaged_table(finished, tmp_path, text, complaint):
    run = copy(finished, tmp_path)
    (run.folder / "metrics.csv").write_text(text, encoding="utf-8")
    with pytest.raises(errors.DataError, match=f"metrics.csv: {complaint}"):
        run.metrics()


def test_a_damaged_table_of_users(finished, tmp_path):
    run = copy(finished, tmp_path)
    (run.folder / "per_user.parquet").write_bytes(b"PAR1")
    with pytest.raises(errors.DataError, match="per_user.parquet: is damaged"):
        run.per_user()


def test_running_or_killed(finished, tmp_path):
    run = copy(finished, tmp_path, status="running")
    assert run.status == "running"  # by this process
    process = run.document["process"]
    for gone in ({"pid": 2**22 + 1}, {"created": process["created"] - 3600}):
        document = {**run.document, "process": {**process, **gone}}
        assert StoredRun(run.folder, document).status == "killed"
    elsewhere = {**process, "host": "another", "pid": 2**22 + 1}
    assert StoredRun(run.folder, {**run.document, "process": elsewhere}).status == "running"


def test_removed_with_the_cells_that_no_other_run_needs(small, tmp_path):
    first = made(tmp_path, small, "baseline-only", "slope-one")
    second = made(tmp_path, small, "baseline-only", "svd", n_epochs=1)
    cells = tmp_path / "cells"
    assert len(list(cells.glob("*/*"))) == 9
    assert stored_run.remove(tmp_path, [RUNS.find(tmp_path, first.id)]) == 3
    assert RUNS.names(tmp_path) == [second.id]
    again = made(tmp_path, small, "baseline-only", "svd", n_epochs=1)
    assert again.n_reused == 6
    both = [RUNS.folder(tmp_path, name) for name in RUNS.names(tmp_path)]
    assert stored_run.remove(tmp_path, both) == 6
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_what_differs(small, tmp_path):
    first = made(tmp_path, small, "baseline-only", "svd", n_epochs=1)
    second = made(
        *(tmp_path, small, "svd", "slope-one"), n_epochs=1, threshold=3.5, split=KFold(3, seed=1)
    )
    one, two = (StoredRun.read(tmp_path, run.id) for run in (first, second))
    assert run_diff.differences(one, one) == []
    found = {(d.part, d.what): (d.first, d.second) for d in run_diff.differences(one, two)}
    assert found.keys() == {
        ("split", "seed"),
        *(("split", f"rows of fold {number}") for number in (1, 2, 3)),
        ("protocol", "threshold"),
        ("line-up", "baseline-only"),
        ("line-up", "slope-one"),
    }
    assert found["split", "seed"] == (0, 1)
    assert found["protocol", "threshold"] == (4.0, 3.5)
    assert found["line-up", "slope-one"] == (None, "there")
    pairs = run_diff.side_by_side(one, two)
    assert [(pair.algorithm, pair.metric) for pair in pairs] == [
        ("svd (n_epochs=1)", "rmse"),
        ("svd (n_epochs=1)", "ndcg@5"),
    ]
    of_svd = [
        next(s for s in run.summaries if s.configured.name == "svd") for run in (first, second)
    ]
    assert [pairs[0].first, pairs[0].second] == [summary.mean(MEASURES[0]) for summary in of_svd]
