"""CSV."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Sequence

from recli.experiments.reports._base import Report
from recli.experiments.reports._leaderboard import ordered, standing
from recli.experiments.run_data import RunData

_HEADER = ["run", "metric", "place", "algorithm", "mean", "std", "p_against_best"]


class CsvReport(Report):
    """A row per run × metric × algorithm: mean and deviation over folds, place, and p.

    p is that of a difference from the best of the run over users, adjusted as in the other formats;
    empty for the best itself and where it is not tested.
    """

    suffix = ".csv"

    def __call__(self, runs: Sequence[RunData]) -> str:
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\n")
        writer.writerow(_HEADER)
        for data in runs:
            writer.writerows(_rows(data))
        return buffer.getvalue()


def _rows(data: RunData) -> Iterator[list[object]]:
    for measure in data.measures:
        scores = standing(data, measure)
        for entry in ordered(scores):
            score = scores[entry]
            numbers = map(_number, (score.mean, score.std, score.p))
            yield [data.id, measure, score.place, data.labels[entry], *numbers]


def _number(value: float) -> str:
    return "" if math.isnan(value) else repr(value)
