"""A measure in parts of the test."""

from __future__ import annotations

import numpy as np
import pandas as pd

from recli.evaluation.metric_names import Measure
from recli.experiments.reports import _svg as svg
from recli.experiments.reports._leaderboard import ordered, standing
from recli.experiments.reports.plots._base import Figure, Plot
from recli.experiments.run_data import RunData

_BAR, _NAMES, _VALUES = 13.0, 120.0, 46.0
_MOST_BARS, _MOST_GROUPS, _FEWEST = 60, 12, 3


class GroupBars(Plot):
    """A measure in parts of the test.

    One for each headline measure and each way to group.
    """

    position = 80

    def figures(self, data: RunData) -> list[Figure]:
        if data.groups.empty:
            return [Figure("Groups", "needs something to group by, as with --by activity.")]
        found = []
        for by in data.groups["by"].unique():
            for measure in data.headlines:
                rows = data.groups[
                    (data.groups["by"] == by) & (data.groups["metric"] == str(measure))
                ]
                rows = rows[rows["value"].notna()]
                if len(rows):
                    found.append(_figure(data, measure, str(by), rows))
        return found


def _figure(data: RunData, measure: Measure, by: str, rows: pd.DataFrame) -> Figure:
    sizes = rows.groupby("group", sort=False)[["n_users", "n_ratings"]].mean().round().astype(int)
    shown = sizes.sort_values("n_ratings", ascending=False, kind="stable").index[:_MOST_GROUPS]
    groups = [group for group in sizes.index if group in set(shown)]
    values = rows.pivot_table("value", "group", "entry")
    fits = max(_FEWEST, _MOST_BARS // len(groups))
    entries = [entry for entry in ordered(standing(data, measure)) if entry in values][:fits]
    scale = svg.Axis(0, float(np.nanmax(values.to_numpy())) or 1, _NAMES, svg.WIDTH - _VALUES)
    parts, y = [], 0.0
    for group in groups:
        users, ratings = sizes.loc[group]
        size = f"{users:,} users, {ratings:,} {data.noun}s a fold"
        parts.append(svg.text(0, y + 13, svg.shortened(str(group), 190), "heading"))
        parts.append(svg.text(svg.WIDTH, y + 13, size, "tick", "end"))
        y += 19
        for entry in entries:
            parts.append(_bar(entry, data.labels[entry], values.loc[group, entry], scale, y))
            y += _BAR
        y += 9
    title = f"By {by}: {measure}"
    reading = "More is better." if measure.greater_is_better else "Less is better."
    left_out = [
        f"the {len(groups)} largest of {len(sizes)} groups" if len(groups) < len(sizes) else "",
        f"the {len(entries)} best of {values.shape[1]} algorithms"
        if len(entries) < values.shape[1]
        else "",
    ]
    if any(left_out):
        reading += f" Shown are {' and '.join(filter(None, left_out))}; groups.csv has all."
    return Figure(
        title, f"{reading} {_gap(data, entries[0], values.loc[groups])}", svg.svg(y, title, parts)
    )


def _gap(data: RunData, entry: int, values: pd.DataFrame) -> str:
    own = {str(group): value for group, value in values[entry].items() if not np.isnan(value)}
    if len(own) < 2:
        return ""
    low, high = min(own, key=own.__getitem__), max(own, key=own.__getitem__)
    return (
        f"The gap of {data.labels[entry]} is {own[high] - own[low]:.4f}: {own[low]:.4f} for {low}, "
        f"{own[high]:.4f} for {high}."
    )


def _bar(entry: int, label: str, value: float, scale: svg.Axis, y: float) -> str:
    shown = "–" if np.isnan(value) else f"{value:.4f}"
    end = scale.start if np.isnan(value) else scale(max(value, 0))
    return svg.group(
        [
            svg.text(0, y + 10, svg.shortened(label, _NAMES - 6), "name"),
            svg.rect(scale.start, y + 2, end - scale.start, _BAR - 4, svg.colour(entry)),
            svg.text(end + 5, y + 10, shown, "value"),
        ],
        f"{label}: {shown}",
    )
