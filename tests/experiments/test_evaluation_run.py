"""What `recli evaluate` leaves on disk, also when it is interrupted or fails."""

from __future__ import annotations

import csv
import dataclasses
import json
import math

import numpy as np
import pandas as pd
import pytest

from recli import errors
from recli.algorithms import Configured
from recli.data.splits.k_fold import KFold
from recli.evaluation.groups import GroupScores
from recli.evaluation.metric_names import Measure
from recli.evaluation.protocol import Protocol
from recli.experiments import cell_task, evaluation_run
from recli.experiments.cross_validation import cells
from recli.experiments.evaluation_run import EvaluationRun
from recli.experiments.reading import Reading
from recli.experiments.resources import Resources

MEASURES = (Measure.parse("rmse"), Measure.parse("ndcg@5"))
COMMAND = ("recli", "evaluate", "-a", "svd", "--columns", "user=u id")


def new_run(results, dataset, line_up, measures=MEASURES, threshold=4.0, seed=0, **more):
    protocol = Protocol(KFold(3, seed=0), measures, threshold, seed)
    return EvaluationRun(results, COMMAND, dataset, line_up, protocol, **more)


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
        *("metrics.csv", "per_user.parquet", "report.md", "run.json")
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
    reading = Reading("small.csv", {"scale": (1.0, 5.0)})
    run = new_run(tmp_path, small, line_up(), reading=reading)
    run.run(Resources(2, 1 << 30))
    about = document(run)
    assert (about["schema"], about["id"], about["status"]) == (2, run.id, "finished")
    assert about["command"] == list(COMMAND)
    assert about["dataset"] == {
        "name": "small",
        "users": len(set(small.ratings.users.tolist())),
        "items": 250,
        "ratings": len(small.ratings),
        "fingerprint": small.fingerprint,
        "left_out": None,
        "reading": {
            "spec": "small.csv",
            "overrides": {"scale": [1.0, 5.0]},
            "on_bad": "error",
            "duplicates": "error",
        },
    }
    configuration = about["configuration"]
    assert (configuration["split"], configuration["split_seed"]) == ("k-fold:n_splits=3", 0)
    assert configuration["metrics"] == ["rmse", "ndcg@5"]
    assert (configuration["threshold"], configuration["seed"]) == (4.0, 0)
    assert (configuration["catalogue"], configuration["scale"]) == (300, [0.5, 5.0])
    assert [entry["algorithm"] for entry in configuration["line_up"]] == [
        entry.name for entry in line_up()
    ]
    assert [entry["label"] for entry in configuration["line_up"]] == [
        *("slope-one", "baseline-only", "baseline-only (bsl_options.reg_u=1)")
    ]
    assert (about["jobs"], about["memory_limit"]) == (2, 1 << 30)
    assert about["warnings"] == [vars(finding) for finding in run.findings]
    assert run.findings  # of 60 users, half have rated later in training than in the test
    assert about["missing"] == []
    folds = KFold(3, seed=0).folds(small)
    assert [(fold["train"], fold["test"]) for fold in about["folds"]] == [
        (len(fold.train), len(fold.test)) for fold in folds
    ]
    machine = {
        "recli",
        "code",
        "python",
        "platform",
        "cpu",
        "cores",
        "threads",
        "packages",
        "commit",
    }
    assert machine == set(about["environment"])
    assert about["environment"]["packages"]["numpy"] == np.__version__
    assert [(cell["entry"], cell["fold"]) for cell in about["cells"]] == [
        (entry, fold) for entry in range(3) for fold in (1, 2, 3)
    ]
    for cell in about["cells"]:
        assert cell["fit_seconds"] >= 0
        assert cell["peak_mb"] > 10
        assert cell["reused"] is False
        assert len(cell["key"]) == 64


