"""What an earlier run has found of an algorithm."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from recli import errors
from recli.algorithms import Configured
from recli.data.dataset import Dataset
from recli.models.list_quality import FLOOR, ListQuality
from recli.ranking.recommender import lists_of, recommender
from recli.records import store
from recli.records.kinds import RUNS
from recli.records.stored_run import StoredRun


def measured(results: Path, dataset: Dataset, configured: Configured) -> dict[str, Any] | None:
    """The newest finished run that measured `configured` on the same data: run, split, metrics.

    Runs that cannot be read tell nothing.

    Args:
        results: the results folder
        dataset: what it was to be measured on
        configured: the algorithm with its parameters

    Returns:
        `metrics` are means over folds, None stands for one that is not defined; None without such a run.
    """
    for run, means in _runs(results, dataset):
        if (own := _of(run, means, configured)) is not None:
            found = {str(metric): store.or_none(mean) for metric, mean in own.items()}
            return {"run": run.id, "split": run.split, "metrics": found}
    return None


def measured_lists(
    results: Path, dataset: Dataset, configured: Configured, threshold: float
) -> ListQuality | None:
    """What the lists of `configured` reach by the newest finished run that has them and most-popular's.

    It is of the same data, and the same ratings counted as liked.

    Args:
        results: the results folder
        dataset: what they were to be measured on
        configured: the algorithm with its parameters
        threshold: the rating from which on an item is liked
    """
    least_of_all = recommender(Configured.of(FLOOR), lists_of(configured))
    for run, means in _runs(results, dataset):
        own, floor = (_of(run, means, each) for each in (configured, least_of_all))
        same = run.document["configuration"]["threshold"] == threshold
        if own is None or floor is None or not same:
            continue
        ndcg, least = store.or_none(own.get("ndcg@10")), store.or_none(floor.get("ndcg@10"))
        if ndcg is not None and least is not None:
            hits, on = store.or_none(own.get("hit-rate@10")), f"{run.split} (run {run.id})"
            return ListQuality(ndcg, hits, least, None, on)
    return None


def _runs(results: Path, dataset: Dataset) -> Iterator[tuple[StoredRun, pd.Series]]:
    """The finished runs on these data, the newest first, and the means of all metrics by entry."""
    for name in RUNS.names(results):
        try:
            run = StoredRun.of(RUNS.folder(results, name))
            about = run.document["dataset"]
            same = about.get("fingerprint") == dataset.fingerprint
            sampled = run.document["configuration"].get("sampled_negatives")  # other metrics
            if run.status == "finished" and same and not sampled:
                yield run, run.over_folds()["mean"]
        except errors.DataError:
            continue


def _of(run: StoredRun, means: pd.Series, configured: Configured) -> pd.Series | None:
    """The means of an algorithm by metric, None where the run has none of it."""
    wanted = (configured.name, configured.params, lists_of(configured).document())
    for entry, about in enumerate(run.document["configuration"]["line_up"]):
        if (about["algorithm"], about["params"], about.get("lists", {})) == wanted:
            return means.xs(entry, level="entry")
    return None
