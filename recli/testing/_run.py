"""A run made by hand, for tests of reports."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from recli.evaluation.metric_names import Measure
from recli.experiments.run_data import RunData

MEASURES = tuple(map(Measure.parse, ("rmse", "ndcg:gain=rating@5", "rbp:p=0.9@5", "gini@5")))
LABELS = ("svd (n_factors=5)", "100 % of_&_$mine {x} <b>", "plain")
USERS = tuple(f"u{n}" for n in range(8))
_MEANS = {"rmse": (0.9, 0.8, 1.2), "gini@5": (0.9, 0.5, 0.7)}
_NOISE = np.array([0.02, -0.03, 0.01, 0.0, -0.02, 0.03, 0.015, -0.025])


def run(name: str = "run_1") -> RunData:
    """Three algorithms in two folds with eight users; the names of two are a trial to any markup.

    The last is not measured by `gini@5` in the second fold.

    Args:
        name: the name
    """
    metrics, per_user, groups, cells = [], [], [], []
    for entry in range(3):
        for fold in (1, 2):
            for measure in map(str, MEASURES):
                lacks = (measure, entry, fold) == ("gini@5", 2, 2)
                metrics.append((entry, fold, measure, np.nan if lacks else _mean(measure, entry)))
            of_users = {str(m): _mean(str(m), entry) + _NOISE * (1 + entry) for m in MEASURES[:3]}
            rows = {"entry": entry, "fold": fold, "user": list(USERS), **of_users}
            per_user.append(pd.DataFrame(rows))
            for group, n in (("cold", 3), ("heavy", 5)):
                value = _mean("rmse", entry) + 0.25 * (group == "cold")
                groups.append((entry, fold, "activity", group, n, 10 * n, "rmse", value))
            cells.append(_cell(entry, fold))
    columns = ["entry", "fold", "by", "group", "n_users", "n_ratings", "metric", "value"]
    return RunData(
        id=name,
        document=_document(cells),
        measures=MEASURES,
        labels=LABELS,
        metrics=pd.DataFrame(metrics, columns=["entry", "fold", "metric", "value"]),
        per_user=pd.concat(per_user, ignore_index=True),
        groups=pd.DataFrame(groups, columns=columns),
    )


def _mean(measure: str, entry: int) -> float:
    return _MEANS.get(measure, (0.1, 0.2, 0.3))[entry]


def _cell(entry: int, fold: int) -> dict[str, Any]:
    return {
        "entry": entry,
        "fold": fold,
        "fit_seconds": 1.0 + entry,
        "test_seconds": 0.25,
        "rank_seconds": 0.5,
        "metric_seconds": 0.0,
        "error_by_rating": [[1.0, 10 * fold, 0.3 * fold, 0.6], [5.0, 4, -1.0, 1.0]],
        "exposure": [[0.6, 0.7], *[[0.4 / 9, 0.3 / 9]] * 9],
    }


def _document(cells: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "status": "finished",
        "command": ["recli", "evaluate", "-d", "my <data>.csv"],
        "dataset": {
            "name": "my_<b>data</b> & more",
            "users": 8,
            "items": 90,
            "ratings": 1234,
            "fingerprint": "0123456789abcdef",
        },
        "configuration": {
            "split": "k-fold:n_splits=2",
            "seed": 0,
            "threshold": 4.0,
            "scale": [1.0, 5.0],
            "line_up": [{"algorithm": "x", "params": {"k": n, "off": None}} for n in range(3)],
        },
        "folds": [{"fingerprint": f"f{n}", "train": 900, "test": 100} for n in range(2)],
        "environment": {"recli": "0.1", "packages": {"numpy": "2.1"}},
        "warnings": [{"code": "few-users", "message": "Only 8 <users>."}],
        "cells": cells,
    }
