"""What `recli.evaluate` gives."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from recli import errors
from recli.algorithms import Configured
from recli.api import _html
from recli.data.dataset import Dataset
from recli.data.splits._base import Fold
from recli.evaluation.lint_checks import Finding
from recli.evaluation.metric_names import Measure, leading
from recli.evaluation.protocol import Protocol
from recli.evaluation.significance.pairs import ALPHA
from recli.experiments.group_tables import breakdown
from recli.experiments.report import (
    failed_rows,
    leaderboard,
    remarks,
    tables_of_summaries,
)
from recli.experiments.verdicts import Verdict, verdicts
from recli.records import run_tables
from recli.records.cells import Cell, Summary, labels, summaries
from recli.records.failures import EntryFailure


@dataclass(frozen=True, eq=False, repr=False)
class Evaluation:
    """Algorithms that were compared on the same folds.

    Attributes:
        dataset: what they were compared on
        protocol: split, measures, threshold, seed
        line_up: the algorithms, in the order in which they were named
        folds: rows of the training and of the test, int64
        cells: an algorithm on a fold each, with its scores; of the algorithms that did not fail
        warnings: reasons to doubt the numbers, each with a `message`
        folder: of the run, where results are kept; None where nothing was written
        failures: the algorithms that failed on a fold, which are not compared: each with `label`, the
            `folds` and the `reason`
    """

    dataset: Dataset
    protocol: Protocol
    line_up: tuple[Configured, ...]
    folds: tuple[Fold, ...]
    cells: tuple[Cell, ...]
    warnings: tuple[Finding, ...] = ()
    folder: Path | None = None
    failures: tuple[EntryFailure, ...] = ()

    def to_pandas(self) -> pd.DataFrame:
        """Every value that was measured.

        Returns:
            A row per algorithm × fold × metric: algorithm, fold (from 1 on), metric, value (NaN where
            it is not defined).
        """
        found = self._metrics
        return found.assign(algorithm=self._labelled(found))[
            ["algorithm", "fold", "metric", "value"]
        ]

    def per_user(self) -> pd.DataFrame:
        """What each user of the test got.

        Returns:
            A row per algorithm × fold × user: algorithm, fold (from 1 on), user (the raw id, text) and
            a column for each measure that has a value for a user (NaN where it is not defined); of those
            of predicted ratings also what the fold would have without the user (`rmse without`).
        """
        found = self._per_user
        found.insert(0, "algorithm", self._labelled(found))
        return found.drop(columns="entry")

    def by_group(self) -> pd.DataFrame:
        """The metrics of the groups that `by` has asked for.

        Returns:
            A row per algorithm × fold × group × metric: algorithm, fold, by, group, n_users, n_ratings,
            metric, value.

        Raises:
            UsageError: nothing was broken down
        """
        if not self.protocol.by:
            raise errors.UsageError('Nothing was broken down: evaluate with `by="activity"`.')
        names = labels(self.line_up)
        rows = [
            (
                names[cell.entry],
                cell.fold + 1,
                of.by,
                of.group,
                of.n_users,
                of.n_ratings,
                name,
                value,
            )
            for cell in self._done
            for of in cell.scores.groups
            for name, value in of.metrics.items()
        ]
        columns = ["algorithm", "fold", "by", "group", "n_users", "n_ratings", "metric", "value"]
        return pd.DataFrame(rows, columns=columns)

    def leaderboard(self, metric: str | None = None) -> pd.DataFrame:
        """The algorithms, the best first.

        Args:
            metric: what orders; by default the first that an algorithm has a value in

        Returns:
            By algorithm: for each metric the mean over folds and, in a column `… std`, the standard
            deviation (divided by the number of folds); seconds to fit, to predict and to rank, means
            over folds. Where an algorithm failed it has the last rows, of NaN, and a column `failed`
            says why.
        """
        measures = self.protocol.measures
        found = summaries(self.line_up, self.cells, self._measure(metric))
        columns: dict[str, list[float]] = {}
        for measure in measures:
            columns[str(measure)] = [summary.mean(measure) for summary in found]
            columns[f"{measure} std"] = [summary.std(measure) for summary in found]
        for what in ("fit_seconds", "test_seconds", "rank_seconds"):
            columns[what] = [getattr(summary, what) for summary in found]
        index = pd.Index([summary.label for summary in found], name="algorithm")
        table = pd.DataFrame(columns, index)
        if self.failures:
            reasons = {failed.label: failed.reason for failed in self.failures}
            table = table.reindex(pd.Index([*index, *reasons], name="algorithm"))
            table["failed"] = [reasons.get(label, "") for label in table.index]
        return table

    def compare(self, metric: str | None = None) -> pd.DataFrame:
        """Every pair of algorithms, by paired tests over users, or over folds where users have no value.

        Args:
            metric: one of those that were measured; by default all

        Returns:
            A row per metric × pair: metric, a, b; difference, that of the means in `leaderboard`, a − b,
            with its 95 % interval (interval_low, interval_high); p, and p_adjusted by Holm's method over
            the pairs of the metric; d_z, the difference in standard deviations of what users add to it;
            detectable, the smallest true difference that four of five such tests find; n, the users, or
            folds; over, which of both; better, the name of the better one where p_adjusted is below
            0.05, else None.
        """
        chosen = self.protocol.measures if metric is None else (self._measure(metric),)
        rows = [row for m in chosen if str(m) in self.verdicts for row in self._pairs(m)]
        return pd.DataFrame(rows, columns=_PAIRS)

    @functools.cached_property
    def verdicts(self) -> dict[str, Verdict]:
        """By metric: which algorithms differ, and which are like the best."""
        sizes = [(len(fold.train), len(fold.test)) for fold in self.folds]
        test_share = float(np.mean([test / (train + test) for train, test in sizes]))
        protocol, names = self.protocol, labels(self.line_up)
        return verdicts(names, self._metrics, self._per_user, protocol.measures, test_share)

    @property
    def best(self) -> Configured:
        """The algorithm that comes first, to be tuned or trained.

        Raises:
            UsageError: where the first metric has a value for none.
        """
        first, leading = self._summaries[0], self.protocol.measures[0]
        if math.isnan(first.mean(leading)):
            raise errors.UsageError(
                f"There is no best algorithm: {leading} has no value for any. Take another metric, or "
                "data on which it is defined."
            )
        return first.configured

    def __repr__(self) -> str:
        header, rows = leaderboard(self._summaries, self.protocol.measures)
        rows += failed_rows(self.failures, len(header))
        widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
        lines = [
            "  ".join(
                cell.rjust(width) if place else cell.ljust(width)
                for place, (cell, width) in enumerate(zip(row, widths, strict=True))
            )
            for row in (header, *rows)
        ]
        return "\n".join([self._title, *lines])

    def _repr_html_(self) -> str:
        tables = []
        for place, (title, group) in enumerate(tables_of_summaries(self._summaries, self.protocol)):
            found = summaries(self.line_up, self.cells, group[0])
            header, rows = leaderboard(found, group, self.verdicts, fit=place == 0)
            rows += failed_rows(self.failures, len(header))
            tables.append(_html.table(title, header, rows))
        for by in self.protocol.by:
            measure = self._measure(None)
            header, rows = breakdown(self._summaries, by, measure)
            tables.append(_html.table(f"{measure} by {by}", header, rows))
        warnings = [f"Note: {finding.message}" for finding in self.warnings]
        warnings += [f"Failed: {failed}" for failed in self.failures]
        return _html.page(
            tables, [*remarks(self._measure(None), self.verdicts), *warnings], self._title
        )

    @property
    def _title(self) -> str:
        split, seed = self.protocol.split, self.protocol.split.seed
        n = len(self.folds)
        return f"{self.dataset.name}, {n} fold{'s' * (n != 1)} ({split}), seed {seed}"

    @property
    def _done(self) -> list[Cell]:
        return sorted(self.cells, key=lambda cell: (cell.entry, cell.fold))

    @property
    def _summaries(self) -> list[Summary]:
        return summaries(self.line_up, self.cells, self._measure(None))

    def _measure(self, metric: str | None) -> Measure:
        """The measure of this name, or the leading one. Raises UsageError for one not measured."""
        measures = self.protocol.measures
        if metric is None:
            scores = [cell.scores.metrics for cell in self.cells]
            return leading(measures, lambda m: any(not math.isnan(s[str(m)]) for s in scores))
        found = Measure.parse(metric)
        if found not in measures:
            raise errors.unknown("metric in this evaluation", metric, map(str, measures))
        return found

    @property
    def _metrics(self) -> pd.DataFrame:
        """Columns entry, fold, metric, value."""
        return run_tables.metrics_frame(self._done, self.protocol.measures)

    @property
    def _per_user(self) -> pd.DataFrame:
        """Columns entry, fold, user (the raw id) and one for each measure that users have."""
        ids = self.dataset.ratings.user_ids
        found = run_tables.per_user_table(self._done, self.protocol.measures, ids).to_pandas()
        return found.assign(user=found["user"].astype(str))

    def _labelled(self, frame: pd.DataFrame) -> np.ndarray:
        found: np.ndarray = np.array(labels(self.line_up), object)[frame["entry"].to_numpy()]
        return found

    def _pairs(self, measure: Measure) -> list[tuple]:
        """The rows of `compare` in one measure."""
        verdict, rows = self.verdicts[str(measure)], []
        sign = 1 if measure.greater_is_better else -1
        for (a, b), fold in verdict.over_folds.items():
            adjusted, of_users = verdict.adjusted[a, b], verdict.over_users
            if of_users is None:
                difference, low, high, d_z = fold.difference, math.nan, math.nan, math.nan
                detectable = math.nan
                p, n, over = fold.t_p, len(self.folds), "folds"
            else:
                test = of_users[a, b]
                difference, (low, high), d_z = test.difference, test.interval, test.d_z
                detectable = test.detectable
                p, n, over = test.t_p, test.n, "users"
            better = (a if sign * difference > 0 else b) if adjusted < ALPHA else None
            said = (difference, low, high, p, adjusted, d_z, detectable, n, over, better)
            rows.append((str(measure), a, b, *said))
        return rows


_PAIRS = [
    *("metric", "a", "b", "difference", "interval_low", "interval_high", "p", "p_adjusted"),
    *("d_z", "detectable", "n", "over", "better"),
]
