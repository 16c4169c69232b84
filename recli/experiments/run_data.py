"""What reports and comparisons are made from: a run as it was measured."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from recli import errors
from recli.evaluation.metric_names import Measure
from recli.experiments.verdicts import Verdict, verdicts
from recli.records import outside

if TYPE_CHECKING:
    from recli.models.item_map import ItemMap
    from recli.records.stored_run import StoredRun


@dataclass(frozen=True, eq=False)
class RunData:
    """A run, or several that were measured on the same folds.

    Attributes:
        id: its name
        document: its run.json
        measures: in the order in which they were asked for, at least one
        labels: the algorithms by entry, no two alike
        metrics: a row per entry × fold × metric: entry, fold, metric, value
        per_user: a row per entry × fold × user: entry, fold, user, and a column for every measure
            that has a value for each user, see `run_tables.per_user_table`
        groups: a row per entry × fold × group × metric: entry, fold, by, group, n_users, n_ratings,
            metric, value
        item_map: the items as a model sees them, if one is asked for
    """

    id: str
    document: dict[str, Any]
    measures: tuple[Measure, ...]
    labels: tuple[str, ...]
    metrics: pd.DataFrame
    per_user: pd.DataFrame
    groups: pd.DataFrame
    item_map: ItemMap | None = None

    @classmethod
    def of(cls, run: StoredRun, item_map: ItemMap | None = None) -> RunData:
        """The run as it lies on disk.

        Args:
            run: a run as it is stored
            item_map: where the items lie; None without a model of the run

        Raises:
            DataError: for a run that is damaged, or in which nothing was finished
        """
        if not run.n_compared:
            raise errors.DataError(
                f"{run.id} is {run.status}, and of no algorithm is anything there to compare. To run its "
                "command again computes what is missing."
            )
        outside.check(run.document, ("metric",))
        return cls(
            id=run.id,
            document=run.document,
            measures=tuple(map(Measure.parse, run.measures)),
            labels=tuple(run.line_up),
            metrics=run.metrics(),
            per_user=run.per_user(),
            groups=run.groups(),
            item_map=item_map,
        )

    @property
    def dataset(self) -> dict[str, Any]:
        """Name, counts and fingerprint of the ratings."""
        found: dict[str, Any] = self.document["dataset"]
        return found

    @property
    def noun(self) -> str:
        """What a row of the data is called."""
        return "interaction" if self.dataset.get("implicit", False) else "rating"

    @property
    def configuration(self) -> dict[str, Any]:
        """How the line-up was compared."""
        found: dict[str, Any] = self.document["configuration"]
        return found

    @property
    def cells(self) -> list[dict[str, Any]]:
        """Entry, fold and times of every cell; from newer versions also errors and exposure."""
        found: list[dict[str, Any]] = self.document["cells"]
        return found

    @property
    def warnings(self) -> list[dict[str, str]]:
        """What failed, and what the lint of the protocol found: code and message."""
        failed = (
            {"code": "failed", "message": f"{one['label']} is not compared: {one['reason']}"}
            for one in self.document.get("failures", ())
        )
        return [*failed, *self.document.get("warnings", [])]

    @property
    def n_folds(self) -> int:
        """Folds of which anything was measured."""
        return int(self.metrics["fold"].nunique())

    def headline(self, aspect: str) -> Measure | None:
        """The first measure of 'ratings' or of 'accuracy' that has a value for each user.

        Args:
            aspect: `ratings`, `accuracy` or `lists`
        """
        own = (m for m in self.measures if m.metric.aspect == aspect and str(m) in self.per_user)
        return next(own, None)

    @property
    def headlines(self) -> list[Measure]:
        """The headline of predicted ratings and that of ranked lists, in the order of the measures."""
        found = {self.headline("ratings"), self.headline("accuracy")}
        return [measure for measure in self.measures if measure in found]

    def means(self, measure: Measure) -> np.ndarray:
        """float64[n_entries], the mean over folds; NaN if a fold has no value, or there is none.

        Args:
            measure: a metric with its cut-off
        """
        return self._over_folds(measure, np.mean)

    def stds(self, measure: Measure) -> np.ndarray:
        """float64[n_entries], the standard deviation over folds, divided by their number.

        Args:
            measure: a metric with its cut-off
        """
        return self._over_folds(measure, np.std)

    @functools.cached_property
    def verdicts(self) -> dict[str, Verdict]:
        """Which algorithms differ, by measure, over the `common_folds`."""
        folds = self.common_folds
        metrics = self.metrics[self.metrics["fold"].isin(folds)]
        per_user = self.per_user[self.per_user["fold"].isin(folds)]
        return verdicts(self.labels, metrics, per_user, self.measures, self.test_share)

    @property
    def common_folds(self) -> list[int]:
        """The folds that every algorithm has finished of those that have finished any.

        On others what differs may be the test.
        """
        entries = self.metrics.groupby("fold")["entry"].nunique()
        return list(entries.index[entries == self.metrics["entry"].nunique()])

    @property
    def test_share(self) -> float:
        """The share of the ratings that a fold tests on, averaged over the folds."""
        sizes = [(fold["train"], fold["test"]) for fold in self.document["folds"]]
        return float(np.mean([test / (train + test) for train, test in sizes]))

    def seconds(self, what: str) -> np.ndarray:
        """float64[n_entries], mean seconds a fold of `what`: fit, test or rank; NaN where unknown.

        Args:
            what: what it is, for people
        """
        found = [
            [cell[f"{what}_seconds"] for cell in self.cells if cell["entry"] == entry]
            for entry in range(len(self.labels))
        ]
        return np.array([np.mean(np.array(v, float)) if v else np.nan for v in found])

    def of_users(self, measure: Measure) -> dict[str, np.ndarray]:
        """Each algorithm's value of every user, averaged over the folds; by label.

        float64[n_users], the same users in the same order, NaN where a user has no value; over the
        `common_folds`. Empty for a measure of all lists together.

        Args:
            measure: a metric with its cut-off
        """
        if str(measure) not in self.per_user:
            return {}
        rows = self.per_user[self.per_user["fold"].isin(self.common_folds)]
        table = rows.pivot(index=["fold", "user"], columns="entry", values=str(measure))
        means = table.groupby(level="user").mean()
        return {self.labels[int(entry)]: means[entry].to_numpy(float) for entry in means.columns}

    def _over_folds(self, measure: Measure, what: Callable[[np.ndarray], float]) -> np.ndarray:
        rows = self.metrics[self.metrics["metric"] == str(measure)]
        entries, values = rows["entry"].to_numpy(int), rows["value"].to_numpy(float)
        found = [values[entries == entry] for entry in range(len(self.labels))]
        return np.array([what(folds) if len(folds) else np.nan for folds in found])
