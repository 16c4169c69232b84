"""Accuracy against diversity."""

from __future__ import annotations

import numpy as np

from recli.experiments.reports.plots._base import Figure, Plot
from recli.experiments.reports.plots._scatter import Series, scatter
from recli.experiments.run_data import RunData

_TITLE = "Accuracy against diversity"


class AgainstDiversity(Plot):
    """Accuracy against diversity.

    The first measure of rankings against diversity.
    """

    position = 40

    def figures(self, data: RunData) -> list[Figure]:
        accuracy = data.headline("accuracy")
        diversity = next((m for m in data.measures if m.name == "diversity"), None)
        if accuracy is None or diversity is None or accuracy == diversity:
            missing = "diversity@10 (of items with features) and one such as ndcg@10"
            return [Figure(_TITLE, f"needs two metrics that were not both asked for: {missing}.")]
        x, y = data.means(accuracy), data.means(diversity)
        series = [
            Series(
                entry,
                label,
                ((x[entry], y[entry]),),
                (f"{label}: {accuracy} {x[entry]:.4f}, {diversity} {y[entry]:.4f}",),
            )
            for entry, label in enumerate(data.labels)
            if not np.isnan(x[entry] + y[entry])
        ]
        if not series:
            return [Figure(_TITLE, f"{accuracy} or {diversity} has no value.")]
        better = "right" if accuracy.greater_is_better else "left"
        reading = (
            f"Further {better} the lists are more accurate, further up their items differ more from one "
            "another. Random lists are diverse too: up without right is no gain."
        )
        return [Figure(_TITLE, reading, scatter(series, str(accuracy), str(diversity), _TITLE))]
