"""What was found: of one algorithm on one fold, and of a line-up over its folds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from recli.algorithms import Configured
from recli.evaluation.fold import FoldScores
from recli.evaluation.metric_names import Measure


@dataclass(frozen=True)
class Cell:
    """One algorithm of the line-up on one fold, and what came out.

    Attributes:
        entry: its place in the line-up, from 0 on
        fold: its place among the folds, from 0 on
        scores: what came out
        peak_mb: the most memory that the process held while it worked, MiB; where others worked beside
            it on threads, since the process started; NaN where the system does not tell
        reused: whether it was there already, so that its times and memory are of an earlier run
    """

    entry: int
    fold: int
    scores: FoldScores
    peak_mb: float = math.nan
    reused: bool = False


@dataclass(frozen=True)
class Summary:
    """One algorithm over its folds.

    Attributes:
        configured: the algorithm
        cells: its finished cells, folds in order
        label: how it is shown, another for every entry of the line-up
    """

    configured: Configured
    cells: tuple[Cell, ...]
    label: str

    def values(self, measure: Measure) -> list[float]:
        """A measure on every fold, NaN where a fold has no user it applies to.

        Args:
            measure: one of those that were measured
        """
        return [cell.scores.metrics[str(measure)] for cell in self.cells]

    def mean(self, measure: Measure) -> float:
        """Mean over folds, NaN if a fold has none.

        Args:
            measure: one of those that were measured
        """
        return float(np.mean(self.values(measure)))

    def std(self, measure: Measure) -> float:
        """Standard deviation over folds, as Surprise reports it: divided by the number of folds.

        Args:
            measure: one of those that were measured
        """
        return float(np.std(self.values(measure)))

    @property
    def fit_seconds(self) -> float:
        """Mean wall-clock seconds of `fit`."""
        return float(np.mean([cell.scores.fit_seconds for cell in self.cells]))

    @property
    def test_seconds(self) -> float:
        """Mean wall-clock seconds to predict the test ratings."""
        return float(np.mean([cell.scores.test_seconds for cell in self.cells]))

    @property
    def rank_seconds(self) -> float:
        """Mean wall-clock seconds to rank the catalogue for the users of the test."""
        return float(np.mean([cell.scores.rank_seconds for cell in self.cells]))


def labels(line_up: Sequence[Configured]) -> list[str]:
    """How the entries are shown, each another: hybrids that differ in their members' parameters with
    these, and what still looks alike is numbered.

    Args:
        line_up: the algorithms, in their order

    >>> labels([Configured.of("svd"), Configured.of("nmf"), Configured.of("svd")])
    ['svd', 'nmf', 'svd #2']
    """
    short = [configured.label for configured in line_up]
    whole = [configured.whole_label for configured in line_up]
    return numbered(
        [long if short.count(text) > 1 else text for text, long in zip(short, whole, strict=True)]
    )


def numbered(texts: Sequence[str]) -> list[str]:
    """Texts, each another: what is like one before gets a number.

    Args:
        texts: as they are

    >>> numbered(["svd", "nmf", "svd"])
    ['svd', 'nmf', 'svd #2']
    """
    before = [texts[:place].count(text) for place, text in enumerate(texts)]
    return [f"{text} #{n + 1}" if n else text for text, n in zip(texts, before, strict=True)]


def summaries(
    line_up: Sequence[Configured], finished: Sequence[Cell], order_by: Measure
) -> list[Summary]:
    """The algorithms that have a finished cell, the best first.

    Args:
        line_up: the algorithms
        finished: cells of them, in any order
        order_by: what the best is best by
    """
    found = []
    for entry, (configured, label) in enumerate(zip(line_up, labels(line_up), strict=True)):
        own = sorted((c for c in finished if c.entry == entry), key=lambda cell: cell.fold)
        if own:
            found.append(Summary(configured, tuple(own), label))
    return best_first(found, order_by)


def best_first(found: Sequence[Summary], order_by: Measure) -> list[Summary]:
    """The algorithms in another order, those without a value last.

    Args:
        found: the algorithms
        order_by: what the best is best by
    """
    sign = -1.0 if order_by.greater_is_better else 1.0

    def key(summary: Summary) -> tuple[bool, float]:
        mean = summary.mean(order_by)
        return bool(np.isnan(mean)), sign * mean

    return sorted(found, key=key)
