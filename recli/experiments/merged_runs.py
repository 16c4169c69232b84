"""Several runs as one, where they were measured on the same folds."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from recli.experiments.run_data import RunData
from recli.records.cells import numbered

_MUST_AGREE = (
    ("dataset", "fingerprint", "the data"),
    ("configuration", "split", "the split"),
    ("configuration", "split_seed", "the seed of the split"),
    ("configuration", "threshold", "the rating from which an item counts as liked"),
    ("configuration", "sampled_negatives", "the number of sampled candidates"),
)


def together(runs: Sequence[RunData]) -> tuple[RunData | None, str]:
    """The line-ups of at least two runs as one, in the measures that all have.

    An algorithm that came out alike in several runs is in it once; one that did not is followed by
    its run. None where the runs cannot be compared, with the reason: what differs in data, folds or
    threshold, or that they have no measure in common.

    Args:
        runs: at least two runs
    """
    reason = _reason(runs)
    if reason:
        return None, reason
    common = [m for m in runs[0].measures if all(m in run.measures for run in runs)]
    entries = _distinct(runs, list(map(str, common)))
    names = [run.labels[entry] for run, entry in entries]
    labels = [
        f"{name} ({run.id})" if names.count(name) > 1 else name
        for name, (run, _) in zip(names, entries, strict=True)
    ]
    places = {(id(run), entry): place for place, (run, entry) in enumerate(entries)}

    def joined(name: str) -> pd.DataFrame:
        frames = []
        for run in runs:
            frame = getattr(run, name)
            place = frame["entry"].map(lambda entry, run=run: places.get((id(run), int(entry)), -1))
            frames.append(frame.assign(entry=place.astype(int))[place >= 0])
        filled = [frame for frame in frames if len(frame)]
        return pd.concat(filled or frames[:1], join="inner", ignore_index=True)

    cells = [
        {**cell, "entry": places[id(run), cell["entry"]]}
        for run in runs
        for cell in run.cells
        if (id(run), cell["entry"]) in places
    ]
    joint = RunData(
        id=" + ".join(run.id for run in runs),
        document={**runs[0].document, "cells": cells},
        measures=tuple(common),
        labels=tuple(numbered(labels)),
        metrics=joined("metrics"),
        per_user=joined("per_user"),
        groups=joined("groups"),
    )
    return joint, ""


def _distinct(runs: Sequence[RunData], measures: Sequence[str]) -> list[tuple[RunData, int]]:
    """Run and entry of every algorithm, without those that came out as one before of that name."""
    found: list[tuple[RunData, int]] = []
    seen: set[tuple[str, str]] = set()
    for run in runs:
        metrics = run.metrics[run.metrics["metric"].isin(measures)].sort_values(["metric", "fold"])
        before = set(seen)
        for entry, label in enumerate(run.labels):
            values = metrics.loc[metrics["entry"] == entry, ["fold", "metric", "value"]]
            key = (label, values.to_csv(index=False))
            if key not in before:
                seen.add(key)
                found.append((run, entry))
    return found


def _reason(runs: Sequence[RunData]) -> str:
    first = runs[0]
    for run in runs[1:]:
        wrong = [
            f"{what} ({first.document[part].get(key)} and {run.document[part].get(key)})"
            for part, key, what in _MUST_AGREE
            if first.document[part].get(key) != run.document[part].get(key)
        ]
        if not wrong and run.document["folds"] != first.document["folds"]:
            wrong = ["the rows of the folds"]
        if wrong:
            return f"{first.id} and {run.id} are not over the same: {', '.join(wrong)} differ."
    if not set(first.measures).intersection(*(run.measures for run in runs[1:])):
        return "The runs have no measure in common."
    return ""
