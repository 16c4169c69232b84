"""Who is best by what, and who cannot be told from the best."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from recli.evaluation.metric_names import Measure
from recli.experiments.report import tables_of
from recli.experiments.run_data import RunData
from recli.experiments.verdicts import Verdict

DIGITS = 4


@dataclass(frozen=True)
class Score:
    """One algorithm in one measure.

    Attributes:
        mean: over folds; NaN for none
        std: likewise
        place: 1 for the best; what looks alike with four digits shares a place; None for none
        alike: whether it is not distinguishable from the best; it is not the best itself
        p: of the difference from the best, adjusted; NaN for the best and where not tested
    """

    mean: float
    std: float
    place: int | None
    alike: bool
    p: float

    def __str__(self) -> str:
        return "–" if math.isnan(self.mean) else f"{self.mean:.{DIGITS}f}"

    @property
    def spread(self) -> str:
        """The standard deviation; empty where there is no mean."""
        return "" if math.isnan(self.mean) else f"±{self.std:.{DIGITS}f}"


@dataclass(frozen=True)
class Row:
    """One algorithm in several measures, and how long it takes, seconds a fold.

    Attributes:
        entry: the place in the line-up, from 0 on
        label: how it is shown
        scores: a score for each measure
        seconds: seconds of wall clock by what took them
    """

    entry: int
    label: str
    scores: tuple[Score, ...]
    seconds: dict[str, float]


@dataclass(frozen=True)
class Leaderboard:
    """Several measures of the same kind; rows by the first, best first.

    Attributes:
        title: what it is called, for people
        measures: what is measured, the first orders
        rows: a row for each algorithm, the best first
    """

    title: str
    measures: tuple[Measure, ...]
    rows: tuple[Row, ...]


def leaderboards(data: RunData, width: int) -> Iterator[Leaderboard]:
    """The comparison in tables of at most `width` measures of one aspect and one length of lists.

    Args:
        data: what the run has found
        width: how many cells a row has
    """

    def has_value(measure: Measure) -> bool:
        return not np.isnan(data.means(measure)).all()

    sampled = data.configuration.get("sampled_negatives", 0)
    for title, measures in tables_of(data.measures, has_value, sampled):
        for start in range(0, len(measures), width):
            yield _leaderboard(data, title, measures[start : start + width])


@functools.lru_cache(maxsize=512)  # tables, words and plots ask for the same
def standing(data: RunData, measure: Measure) -> tuple[Score, ...]:
    """Every algorithm's score in `measure`, by entry.

    Args:
        data: what the run has found
        measure: a metric with its cut-off
    """
    means, stds = data.means(measure), data.stds(measure)
    shown = np.round(-means if measure.greater_is_better else means, DIGITS)
    distinct = np.unique(shown[~np.isnan(shown)])
    places = [None if np.isnan(v) else int(np.searchsorted(distinct, v)) + 1 for v in shown]
    verdict = data.verdicts.get(str(measure))
    return tuple(
        Score(
            mean=float(means[entry]),
            std=float(stds[entry]),
            place=places[entry],
            alike=verdict is not None and places[entry] != 1 and label in verdict.alike,
            p=_against_best(verdict, label),
        )
        for entry, label in enumerate(data.labels)
    )


def doing(measure: Measure) -> str:
    """What takes time for the sake of `measure` after fitting: `test` or `rank`.

    Args:
        measure: a metric with its cut-off
    """
    return "test" if measure.metric.needs == "predictions" else "rank"


def shown_seconds(value: float) -> str:
    """Seconds as they are printed: with two digits, a dash where another program took them.

    Args:
        value: seconds, NaN where they are not known

    >>> shown_seconds(1.234), shown_seconds(math.nan)
    ('1.23', '–')
    """
    return "–" if math.isnan(value) else f"{value:.2f}"


def ordered(scores: tuple[Score, ...]) -> list[int]:
    """The entries, best first, those without a score last.

    Args:
        scores: a score for each measure
    """
    return sorted(range(len(scores)), key=lambda entry: scores[entry].place or math.inf)


def _against_best(verdict: Verdict | None, label: str) -> float:
    if verdict is None or not verdict.alike:
        return math.nan
    best = verdict.alike[0]
    p = verdict.adjusted
    return p.get((best, label), p.get((label, best), math.nan))


def _leaderboard(data: RunData, title: str, measures: list[Measure]) -> Leaderboard:
    columns = [standing(data, measure) for measure in measures]
    seconds = {what: data.seconds(what) for what in ("fit", doing(measures[0]))}
    rows = (
        Row(
            entry,
            data.labels[entry],
            tuple(column[entry] for column in columns),
            {what: float(values[entry]) for what, values in seconds.items()},
        )
        for entry in ordered(columns[0])
    )
    return Leaderboard(title, tuple(measures), tuple(rows))
