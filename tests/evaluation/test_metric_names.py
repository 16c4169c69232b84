"""Metrics as the user writes them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from recli import errors, registry
from recli.evaluation.metric_names import DEFAULT, Measure

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("text", "name", "k", "written"),
    [
        ("rmse", "rmse", None, "rmse"),
        ("RMSE", "rmse", None, "rmse"),
        ("ndcg@10", "ndcg", 10, "ndcg@10"),
        ("ndcg", "ndcg", 10, "ndcg@10"),
        ("nDCG@1", "ndcg", 1, "ndcg@1"),
        ("hit_rate@5", "hit-rate", 5, "hit-rate@5"),
        ("HitRate @ 20", "hit-rate", 20, "hit-rate@20"),
    ],
)
def test_parse(text, name, k, written):
    measure = Measure.parse(text)
    assert measure == Measure(name, k)
    assert str(measure) == written
    assert Measure.parse(str(measure)) == measure


@pytest.mark.parametrize("text", ["rsme", "", "@10", "ndgc@10", "_base"])
def test_unknown_metric(text):
    with pytest.raises(errors.UsageError, match="There is no metric '.*Valid: "):
        Measure.parse(text)


@pytest.mark.parametrize("text", ["rmse@10", "fcp@1", "mae@"])
def test_metric_of_ratings_takes_no_cutoff(text):
    with pytest.raises(errors.UsageError, match="takes no cut-off"):
        Measure.parse(text)


CUTOFFS = ["0", "x", "", "-1", "+5", "1.5", "1e1", "1_0", "10@5", "٣", "9" * 5000, "5\n5"]


@pytest.mark.parametrize("cutoff", CUTOFFS, ids=ascii)
def test_cutoff_is_a_positive_whole_number(cutoff):
    with pytest.raises(errors.UsageError, match="is not a whole number from 1"):
        Measure.parse(f"ndcg@{cutoff}")


@pytest.mark.parametrize("name", registry.names("metric"))
def test_metric_is_the_registered_one(name):
    measure = Measure.parse(name)
    assert type(measure.metric) is registry.get("metric", name)
    assert measure.greater_is_better == registry.get("metric", name).greater_is_better
    assert (measure.k is None) == (measure.metric.needs == "predictions")


def test_lower_is_better_only_for_errors():
    lower = {text for text in DEFAULT if not Measure.parse(text).greater_is_better}
    assert lower == {"rmse", "mae", "mse"}


def test_default_is_canonical():
    assert tuple(str(Measure.parse(text)) for text in DEFAULT) == DEFAULT


def test_import_loads_no_numpy():
    code = "import sys, recli.evaluation.metric_names as m; print('numpy' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
