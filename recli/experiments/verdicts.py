"""Which algorithms of a run differ, metric by metric."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from recli.evaluation.metric_names import Measure
from recli.evaluation.significance.comparisons import Comparisons, compare_all, holm, like_the_best
from recli.evaluation.significance.pairs import FoldTest, corrected_resampled_t

Pair = tuple[str, str]


@dataclass(frozen=True)
class Verdict:
    """All pairs of algorithms in one metric.

    Attributes:
        measure: a metric with its cut-off
        over_users: paired tests over users, each with the mean of their folds; None for a metric of
            all lists together, which has no value for a user
        over_folds: corrected resampled t-tests over folds
        adjusted: p by Holm's method over all pairs, of the tests over users where there are such,
            else of those over folds
        alike: the best algorithm by mean over folds, and those that do not differ from it at the
            level 0.05; best first
    """

    measure: Measure
    over_users: Comparisons | None
    over_folds: dict[Pair, FoldTest]
    adjusted: dict[Pair, float]
    alike: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        """The verdict as JSON, NaN as null."""
        return {
            "best": self.alike[0] if self.alike else None,
            "indistinguishable_from_best": list(self.alike[1:]),
            "over": "folds" if self.over_users is None else "users",
            "pairs": [self._pair(a, b) for a, b in self.over_folds],
        }

    def _pair(self, a: str, b: str) -> dict[str, Any]:
        fold = self.over_folds[a, b]
        found: dict[str, Any] = {
            "a": a,
            "b": b,
            "difference": fold.difference,
            "p_adjusted": self.adjusted[a, b],
            "folds_t_p": fold.t_p,
        }
        if self.over_users is not None:
            test = self.over_users.pairs[a, b]
            found |= {
                "users": test.n,
                "difference_over_users": test.difference,
                "interval_low": test.interval[0],
                "interval_high": test.interval[1],
                "t_p": test.t_p,
                "wilcoxon_p": test.wilcoxon_p,
                "d_z": test.d_z,
            }
        return {
            key: None if isinstance(value, float) and not math.isfinite(value) else value
            for key, value in found.items()
        }


def verdicts(
    labels: Sequence[str],
    metrics: pd.DataFrame,
    per_user: pd.DataFrame,
    measures: Sequence[Measure],
    test_share: float,
    seed: int,
) -> dict[str, Verdict]:
    """By measure, what the tests say of every pair of algorithms.

    Args:
        labels: the algorithms' names, by entry of the line-up, each another
        metrics: columns entry, fold, metric, value
        per_user: columns entry, fold, user and one for each measure that has a value for each user
        measures: what is measured, the first orders
        test_share: share of the ratings that a fold tests on
        seed: what is drawn at random is drawn by it
    """
    by_fold = {
        metric: rows.pivot(index="fold", columns="entry", values="value")
        for metric, rows in metrics.groupby("metric")
    }
    # A user's folds are not independent: a user counts once, with their mean.
    by_user = per_user.drop(columns="fold").groupby(["entry", "user"]).mean()
    return {
        str(measure): _verdict(labels, measure, by_fold[str(measure)], by_user, test_share, seed)
        for measure in measures
        if str(measure) in by_fold
    }


def _verdict(
    labels: Sequence[str],
    measure: Measure,
    by_fold: pd.DataFrame,
    by_user: pd.DataFrame,
    test_share: float,
    seed: int,
) -> Verdict:
    # An algorithm that predicts no ratings has no part in what is said of rating metrics.
    by_fold = by_fold.dropna(axis=1, how="all")
    names = {entry: labels[entry] for entry in by_fold.columns.astype(int)}
    folds = {name: by_fold[entry].to_numpy(float) for entry, name in names.items()}
    over_folds = {
        (a, b): corrected_resampled_t(folds[a], folds[b], test_share)
        for a, b in itertools.combinations(folds, 2)
    }
    over_users = None
    if str(measure) in by_user:
        users = by_user[str(measure)].unstack("entry")
        values = {name: users[entry].to_numpy(float) for entry, name in names.items()}
        over_users = compare_all(values, seed=seed)
        adjusted = over_users.adjusted
    else:
        p_values = np.array([test.t_p for test in over_folds.values()])
        adjusted = dict(zip(over_folds, holm(p_values).tolist(), strict=True))
    means = {name: float(values.mean()) for name, values in folds.items()}
    alike = like_the_best(means, adjusted, measure.greater_is_better)
    return Verdict(measure, over_users, over_folds, adjusted, tuple(alike))
