"""Several runs as one, where they were measured on the same folds, or on folds of several seeds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from recli.evaluation.metric_names import Measure
from recli.experiments.run_data import RunData
from recli.records.cells import numbered

_MUST_AGREE = (
    ("dataset", "fingerprint", "the data"),
    ("configuration", "split", "the split"),
    ("configuration", "threshold", "the rating from which an item counts as liked"),
    ("configuration", "sampled_negatives", "the number of sampled candidates"),
)


def together(runs: Sequence[RunData]) -> tuple[RunData | None, str]:
    """Several runs as one, in the measures that all have.

    Runs on the same folds give one line-up on these. Runs of other seeds of the same split give more
    folds of the same line-up, as `repeated-k-fold` does: one mean, and one verdict of each pair.

    An algorithm that came out alike in several runs on the same folds is in it once; one that did not is
    followed by its run. None where the runs cannot be compared, with the reason: what differs in data,
    split, folds or threshold, that they have no measure in common, or of several seeds not the same
    algorithms.

    Args:
        runs: at least two runs
    """
    by_seed: dict[Any, list[RunData]] = {}
    for run in runs:
        by_seed.setdefault(run.configuration.get("split_seed"), []).append(run)
    reason = _reason(runs) or "".join(map(_reason_of_folds, by_seed.values()))
    if reason:
        return None, reason
    common = [m for m in runs[0].measures if all(m in run.measures for run in runs)]
    of_seeds = [_beside(of_seed, common) for of_seed in by_seed.values()]
    if len(of_seeds) == 1:
        return of_seeds[0], ""
    for other in of_seeds[1:]:
        if set(other.labels) != set(of_seeds[0].labels):
            names = ", ".join(sorted(set(other.labels) ^ set(of_seeds[0].labels)))
            return (
                None,
                f"Of several seeds every run has to have the same algorithms; not all: {names}.",
            )
    return _repeated(of_seeds), ""


def _beside(runs: Sequence[RunData], common: Sequence[Measure]) -> RunData:
    """Line-ups on the same folds as one."""
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
        # A run without any prediction has no column of what a fold has without a user: it stays empty.
        return pd.concat(filled or frames[:1], ignore_index=True)

    cells = [
        {**cell, "entry": places[id(run), cell["entry"]]}
        for run in runs
        for cell in run.cells
        if (id(run), cell["entry"]) in places
    ]
    return RunData(
        id=" + ".join(run.id for run in runs),
        document={**runs[0].document, "cells": cells},
        measures=tuple(common),
        labels=tuple(numbered(labels)),
        metrics=joined("metrics"),
        per_user=joined("per_user"),
        groups=joined("groups"),
    )


def _repeated(runs: Sequence[RunData]) -> RunData:
    """The same line-up on the folds of one run after those of the other."""
    first, places = runs[0], {label: place for place, label in enumerate(runs[0].labels)}
    n_folds = [len(run.document["folds"]) for run in runs]
    starts = [sum(n_folds[:place]) for place in range(len(runs))]

    def stacked(name: str) -> pd.DataFrame:
        frames = []
        for run, start in zip(runs, starts, strict=True):
            frame = getattr(run, name)
            entry = [places[run.labels[int(one)]] for one in frame["entry"]]
            frames.append(frame.assign(entry=entry, fold=frame["fold"] + start))
        return pd.concat(frames, ignore_index=True)

    cells = [
        {**cell, "entry": places[run.labels[cell["entry"]]], "fold": cell["fold"] + start}
        for run, start in zip(runs, starts, strict=True)
        for cell in run.cells
    ]
    seeds = ", ".join(str(run.configuration["seed"]) for run in runs)
    return RunData(
        id=" + ".join(run.id for run in runs),
        document={
            **first.document,
            "configuration": {**first.configuration, "seed": seeds},
            "folds": [fold for run in runs for fold in run.document["folds"]],
            "cells": cells,
        },
        measures=first.measures,
        labels=first.labels,
        metrics=stacked("metrics"),
        per_user=stacked("per_user"),
        groups=stacked("groups"),
    )


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
    """Why runs, of one seed or of several, cannot be compared; empty where they can."""
    first = runs[0]
    for run in runs[1:]:
        wrong = [
            f"{what} ({first.document[part].get(key)} and {run.document[part].get(key)})"
            for part, key, what in _MUST_AGREE
            if first.document[part].get(key) != run.document[part].get(key)
        ]
        if wrong:
            return f"{first.id} and {run.id} are not over the same: {', '.join(wrong)} differ."
    if not set(first.measures).intersection(*(run.measures for run in runs[1:])):
        return "The runs have no measure in common."
    return ""


def _reason_of_folds(runs: Sequence[RunData]) -> str:
    """Why runs of one seed cannot be compared; empty where they can."""
    first = runs[0]
    for run in runs[1:]:
        if run.document["folds"] != first.document["folds"]:
            return f"{first.id} and {run.id} are not over the same: the rows of the folds differ."
    return ""
