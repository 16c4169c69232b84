"""What `recli evaluate` leaves on disk, also when it is interrupted or fails."""

from __future__ import annotations

import csv
import json
import math

import pytest

from recli import errors
from recli.algorithms import Configured
from recli.data.splits.k_fold import KFold
from recli.evaluation.metric_names import Measure
from recli.experiments import evaluation_run
from recli.experiments.cross_validation import Protocol
from recli.experiments.evaluation_run import EvaluationRun
from recli.experiments.resources import Resources

MEASURES = (Measure.parse("rmse"), Measure.parse("ndcg@5"))
COMMAND = ("recli", "evaluate", "-a", "svd", "--columns", "user=u id")


def new_run(results, dataset, line_up, measures=MEASURES, threshold=4.0):
    protocol = Protocol(KFold(3, seed=0), measures, threshold, 0)
    return EvaluationRun(results, COMMAND, dataset, line_up, protocol)


def line_up():
    return [
        Configured.of("slope-one"),
        Configured.of("baseline-only"),
        Configured.of("baseline-only", {"bsl_options.reg_u": 1}),
    ]


def rows(run):
    with (run.folder / "metrics.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def document(run):
    return json.loads((run.folder / "run.json").read_text(encoding="utf-8"))


def test_files_of_a_finished_run(small, tmp_path):
    run = new_run(tmp_path, small, line_up())
    told = []
    found = run.run(Resources(1), on_cell=told.append)
    assert len(told) == 9
    assert run.folder == tmp_path / "runs" / run.id
    assert sorted(path.name for path in run.folder.iterdir()) == [
        *("metrics.csv", "report.md", "run.json")
    ]
    table = rows(run)
    assert list(table[0]) == ["algorithm", "params", "fold", "metric", "value"]
    assert [(row["algorithm"], row["fold"], row["metric"]) for row in table] == [
        (entry.name, str(fold), metric)
        for entry in line_up()
        for fold in (1, 2, 3)
        for metric in ("rmse", "ndcg@5")
    ]
    assert json.loads(table[-1]["params"])["bsl_options.reg_u"] == 1.0
    by_label = {summary.configured.label: summary for summary in found}
    written = [float(row["value"]) for row in table if row["metric"] == "rmse"][3:6]
    assert written == by_label["baseline-only"].values(MEASURES[0])


def test_run_json_says_all_that_numbers_depend_on(small, tmp_path):
    run = new_run(tmp_path, small, line_up())
    run.run(Resources(1))
    about = document(run)
    assert (about["schema"], about["id"], about["status"]) == (1, run.id, "finished")
    assert about["command"] == list(COMMAND)
    assert about["dataset"] == {
        "name": "small",
        "users": len(set(small.ratings.users.tolist())),
        "items": 250,
        "ratings": len(small.ratings),
        "fingerprint": small.fingerprint,
    }
    configuration = about["configuration"]
    assert configuration["split"] == {"name": "KFold", "n_splits": 3, "seed": 0}
    assert configuration["metrics"] == ["rmse", "ndcg@5"]
    assert (configuration["threshold"], configuration["seed"]) == (4.0, 0)
    assert (configuration["catalogue"], configuration["scale"]) == (300, [0.5, 5.0])
    assert [entry["algorithm"] for entry in configuration["line_up"]] == [
        entry.name for entry in line_up()
    ]
    assert {"recli", "python", "platform", "cores", "packages"} <= set(about["environment"])
    assert [(cell["entry"], cell["fold"]) for cell in about["cells"]] == [
        (entry, fold) for entry in range(3) for fold in (1, 2, 3)
    ]
    assert all(cell["fit_seconds"] >= 0 for cell in about["cells"])


def test_the_document_is_the_contract(small, tmp_path):
    run = new_run(tmp_path, small, line_up())
    found = run.run(Resources(1))
    about = run.document()
    assert set(about) == {"run", "dataset", "results"}
    assert [result["algorithm"] for result in about["results"]] == [
        summary.configured.name for summary in found
    ]
    for result in about["results"]:
        assert set(result) >= {"algorithm", "params", "metrics", "fit_seconds", "test_seconds"}
        assert list(result["metrics"]) == ["rmse", "ndcg@5"]
        folds = result["metrics"]["rmse"]["folds"]
        assert result["metrics"]["rmse"]["mean"] == pytest.approx(math.fsum(folds) / 3)
    json.dumps(about, allow_nan=False)


def test_the_report(small, tmp_path):
    run = new_run(tmp_path, small, line_up())
    run.run(Resources(1))
    report = (run.folder / "report.md").read_text(encoding="utf-8")
    assert f"# Evaluation {run.id}" in report
    assert "baseline-only (bsl_options.reg_u=1)" in report
    assert "Not complete" not in report
    assert "recli evaluate -a svd --columns 'user=u id'" in report


def test_what_is_undefined_is_null_and_empty(small, tmp_path):
    # Nobody likes anything from 5.5 on.
    run = new_run(tmp_path, small, line_up()[:1], threshold=5.5)
    run.run(Resources(1))
    assert run.document()["results"][0]["metrics"]["ndcg@5"] == {
        "mean": None,
        "std": None,
        "folds": [None] * 3,
    }
    assert {row["value"] for row in rows(run) if row["metric"] == "ndcg@5"} == {""}
    assert "–" in (run.folder / "report.md").read_text(encoding="utf-8")


def test_ctrl_c_keeps_finished_folds(small, tmp_path):
    run = new_run(tmp_path, small, line_up())

    def interrupt(cell):
        if len(run.finished) == 4:
            raise KeyboardInterrupt

    with pytest.raises(errors.InterruptedRunError, match="Finished folds: 4, kept in") as caught:
        run.run(Resources(1), on_cell=interrupt)
    assert caught.value.exit_code == 6
    assert document(run)["status"] == "interrupted"
    assert len(document(run)["cells"]) == 4
    assert len(rows(run)) == 4 * 2
    report = (run.folder / "report.md").read_text(encoding="utf-8")
    assert "**Not complete**: 4 of 9 folds" in report
    assert len(run.document()["results"]) == 3


def test_ctrl_c_before_the_first_fold(small, tmp_path, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(evaluation_run, "cells", interrupted)
    run = new_run(tmp_path, small, line_up())
    with pytest.raises(errors.InterruptedRunError, match="Finished folds: 0"):
        run.run(Resources(1))
    assert document(run)["status"] == "interrupted"
    assert (run.folder / "report.md").exists()


def test_learning_that_diverges_keeps_finished_folds(small, tmp_path):
    diverging = Configured.of("svd", {"lr_all": 5})
    run = new_run(tmp_path, small, [Configured.of("baseline-only"), diverging])
    with pytest.raises(errors.DivergedError, match="lr_all"):
        run.run(Resources(1))
    assert document(run)["status"] == "failed"
    assert [row["algorithm"] for row in rows(run)] == ["baseline-only"] * 2


def test_a_bug_leaves_no_run_that_seems_to_go_on(small, tmp_path, monkeypatch):
    def broken(*_):
        raise ZeroDivisionError

    monkeypatch.setattr(evaluation_run, "cells", broken)
    run = new_run(tmp_path, small, line_up())
    with pytest.raises(ZeroDivisionError):
        run.run(Resources(1))
    assert document(run)["status"] == "failed"


def test_a_folder_that_cannot_be_written(small, tmp_path):
    (tmp_path / "results").write_text("a file", encoding="utf-8")
    with pytest.raises(errors.UsageError, match="cannot be written.*--results"):
        new_run(tmp_path / "results", small, line_up())


def test_two_runs_have_two_folders(small, tmp_path):
    one, two = (new_run(tmp_path, small, line_up()) for _ in range(2))
    assert one.folder != two.folder
