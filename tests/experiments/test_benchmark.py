"""recli beside Surprise: the same predictions, and what is told about them."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from recli import errors, memory
from recli.algorithms import Configured
from recli.data.splits.k_fold import KFold
from recli.experiments import benchmark

KEYS = {
    *("algorithm", "recli_seconds", "surprise_seconds", "ratio", "max_difference"),
    *("recli_peak_mb", "surprise_peak_mb", "compile_seconds"),
}


@pytest.fixture
def here(monkeypatch):
    """Without a new process for each side, which takes seconds to start."""
    monkeypatch.setattr(benchmark, "_apart", lambda work, *arguments: work(*arguments))


def compare(dataset, line_up, jobs=1, n_folds=2, alone=False):
    folds = KFold(5, seed=0).folds(dataset)[:n_folds]
    return list(benchmark.compare(dataset, folds, line_up, 0, jobs, alone))


def test_the_rows_of_the_readme_predict_what_surprise_predicts(small, here):
    found = compare(small, benchmark.line_up([], []))
    assert len(found) == 11
    names = [comparison.configured.name for comparison in found]
    assert names.count("svdpp") == 2, "with and without the cache"
    for comparison in found:
        assert len(comparison.recli.estimates) == 2 * round(len(small.ratings) / 5)
        assert np.isfinite(comparison.surprise.estimates).all()
        if comparison.configured.name == "normal-predictor":
            assert comparison.max_difference > 0.1, "it is random"
        else:
            assert comparison.max_difference <= 1e-9, comparison.configured
        assert comparison.recli.seconds > 0
        assert comparison.recli.compile_seconds > 0
        assert comparison.surprise.compile_seconds == 0


def test_parameters_reach_both_sides(small, here):
    given = {"n_factors": 3, "n_epochs": 2, "lr_all": 0.02}
    configured = [Configured.of("svd", given), Configured.of("svd")]
    changed, default = compare(small, configured)
    assert changed.max_difference <= 1e-9
    assert np.abs(changed.surprise.estimates - default.surprise.estimates).max() > 1e-3


def test_jobs_change_no_digit(small, here):
    line_up = benchmark.line_up(["knn-basic", "svd"], [])
    one, two = (compare(small, line_up, jobs, 4) for jobs in (1, 2))
    for alone, together in zip(one, two, strict=True):
        np.testing.assert_array_equal(alone.recli.estimates, together.recli.estimates)


def test_the_document(small, here):
    found = compare(small, benchmark.line_up(["baseline-only", "nmf"], []))
    document = benchmark.document(found)
    assert document.keys() == {"results", "failures", "total"}
    assert document["failures"] == []
    assert document["total"].keys() == {"recli_seconds", "surprise_seconds", "ratio"}
    for row, comparison in zip(document["results"], found, strict=True):
        assert row.keys() == KEYS
        assert row["algorithm"] == comparison.configured.label
        assert row["ratio"] == row["surprise_seconds"] / row["recli_seconds"]
    total = document["total"]
    for side in ("recli_seconds", "surprise_seconds"):
        assert total[side] == pytest.approx(sum(row[side] for row in document["results"]))
    assert total["ratio"] == total["surprise_seconds"] / total["recli_seconds"]
    assert json.loads(json.dumps(document, allow_nan=False)) == document


def test_lists_have_the_ratings_of_surprises_lists(small, here):
    line_up = benchmark.line_up(["svd", "knn-basic"], [])
    found = list(benchmark.compare_lists(small, line_up, seed=0, n=10))
    for comparison in found:
        n_lists = len(comparison.recli.estimates) / 10
        assert 0.9 * small.ratings.n_users < n_lists <= small.ratings.n_users
        assert comparison.max_difference <= 1e-9
        assert comparison.ratio == comparison.surprise.seconds / comparison.recli.seconds


def test_alone_surprise_is_not_run(small, here, monkeypatch):
    line_up = benchmark.line_up(["svd"], [])
    predictions = compare(small, line_up, alone=True)
    lists = list(benchmark.compare_lists(small, line_up, seed=0, n=3, alone=True))
    for found in (predictions, lists):
        document = benchmark.document(found)
        [row] = document["results"]
        for key in ("surprise_seconds", "ratio", "max_difference", "surprise_peak_mb"):
            assert row[key] is None
        assert document["total"] == {
            "recli_seconds": row["recli_seconds"], "surprise_seconds": None, "ratio": None
        }  # fmt: skip


def test_memory_that_the_system_does_not_tell_is_null(small, here, monkeypatch):
    monkeypatch.setattr(memory, "peak", lambda: math.nan)
    monkeypatch.setattr(memory, "reset_peak", lambda: math.nan)
    [row] = benchmark.document(compare(small, benchmark.line_up(["svd"], [])))["results"]
    assert row["recli_peak_mb"] is None
    assert row["surprise_peak_mb"] is None


def test_what_surprise_does_not_have_is_refused_before_anything_runs(small, monkeypatch):
    monkeypatch.setattr(benchmark, "_apart", lambda *_: pytest.fail("something ran"))
    with pytest.raises(errors.UsageError, match="Surprise has no content-based"):
        compare(small, benchmark.line_up(["svd", "content-based"], []))


def test_each_side_in_a_process_of_its_own(small):
    [comparison] = compare(small, benchmark.line_up(["baseline-only"], []))
    assert comparison.max_difference <= 1e-9
    assert comparison.recli.peak_mb >= 0
    assert comparison.surprise.peak_mb >= 0
