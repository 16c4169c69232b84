"""What reports are made from: a run as it was measured."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from recli.evaluation.metric_names import Measure

if TYPE_CHECKING:
    from recli.experiments.stored_run import StoredRun


@dataclass(frozen=True, eq=False)
class ReportData:
    """A run, or several that were measured on the same folds.

    id: its name
    document: its run.json
    measures: in the order in which they were asked for, at least one
    labels: the algorithms by entry, no two alike
    metrics: a row per entry × fold × metric: entry, fold, metric, value
    per_user: a row per entry × fold × user: entry, fold, user, and a column for every measure that
        has a value for each user
    groups: a row per entry × fold × group × metric: entry, fold, by, group, n_users, n_ratings,
        metric, value
    """

    id: str
    document: dict[str, Any]
    measures: tuple[Measure, ...]
    labels: tuple[str, ...]
    metrics: pd.DataFrame
    per_user: pd.DataFrame
    groups: pd.DataFrame

    @classmethod
    def of(cls, run: StoredRun) -> ReportData:
        """The run as it lies on disk."""
        return cls(
            id=run.id,
            document=run.document,
            measures=tuple(map(Measure.parse, run.measures)),
            labels=unique(run.line_up),
            metrics=run.metrics(),
            per_user=run.per_user(),
            groups=run.groups(),
        )

    @property
    def dataset(self) -> dict[str, Any]:
        """Name, counts and fingerprint of the ratings."""
        found: dict[str, Any] = self.document["dataset"]
        return found

    @property
    def configuration(self) -> dict[str, Any]:
        """How the line-up was compared."""
        found: dict[str, Any] = self.document["configuration"]
        return found

    @property
    def cells(self) -> list[dict[str, Any]]:
        """Times, errors by rating value and exposure of every entry × fold."""
        found: list[dict[str, Any]] = self.document["cells"]
        return found

    @property
    def warnings(self) -> list[dict[str, str]]:
        """What the lint of the protocol found: code and message."""
        return list(self.document.get("warnings", []))

    @property
    def folds(self) -> Any:
        """What identifies the folds; None in runs of versions that did not note it."""
        return self.document.get("folds")

    @property
    def n_folds(self) -> int:
        """Folds of which anything was measured."""
        return int(self.metrics["fold"].nunique())

    def measured(self, needs: str) -> list[Measure]:
        """The measures of 'predictions', or those of 'rankings'."""
        return [measure for measure in self.measures if measure.metric.needs == needs]

    def headline(self, needs: str) -> Measure | None:
        """The first measure of 'predictions' or 'rankings' that has a value for each user."""
        own = (m for m in self.measured(needs) if m.metric.per_user and str(m) in self.per_user)
        return next(own, None)

    @property
    def headlines(self) -> list[Measure]:
        """A measure of predictions and one of rankings, as far as there are."""
        found = (self.headline("predictions"), self.headline("rankings"))
        return [measure for measure in found if measure is not None]

    def means(self, measure: Measure) -> np.ndarray:
        """float64[n_entries], the mean over folds; NaN if a fold has no value, or there is none."""
        return self._over_folds(measure, np.mean)

    def stds(self, measure: Measure) -> np.ndarray:
        """float64[n_entries], the standard deviation over folds, divided by their number."""
        return self._over_folds(measure, np.std)

    def seconds(self, what: str) -> np.ndarray:
        """float64[n_entries], mean seconds a fold of `what`: fit, test or rank."""
        found = [
            [cell[f"{what}_seconds"] for cell in self.cells if cell["entry"] == entry]
            for entry in range(len(self.labels))
        ]
        return np.array([np.mean(values) if values else np.nan for values in found])

    def of_users(self, measure: Measure) -> dict[str, np.ndarray]:
        """Each algorithm's value of every user, averaged over the folds; by label.

        float64[n_users], the same users in the same order, NaN where a user has no value. Only
        folds that every algorithm has finished, so that what differs is not the test; algorithms
        with none are left out. Empty for a measure of all lists together.
        """
        if str(measure) not in self.per_user:
            return {}
        table = self.per_user.pivot(index=["fold", "user"], columns="entry", values=str(measure))
        finished = self.per_user.groupby("fold")["entry"].nunique() == table.shape[1]
        table = table[table.index.get_level_values("fold").isin(finished.index[finished])]
        means = table.groupby(level="user").mean()
        return {self.labels[entry]: means[entry].to_numpy(float) for entry in means.columns}

    def _over_folds(self, measure: Measure, what: Callable[[np.ndarray], float]) -> np.ndarray:
        rows = self.metrics[self.metrics["metric"] == str(measure)]
        found = {entry: what(of["value"].to_numpy(float)) for entry, of in rows.groupby("entry")}
        return np.array([found.get(entry, np.nan) for entry in range(len(self.labels))])


def unique(labels: Sequence[str]) -> tuple[str, ...]:
    """`labels`, those that are not the first of their kind numbered.

    >>> unique(["svd", "nmf", "svd"])
    ('svd', 'nmf', 'svd #2')
    """
    seen: Counter[str] = Counter()
    found = []
    for label in labels:
        seen[label] += 1
        found.append(label if seen[label] == 1 else f"{label} #{seen[label]}")
    return tuple(found)
