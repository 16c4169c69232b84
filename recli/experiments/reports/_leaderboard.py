"""Who is best by what, and who cannot be told from the best."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from recli.evaluation.metric_names import Measure
from recli.evaluation.significance import Comparisons, compare_all
from recli.evaluation.significance.comparisons import ALPHA
from recli.experiments.reports._data import ReportData

DIGITS = 4


@dataclass(frozen=True)
class Score:
    """One algorithm in one measure.

    mean, std: over folds; NaN for none
    place: 1 for the best; what looks alike with four digits shares a place; None for none
    p: adjusted p that it differs from the best over users; NaN for the best and where not tested
    """

    mean: float
    std: float
    place: int | None
    p: float

    @property
    def indistinguishable(self) -> bool:
        """Whether users do not tell it from the best. It is not the best itself."""
        return self.place != 1 and self.p >= ALPHA

    def __str__(self) -> str:
        return "–" if math.isnan(self.mean) else f"{self.mean:.{DIGITS}f}"

    @property
    def spread(self) -> str:
        """The standard deviation; empty where there is no mean."""
        return "" if math.isnan(self.mean) else f"±{self.std:.{DIGITS}f}"


@dataclass(frozen=True)
class Row:
    """One algorithm in several measures, and how long it takes, seconds a fold."""

    entry: int
    label: str
    scores: tuple[Score, ...]
    seconds: dict[str, float]


@dataclass(frozen=True)
class Leaderboard:
    """Several measures of the same kind; rows by the first, best first."""

    title: str
    measures: tuple[Measure, ...]
    rows: tuple[Row, ...]


def leaderboards(data: ReportData, width: int) -> Iterator[Leaderboard]:
    """The comparison in tables of at most `width` measures: predictions, then rankings.

    More measures of rankings than that go by the length of the lists.
    """
    for needs, title, time in (
        ("predictions", "Predicted ratings", "test"),
        ("rankings", "Ranked catalogue", "rank"),
    ):
        for measures, of in _portions(data.measured(needs), width):
            yield _leaderboard(data, title + of, measures, time)


@functools.lru_cache(maxsize=512)  # tables, words and plots ask for the same
def standing(data: ReportData, measure: Measure) -> tuple[Score, ...]:
    """Every algorithm's score in `measure`, by entry."""
    means, stds = data.means(measure), data.stds(measure)
    shown = np.round(means if not measure.greater_is_better else -means, DIGITS)
    order = np.unique(shown[~np.isnan(shown)])
    places = [None if np.isnan(v) else int(np.searchsorted(order, v)) + 1 for v in shown]
    p = _against_best(data, measure, places)
    return tuple(map(Score, means.tolist(), stds.tolist(), places, p))


def ordered(scores: tuple[Score, ...]) -> list[int]:
    """The entries, best first, those without a score last."""
    return sorted(range(len(scores)), key=lambda entry: scores[entry].place or math.inf)


def _against_best(data: ReportData, measure: Measure, places: list[int | None]) -> list[float]:
    # Resampling is for intervals, which nothing here shows.
    compared: Comparisons = compare_all(data.of_users(measure), n_bootstrap=1, seed=0)
    if 1 not in places:
        return [math.nan] * len(places)
    best = data.labels[places.index(1)]

    def p(label: str) -> float:
        return compared.adjusted.get((best, label), compared.adjusted.get((label, best), math.nan))

    return [p(label) for label in data.labels]


def _portions(
    measures: list[Measure], width: int
) -> Iterator[tuple[tuple[Measure, ...], str]]:
    """At most `width` measures at once, and what distinguishes them."""
    cutoffs = dict.fromkeys(measure.k for measure in measures)
    if len(measures) <= width or len(cutoffs) == 1:
        groups = {"": measures}
    else:
        groups = {
            f", {k} places" if k else ", all places": [m for m in measures if m.k == k]
            for k in cutoffs
        }
    for of, group in groups.items():
        for start in range(0, len(group), width):
            yield tuple(group[start : start + width]), of


def _leaderboard(
    data: ReportData, title: str, measures: tuple[Measure, ...], time: str
) -> Leaderboard:
    columns = [standing(data, measure) for measure in measures]
    seconds = {what: data.seconds(what) for what in ("fit", time)}
    rows = (
        Row(
            entry,
            data.labels[entry],
            tuple(column[entry] for column in columns),
            {what: float(values[entry]) for what, values in seconds.items()},
        )
        for entry in ordered(columns[0])
    )
    return Leaderboard(title, measures, tuple(rows))
