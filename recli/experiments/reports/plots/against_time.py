"""Accuracy against time."""

from __future__ import annotations

import numpy as np

from recli.experiments.reports._leaderboard import doing
from recli.experiments.reports.plots._base import Figure, Plot
from recli.experiments.reports.plots._scatter import Series, scatter
from recli.experiments.run_data import RunData

_SHORTEST = 0.001  # seconds; below, the clock says little


class AgainstTime(Plot):
    """Accuracy against time.

    One for each headline measure.
    """

    position = 30

    def figures(self, data: RunData) -> list[Figure]:
        found = []
        for measure in data.headlines:
            what = doing(measure)
            seconds = np.maximum(data.seconds("fit") + data.seconds(what), _SHORTEST)
            means = data.means(measure)
            series = [
                Series(
                    entry,
                    label,
                    ((seconds[entry], means[entry]),),
                    (f"{label}: {seconds[entry]:.3g} s",),
                )
                for entry, label in enumerate(data.labels)
                if not np.isnan(means[entry] + seconds[entry])
            ]
            if not series:
                continue
            title = f"Accuracy against time: {measure}"
            then = (
                "predict its test ratings" if what == "test" else "rank the catalogue for its users"
            )
            better = "higher" if measure.greater_is_better else "lower"
            reading = (
                f"Seconds to fit a fold and {then}, on a scale where equal steps are equal factors; "
                f"further left is faster, {better} is more accurate."
            )
            drawing = scatter(series, "seconds a fold", str(measure), title, log_x=True)
            found.append(Figure(title, reading, drawing))
        return found
