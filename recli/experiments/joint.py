"""Runs on the same folds, as if all their algorithms had been in one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from recli import errors
from recli.evaluation.metric_names import Measure
from recli.experiments.run_diff import differences
from recli.experiments.stored_run import StoredRun
from recli.experiments.verdicts import Verdict, verdicts

_MUST_AGREE = ("data", "split")
_PROTOCOL = ("threshold", "catalogue")


@dataclass(frozen=True, eq=False)
class Joint:
    """The algorithms of several runs, on the folds that all have finished.

    labels: the algorithms; one that came out alike in several runs is there once, one that did not is
        followed by the run's name
    measures: what all runs measured, in the order of the first
    metrics: columns entry (place in `labels`), fold, metric, value
    verdicts: by measure
    """

    labels: tuple[str, ...]
    measures: tuple[Measure, ...]
    metrics: pd.DataFrame
    verdicts: dict[str, Verdict]

    def means(self) -> pd.DataFrame:
        """Mean over folds, a row for each label and a column for each measure."""
        table = self.metrics.groupby(["entry", "metric"])["value"].mean().unstack("metric")
        return table[[str(measure) for measure in self.measures]].set_axis(list(self.labels))


def join(runs: Sequence[StoredRun]) -> Joint:
    """The algorithms of `runs` side by side.

    Raises UsageError for fewer than two runs, for runs whose data, folds or threshold differ (naming
    what does), for no measure in common, and if no fold is finished in all of them.
    """
    if len({run.id for run in runs}) < 2:
        raise errors.UsageError("To compare takes two runs or more. 'recli runs list' has them.")
    first, *others = runs
    for other in others:
        _check_comparable(first, other)
    names = [name for name in first.measures if all(name in run.measures for run in runs)]
    if not names:
        raise errors.UsageError(f"No metric is in all of {', '.join(run.id for run in runs)}.")
    entries = _distinct(runs, names)
    metrics, per_user = [], []
    for run in runs:
        places = {old: new for new, (of, old) in enumerate(entries) if of is run}
        users = run.per_user()
        kept = ["entry", "fold", "user", *(name for name in names if name in users)]
        metrics.append(_placed(run.metrics().query("metric in @names"), places))
        per_user.append(_placed(users[kept], places))
    values = pd.concat(metrics, ignore_index=True)
    whole = values.groupby("fold")["entry"].nunique() == len(entries)
    folds = list(whole.index[whole])
    if not folds:
        raise errors.UsageError("There is no fold that all algorithms of all runs have finished.")
    values = values[values["fold"].isin(folds)]
    users = pd.concat(per_user, ignore_index=True)
    measures = tuple(map(Measure.parse, names))
    labels = _labels(entries)
    found = verdicts(
        labels,
        values,
        users[users["fold"].isin(folds)],
        measures,
        first.test_share,
        first.document["configuration"]["seed"],
    )
    return Joint(labels, measures, values, found)


def _check_comparable(first: StoredRun, other: StoredRun) -> None:
    wrong = [
        f"{found.part}, {found.what}: {found.first} and {found.second}"
        for found in differences(first, other)
        if found.part in _MUST_AGREE or (found.part == "protocol" and found.what in _PROTOCOL)
    ]
    if wrong:
        raise errors.UsageError(
            f"{first.id} and {other.id} cannot be compared, because they are not over the same "
            f"ratings:\n{errors.first_ten(wrong)}\nEvaluate again with the same data and split."
        )


def _distinct(runs: Sequence[StoredRun], names: Sequence[str]) -> list[tuple[StoredRun, int]]:
    """Run and entry of every algorithm; one that came out alike in several runs is taken once."""
    found: list[tuple[StoredRun, int]] = []
    seen = set()
    for run in runs:
        metrics = run.metrics().query("metric in @names")
        for entry, what in enumerate(run.entries):
            values = metrics.loc[metrics["entry"] == entry, ["fold", "metric", "value"]]
            key = (
                what,
                tuple(values.sort_values(["metric", "fold"]).itertuples(index=False, name=None)),
            )
            if key not in seen:
                seen.add(key)
                found.append((run, entry))
    return found


def _labels(entries: Sequence[tuple[StoredRun, int]]) -> tuple[str, ...]:
    every = [run.line_up[entry] for run, entry in entries]
    return tuple(
        f"{label} ({run.id})" if every.count(label) > 1 else label
        for label, (run, _) in zip(every, entries, strict=True)
    )


def _placed(table: pd.DataFrame, places: dict[int, int]) -> pd.DataFrame:
    """The rows of the entries in `places`, with their new numbers."""
    chosen = table[table["entry"].isin(list(places))]
    return chosen.assign(entry=chosen["entry"].astype(int).map(places))
