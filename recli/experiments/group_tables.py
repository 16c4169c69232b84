"""One measure by group of users, items or ratings, as a table."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from recli.evaluation.metric_names import Measure
from recli.records.cells import Summary


def breakdown(
    found: Sequence[Summary], by: str, measure: Measure
) -> tuple[list[str], list[list[str]]]:
    """Header and rows of one measure by group: a group a row, its test ratings per fold, means.

    The last row is the gap, the largest mean minus the smallest. Folds without a value do not count.

    Args:
        found: the line-up over its folds, the best first
        by: what the groups go by, as `activity`
        measure: a metric with its cut-off
    """
    rows = (
        (summary.label, of.group, of.n_ratings, of.metrics.get(str(measure), math.nan))
        for summary in found
        for cell in summary.cells
        for of in cell.scores.groups
        if of.by == by
    )
    n_folds = len(found[0].cells) if found else 0
    return group_table(by, [summary.label for summary in found], rows, n_folds)


def group_table(
    by: str, labels: Sequence[str], found: Iterable[tuple[str, str, int, float]], n_folds: int
) -> tuple[list[str], list[list[str]]]:
    """Header and rows of one measure by group, see `breakdown`.

    Args:
        by: what the groups go by
        labels: the algorithms, in the order of the columns
        found: algorithm, group, its test ratings and the value, for every fold
        n_folds: how many folds the first algorithm has
    """
    of_group: dict[str, dict[str, list[tuple[int, float]]]] = {}
    for label, group, n_ratings, value in found:
        of = of_group.setdefault(group, {each: [] for each in labels})
        of[label].append((n_ratings, value))
    means = [[_mean_of(row[label]) for label in labels] for row in of_group.values()]
    rows = [
        [group, f"{sum(n for n, _ in row[labels[0]]) / n_folds:,.0f}", *map(shown, values)]
        for (group, row), values in zip(of_group.items(), means, strict=True)
    ]
    gaps = [_gap(column) for column in zip(*means, strict=True)]
    return [by, "ratings", *labels], [*rows, ["gap", "", *map(shown, gaps)]]


def _gap(means: Sequence[float]) -> float:
    known = [mean for mean in means if not math.isnan(mean)]
    return max(known) - min(known) if known else math.nan


def _mean_of(scores: Sequence[tuple[int, float]]) -> float:
    """The mean over folds of one group, of those that have a value; NaN if none has."""
    known = [value for _, value in scores if not math.isnan(value)]
    return sum(known) / len(known) if known else math.nan


def shown(value: float, digits: int = 4) -> str:
    """A number as tables have it: a dash where there is none.

    Args:
        value: a number, NaN for none
        digits: how many follow the point

    >>> shown(0.12345), shown(math.nan)
    ('0.1235', '–')
    """
    return "–" if math.isnan(value) else f"{value:.{digits}f}"