def test_the_table_of_users(small, tmp_path):
    run = new_run(tmp_path, small, line_up())
    run.run(Resources(1))
    table = pd.read_parquet(run.folder / "per_user.parquet")
    assert list(table) == ["entry", "fold", "user", "rmse", "rmse without", "ndcg@5"]
    assert table.dtypes["entry"] == table.dtypes["fold"] == np.int16
    assert set(table["fold"]) == {1, 2, 3}
    assert table.groupby(["entry", "fold"]).ngroups == 9
    # The metric of the fold is the mean over its users.
    means = table.groupby(["entry", "fold"])["ndcg@5"].mean()
    values = [float(row["value"]) for row in rows(run) if row["metric"] == "ndcg@5"]
    assert means.tolist() == pytest.approx(values, abs=1e-12)
    tested = small.ratings.users[KFold(3, seed=0).folds(small)[1].test]
    expected = sorted(set(small.ratings.user_ids.text[tested]))
    one = table[(table["entry"] == 2) & (table["fold"] == 2)].set_index("user")
    assert sorted(one.index) == expected
    # That of predicted ratings is over all ratings, and beside it stands what is left without the user.
    users, counts = np.unique(small.ratings.user_ids.text[tested], return_counts=True)
    squares = counts * one["rmse"][users] ** 2
    without = np.sqrt((squares.sum() - squares) / (counts.sum() - counts))
    np.testing.assert_allclose(one["rmse without"][users], without, rtol=1e-12)


def test_the_table_of_groups(small, tmp_path, monkeypatch):
    def with_groups(*arguments, **kept):
        for cell in cells(*arguments, **kept):
            groups = (GroupScores("activity", "a,b", 3, 14, {"rmse": 0.5, "ndcg@5": math.nan}),)
            yield dataclasses.replace(cell, scores=dataclasses.replace(cell.scores, groups=groups))

    monkeypatch.setattr(evaluation_run, "cells", with_groups)
    for _ in range(2):  # computed, and by what is kept
        run = new_run(tmp_path, small, line_up()[:1])
        run.run(Resources(1))
        lines = (run.folder / "groups.csv").read_text(encoding="utf-8").splitlines()
        assert lines == [
            "algorithm,params,fold,by,group,n_users,n_ratings,rmse,ndcg@5",
            *(
                f'slope-one,"{{""cut_half_stars"": false}}",{fold},activity,"a,b",3,14,0.5,'
                for fold in (1, 2, 3)
            ),
        ]
    assert run.n_reused == 3


def test_a_repeated_run_computes_nothing(small, tmp_path, monkeypatch):
    first = new_run(tmp_path, small, line_up())
    first.run(Resources(1))
    monkeypatch.setattr(cell_task, "fold_outcome", None)  # to fit would be a TypeError
    again = new_run(tmp_path, small, line_up())
    told = []
    again.run(Resources(1), told.append)
    assert (first.n_reused, again.n_reused, len(told)) == (0, 9, 9)
    for name in ("metrics.csv", "per_user.parquet"):
        assert (again.folder / name).read_bytes() == (first.folder / name).read_bytes()
    of_first, of_again = document(first)["cells"], document(again)["cells"]
    assert [cell.pop("reused") for cell in of_again] == [True] * 9
    assert [cell.pop("reused") for cell in of_first] == [False] * 9
    for cell in (*of_first, *of_again):
        assert cell.pop("metric_seconds") > 0  # measured in both
    assert of_first == of_again  # the other times and memory are those of the making


def test_the_order_of_line_up_and_measures_is_no_reason_to_compute(small, tmp_path):
    first = new_run(tmp_path, small, line_up())
    first.run(Resources(1))
    again = new_run(tmp_path, small, line_up()[::-1], measures=MEASURES[::-1])
    again.run(Resources(1))
    assert again.n_reused == 9
    assert sorted(map(str, rows(again))) == sorted(map(str, rows(first)))
    assert [row["metric"] for row in rows(again)[:2]] == ["ndcg@5", "rmse"]


@pytest.mark.parametrize(
    ("changes", "reused"),
    [
        ({"seed": 1}, 0),
        ({"threshold": 3.5}, 9),
        ({"measures": MEASURES[:1]}, 9),
        ({}, 9),
    ],
    ids=["seed", "threshold", "measures", "nothing"],
)
def test_what_changes_outcomes_is_computed(small, tmp_path, changes, reused):
    new_run(tmp_path, small, line_up()).run(Resources(1))
    changed = new_run(tmp_path, small, line_up(), **changes)
    changed.run(Resources(1))
    assert changed.n_reused == reused


def test_only_what_is_new_in_the_line_up_is_computed(small, tmp_path):
    new_run(tmp_path, small, line_up()).run(Resources(1))
    larger = [*line_up(), Configured.of("baseline-only", {"bsl_options.reg_u": 2})]
    run = new_run(tmp_path, small, larger)
    run.run(Resources(2))
    assert run.n_reused == 9
    assert [cell["reused"] for cell in document(run)["cells"]] == [True] * 9 + [False] * 3
    alone = new_run(tmp_path / "other", small, larger)
    alone.run(Resources(1))
    assert rows(run) == rows(alone)


