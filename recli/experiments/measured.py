"""What an earlier run has found of an algorithm."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from recli import errors
from recli.algorithms import Configured
from recli.data.dataset import Dataset
from recli.experiments import store, stored_run
from recli.experiments.stored_run import StoredRun


def measured(results: Path, dataset: Dataset, configured: Configured) -> dict[str, Any] | None:
    """The newest finished run that measured `configured` on the same data: run, split, metrics.

    metrics: means over folds; None stands for one that is not defined. Runs that cannot be read tell
    nothing.
    """
    for name in stored_run.names(results):
        try:
            run = StoredRun.read(results, name)
            if (
                run.status != "finished"
                or run.document["dataset"].get("fingerprint") != dataset.fingerprint
            ):
                continue
            line_up = run.document["configuration"]["line_up"]
            for entry, about in enumerate(line_up):
                if (about["algorithm"], about["params"]) == (configured.name, configured.params):
                    means = run.over_folds()["mean"].xs(entry, level="entry")
                    found = {str(metric): store.or_none(mean) for metric, mean in means.items()}
                    return {"run": run.id, "split": run.split, "metrics": found}
        except errors.DataError:
            continue
    return None
