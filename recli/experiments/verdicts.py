"""Which algorithms of a run differ, metric by metric."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from recli.evaluation.metric_names import Measure
from recli.evaluation.significance.comparisons import holm, like_the_best
from recli.evaluation.significance.influences import Influences
from recli.evaluation.significance.pairs import FoldTest, PairedTest, corrected_resampled_t, paired
from recli.records.run_tables import WITHOUT

Pair = tuple[str, str]


@dataclass(frozen=True)
class Verdict:
    """All pairs of algorithms in one metric.

    What is tested is the difference between the means over folds, which tables show, so it has their
    sign: over users where it is known what each of them does to the metric, else over folds.

    Attributes:
        measure: a metric with its cut-off
        over_users: tests over users; None for a metric of all lists together, and for one of somebody
            else that does not say what it would be without a user
        over_folds: corrected resampled t-tests over folds
        adjusted: p by Holm's method over all pairs, of the tests over users where there are such,
            else of those over folds; NaN for a pair that cannot be tested
        alike: the best algorithm by mean over folds, and those that do not differ from it at the
            level 0.05; best first
        n_valued: how many algorithms have a value in a fold at least
    """

    measure: Measure
    over_users: dict[Pair, PairedTest] | None
    over_folds: dict[Pair, FoldTest]
    adjusted: dict[Pair, float]
    alike: tuple[str, ...]
    n_valued: int

    @property
    def is_tested(self) -> bool:
        """Whether any pair could be tested."""
        return any(not math.isnan(p) for p in self.adjusted.values())

    @property
    def untested(self) -> str | None:
        """Why no pair could be tested; None where one was, and where one algorithm alone has a value."""
        if not self.n_valued and self.measure.metric.needs == "predictions":
            return "no algorithm of the line-up predicts ratings"
        if not self.alike:
            return "no algorithm has a value in every fold"
        if self.is_tested or not self.adjusted:
            return None
        if self.over_users is not None:
            return "it stands on fewer than two users in a fold"
        return "it has no part for each user, and a test over folds takes two"

    def best_pair(self) -> Pair | None:
        """The best and the next by mean over folds, as far as they were tested over users."""
        if self.over_users is None or not self.alike:
            return None
        sign = 1 if self.measure.greater_is_better else -1
        behind = {
            pair: sign * test.difference * (1 if pair[0] == self.alike[0] else -1)
            for pair, test in self.over_users.items()
            if self.alike[0] in pair and not math.isnan(test.error)
        }
        return min(behind, key=lambda pair: behind[pair], default=None)

    def document(self) -> dict[str, Any]:
        """The verdict as JSON, NaN as null."""
        return {
            "best": self.alike[0] if self.alike else None,
            "indistinguishable_from_best": list(self.alike[1:]),
            "over": "folds" if self.over_users is None else "users",
            "untested": self.untested,
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
            test = self.over_users[a, b]
            found |= {
                "difference": test.difference,
                "users": test.n,
                "interval_low": test.interval[0],
                "interval_high": test.interval[1],
                "t_p": test.t_p,
                "wilcoxon_p": test.wilcoxon_p,
                "d_z": test.d_z,
                "detectable": test.detectable,
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
) -> dict[str, Verdict]:
    """By measure, what the tests say of every pair of algorithms.

    Args:
        labels: the algorithms' names, by entry of the line-up, each another
        metrics: columns entry, fold, metric, value
        per_user: columns entry, fold, user, one for each measure that has a value for each user, and one
            with `WITHOUT` for each that is no mean of these
        measures: what is measured, the first orders
        test_share: share of the ratings that a fold tests on
    """
    by_fold = {
        metric: rows.pivot(index="fold", columns="entry", values="value")
        for metric, rows in metrics.groupby("metric")
    }
    of_users = _OfUsers.of(per_user)
    return {
        str(measure): _verdict(labels, measure, by_fold[str(measure)], of_users, test_share)
        for measure in measures
        if str(measure) in by_fold
    }


def _verdict(
    labels: Sequence[str],
    measure: Measure,
    by_fold: pd.DataFrame,
    of_users: _OfUsers,
    test_share: float,
) -> Verdict:
    # An algorithm that predicts no ratings has no part in what is said of rating metrics.
    by_fold = by_fold.dropna(axis=1, how="all")
    names = {entry: labels[entry] for entry in by_fold.columns.astype(int)}
    folds = {name: by_fold[entry].to_numpy(float) for entry, name in names.items()}
    pairs = list(itertools.combinations(folds, 2))
    over_folds = {(a, b): corrected_resampled_t(folds[a], folds[b], test_share) for a, b in pairs}
    over_users = None
    if of_users.knows(measure):
        numbers = by_fold.index.to_numpy(int)
        found = {
            name: of_users.influences(measure, entry, numbers, folds[name])
            for entry, name in names.items()
        }
        over_users = {(a, b): paired(found[a], found[b]) for a, b in pairs}
    tests = over_folds if over_users is None else over_users
    p_values = np.array([test.t_p for test in tests.values()])
    adjusted = dict(zip(pairs, holm(p_values).tolist(), strict=True))
    means = {name: float(values.mean()) for name, values in folds.items()}
    alike = like_the_best(means, adjusted, measure.greater_is_better)
    return Verdict(measure, over_users, over_folds, adjusted, tuple(alike), len(names))


@dataclass(frozen=True, eq=False)
class _OfUsers:
    """What each user has of each fold.

    Attributes:
        cells: by entry and fold, the rows of its users, who are numbers from 0 on
        columns: what there is of each
        n_users: how many there are in all
    """

    cells: Mapping[Any, pd.DataFrame]
    columns: frozenset[str]
    n_users: int

    @classmethod
    def of(cls, per_user: pd.DataFrame) -> _OfUsers:
        users, distinct = pd.factorize(per_user["user"])
        by_cell = per_user.assign(user=users).groupby(["entry", "fold"], sort=False)
        return cls(dict(iter(by_cell)), frozenset(per_user.columns), len(distinct))

    def knows(self, measure: Measure) -> bool:
        """Whether it is known what each user does to `measure`."""
        has_without = str(measure) + WITHOUT in self.columns
        return str(measure) in self.columns and (measure.metric.is_mean or has_without)

    def influences(
        self, measure: Measure, entry: int, folds: np.ndarray, values: np.ndarray
    ) -> Influences:
        """What users do to the mean of an entry's `values` on the `folds`."""
        name = str(measure)
        found, users = [], []
        for fold, value in zip(folds.tolist(), values.tolist(), strict=True):
            rows = self.cells[entry, fold]
            own = rows[name].to_numpy(float)
            without = None if measure.metric.is_mean else rows[name + WITHOUT].to_numpy(float)
            found.append(Influences.of_fold(value, own, without))
            users.append(rows["user"].to_numpy())
        return Influences.over_folds(found, users, self.n_users)
