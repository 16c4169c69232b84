"""recli beside Surprise: the same predictions, and what is told about them."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from recli import errors
from recli.algorithms import Configured
from recli.data.splits.k_fold import KFold
from recli.experiments import benchmark, memory

KEYS = {
    *("algorithm", "recli_seconds", "surprise_seconds", "ratio", "max_difference"),
    *("recli_peak_mb", "surprise_peak_mb", "compile_seconds"),
}


@pytest.fixture
def here(monkeypatch):
    """Without a new process for each side, which takes seconds to start."""
    monkeypatch.setattr(benchmark, "_alone", lambda work, *arguments: work(*arguments))


def compare(dataset, line_up, jobs=1, n_folds=2):
    folds = KFold(5, seed=0).folds(dataset)[:n_folds]
    return list(benchmark.compare(dataset, folds, line_up, seed=0, jobs=jobs))


def test_all_eleven_predict_what_surprise_predicts(small, here):
    found = compare(small, benchmark.line_up([], []))
    assert [comparison.algorithm for comparison in found] == list(benchmark.LINE_UP)
    assert len(found) == 11
    for comparison in found:
        assert len(comparison.recli.predictions) == 2 * round(len(small.ratings) / 5)
        assert np.isfinite(comparison.surprise.predictions).all()
        if comparison.algorithm == "normal-predictor":
            assert comparison.max_difference > 0.1, "it is random"
        else:
            assert comparison.max_difference <= 1e-9, comparison.algorithm
        assert comparison.recli.seconds > 0
        assert comparison.recli.compile_seconds > 0
        assert comparison.surprise.compile_seconds == 0


def test_parameters_reach_both_sides(small, here):
    given = {"n_factors": 3, "n_epochs": 2, "lr_all": 0.02}
    configured = [Configured.of("svd", given), Configured.of("svd")]
    changed, default = compare(small, configured)
    assert changed.max_difference <= 1e-9
    assert np.abs(changed.surprise.predictions - default.surprise.predictions).max() > 1e-3


def test_jobs_change_no_digit(small, here):
    line_up = benchmark.line_up(["knn-basic", "svd"], [])
    one, two = (compare(small, line_up, jobs, 4) for jobs in (1, 2))
    for alone, together in zip(one, two, strict=True):
        np.testing.assert_array_equal(alone.recli.predictions, together.recli.predictions)


def test_the_document(small, here):
    found = compare(small, benchmark.line_up(["baseline-only", "nmf"], []))
    document = benchmark.document(found)
    assert document.keys() == {"results", "total"}
    assert document["total"].keys() == {"recli_seconds", "surprise_seconds", "ratio"}
    for row, comparison in zip(document["results"], found, strict=True):
        assert row.keys() == KEYS
        assert row["algorithm"] == comparison.algorithm
        assert row["ratio"] == row["surprise_seconds"] / row["recli_seconds"]
    total = document["total"]
    for side in ("recli_seconds", "surprise_seconds"):
        assert total[side] == pytest.approx(sum(row[side] for row in document["results"]))
    assert total["ratio"] == total["surprise_seconds"] / total["recli_seconds"]
    assert json.loads(json.dumps(document, allow_nan=False)) == document


def test_memory_that_the_system_does_not_tell_is_null(small, here, monkeypatch):
    monkeypatch.setattr(memory, "peak", lambda: math.nan)
    monkeypatch.setattr(memory, "reset_peak", lambda: math.nan)
    [row] = benchmark.document(compare(small, benchmark.line_up(["svd"], [])))["results"]
    assert row["recli_peak_mb"] is None
    assert row["surprise_peak_mb"] is None


def test_what_surprise_does_not_have_is_refused_before_anything_runs(small, monkeypatch):
    monkeypatch.setattr(benchmark, "_alone", lambda *_: pytest.fail("something ran"))
    with pytest.raises(errors.UsageError, match="Surprise has no content-based"):
        compare(small, benchmark.line_up(["svd", "content-based"], []))


def test_each_side_in_a_process_of_its_own(small):
    [comparison] = compare(small, benchmark.line_up(["baseline-only"], []))
    assert comparison.max_difference <= 1e-9
    assert comparison.recli.peak_mb >= 0
    assert comparison.surprise.peak_mb >= 0


# Memory


def test_the_peak_rises_and_starts_over():
    held = memory.reset_peak()
    assert held > 1
    block = np.ones(64 << 17)  # 64 MiB
    assert memory.peak() >= held + 50
    del block
    assert memory.reset_peak() <= memory.peak()


def test_without_proc_it_is_what_getrusage_says(monkeypatch, tmp_path):
    monkeypatch.setattr(memory, "_PROC", tmp_path / "absent")
    assert memory.reset_peak() > 1
    monkeypatch.setattr(memory, "_PROC", tmp_path)
    (tmp_path / "status").write_text("Name:\tpython\n")
    assert memory.peak() > 1
    (tmp_path / "status").write_text("Name:\tpython\nVmHWM:\t    2048 kB\n")
    assert memory.peak() == 2
    (tmp_path / "clear_refs").mkdir()
    assert memory.reset_peak() == 2, "a peak that cannot be reset"


def test_windows_does_not_tell(monkeypatch, tmp_path):
    monkeypatch.setattr(memory, "_PROC", tmp_path)
    monkeypatch.setattr("sys.platform", "win32")
    assert math.isnan(memory.peak())
