"""Precision against recall."""

from __future__ import annotations

import numpy as np

from recli.evaluation.metric_names import Measure
from recli.experiments.reports.plots._base import Figure, Plot
from recli.experiments.reports.plots._scatter import Series, scatter
from recli.experiments.run_data import RunData

_TITLE = "Precision and recall"


class PrecisionRecall(Plot):
    """Precision against recall.

    A point for every length of lists of which both are measured.
    """

    position = 50

    def figures(self, data: RunData) -> list[Figure]:
        cutoffs = [
            m.k
            for m in sorted(data.measures, key=lambda measure: measure.k or 0)
            if m.name == "precision" and Measure("recall", m.k) in data.measures
        ]
        if not cutoffs:
            return [Figure(_TITLE, "needs both precision and recall at the same length, as at 10.")]
        precision = [data.means(Measure("precision", k)) for k in cutoffs]
        recall = [data.means(Measure("recall", k)) for k in cutoffs]
        series = [
            Series(
                entry,
                label,
                tuple((r[entry], p[entry]) for r, p in zip(recall, precision, strict=True)),
                tuple(
                    f"{label}, {k} places: precision {p[entry]:.4f}, recall {r[entry]:.4f}"
                    for k, r, p in zip(cutoffs, recall, precision, strict=True)
                ),
            )
            for entry, label in enumerate(data.labels)
            if not np.isnan(
                sum(r[entry] + p[entry] for r, p in zip(recall, precision, strict=True))
            )
        ]
        if not series:
            return [Figure(_TITLE, "precision or recall has no value.")]
        lengths = ", ".join(map(str, cutoffs))
        reading = f"Lists of {lengths} places, from left to right; up and to the right is better."
        if len(cutoffs) == 1:
            reading = f"Lists of {lengths} places; up and to the right is better."
            reading += " More lengths make lines."
        return [Figure(_TITLE, reading, scatter(series, "recall", "precision", _TITLE))]