def test_fresh_computes_everything(small, tmp_path):
    new_run(tmp_path, small, line_up()).run(Resources(1))
    run = new_run(tmp_path, small, line_up())
    run.run(Resources(1), fresh=True)
    assert run.n_reused == 0


def test_damaged_cells_are_computed_anew_and_it_is_said_once(small, tmp_path, caplog):
    first = new_run(tmp_path, small, line_up())
    first.run(Resources(1))
    files = sorted((tmp_path / "cells").glob("*/*.parquet"))
    assert len(files) == 9
    files[0].write_bytes(b"")
    files[1].write_bytes(files[1].read_bytes()[:-9])
    for reused, told in ((7, 1), (9, 1)):
        run = new_run(tmp_path, small, line_up())
        run.run(Resources(1))
        assert run.n_reused == reused
        assert [record.getMessage() for record in caplog.records] == [
            f"Damaged in {tmp_path / 'cells'}, computed anew: 2."
        ] * told
        assert rows(run) == rows(first)


def test_as_many_at_once_as_wanted_give_the_same_bytes(small, tmp_path):
    line_up = [Configured.of(name) for name in ("svd", "content-based", "knn-basic", "nmf")]
    written = []
    for jobs in (1, 2):
        run = new_run(tmp_path / str(jobs), small, line_up)
        run.run(Resources(jobs))
        tables = [run.folder / name for name in ("metrics.csv", "per_user.parquet")]
        written.append([table.read_bytes() for table in tables])
    assert written[0] == written[1]


def test_twice_the_same_algorithm(small, tmp_path):
    run = new_run(tmp_path, small, [Configured.of("baseline-only")] * 2)
    run.run(Resources(1))
    table = rows(run)
    assert table[:6] == table[6:]
    assert len(list((tmp_path / "cells").glob("*/*.parquet"))) == 3


def test_the_document_is_the_contract(small, tmp_path):
    run = new_run(tmp_path, small, line_up())
    found = run.run(Resources(1))
    about = run.document()
    assert set(about) >= {"run", "dataset", "results"}
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
    report = (run.folder / "report.md").read_text(encoding="utf-8")
    assert "ndcg@5: no algorithm has a value in every fold" in report
    assert "## Ranked catalogue" not in report


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
    assert len(document(run)["missing"]) == 5
    again = new_run(tmp_path, small, line_up())
    again.run(Resources(1))
    assert again.n_reused == 4
    report = (run.folder / "report.md").read_text(encoding="utf-8")
    assert "**Not complete**: 4 of 9 cells" in report
    assert len(run.document()["results"]) == 3


def test_ctrl_c_before_the_first_fold(small, tmp_path, monkeypatch):
    def interrupted(*_, **__):
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
    run.run(Resources(1))
    assert document(run)["status"] == "finished"
    assert [row["algorithm"] for row in rows(run)] == ["baseline-only"] * 3 * len(MEASURES)
    [failed] = document(run)["failures"]
    assert failed["label"] == diverging.label
    assert "lr_all" in failed["reason"]
    with pytest.raises(errors.FailedCellsError, match="1 of 2 algorithms failed") as caught:
        run.check()
    assert caught.value.exit_code == errors.DivergedError.exit_code


def test_a_bug_leaves_no_run_that_seems_to_go_on(small, tmp_path, monkeypatch):
    def broken(*_, **__):
        raise ZeroDivisionError

    monkeypatch.setattr(evaluation_run, "cells", broken)
    run = new_run(tmp_path, small, line_up())
    with pytest.raises(ZeroDivisionError):
        run.run(Resources(1))
    assert document(run)["status"] == "failed"


def test_a_folder_that_cannot_be_written(small, tmp_path):
    (tmp_path / "results").write_text("a file", encoding="utf-8")
    run = new_run(tmp_path / "results", small, line_up())
    with pytest.raises(errors.UsageError, match="cannot be written.*`results="):
        run.run(Resources(1))


def test_two_runs_have_two_folders(small, tmp_path):
    one, two = (new_run(tmp_path, small, line_up()) for _ in range(2))
    assert one.folder != two.folder
