"""Several runs as one, where they were measured on the same folds."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from recli.experiments.cross_validation import numbered
from recli.experiments.reports._data import ReportData


def together(runs: Sequence[ReportData]) -> tuple[ReportData | None, str]:
    """The line-ups of at least two runs as one, in the measures that all have.

    None where they cannot be compared, with the reason: another dataset, other folds, another
    threshold, no measure in common.
    """
    reason = _reason(runs)
    if reason:
        return None, reason
    first = runs[0]
    common = [m for m in first.measures if all(m in run.measures for run in runs)]
    offsets = [sum(len(run.labels) for run in runs[:place]) for place in range(len(runs))]
    labels = tuple(numbered([label for run in runs for label in run.labels]))

    def joined(name: str) -> pd.DataFrame:
        frames = [
            getattr(run, name).assign(entry=getattr(run, name)["entry"] + offset)
            for run, offset in zip(runs, offsets, strict=True)
        ]
        filled = [frame for frame in frames if len(frame)]
        return pd.concat(filled or frames[:1], join="inner", ignore_index=True)

    cells = [
        {**cell, "entry": cell["entry"] + offset}
        for run, offset in zip(runs, offsets, strict=True)
        for cell in run.cells
    ]
    return (
        ReportData(
            id=" + ".join(run.id for run in runs),
            document={**first.document, "cells": cells},
            measures=tuple(common),
            labels=labels,
            metrics=joined("metrics"),
            per_user=joined("per_user"),
            groups=joined("groups"),
        ),
        "",
    )


def _reason(runs: Sequence[ReportData]) -> str:
    first = runs[0]
    for run in runs[1:]:
        names = f"{first.id} and {run.id}"
        if run.dataset["fingerprint"] != first.dataset["fingerprint"]:
            return (
                f"{names} are on different data ({first.dataset['name']}, {run.dataset['name']})."
            )
        if run.document["folds"] != first.document["folds"]:
            return f"{names} are on different folds."
        if run.configuration["threshold"] != first.configuration["threshold"]:
            return f"{names} differ in the rating from which an item counts as liked."
    if not set(first.measures).intersection(*(run.measures for run in runs[1:])):
        return "The runs have no measure in common."
    return ""
