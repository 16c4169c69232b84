"""What reports say in words, whatever their format."""

from __future__ import annotations

import math
import shlex

from recli.evaluation.metric_names import Measure
from recli.experiments.reports._leaderboard import ordered, standing
from recli.experiments.run_data import RunData

LEGEND = (
    "Mean ± standard deviation over folds, best bold, second underlined. ≈: not distinguishable from "
    "the best at the level 0.05, by the test of the difference between these means over users, or for a "
    "measure of all lists together by the corrected resampled t-test over folds; p is adjusted by Holm's "
    "method over the pairs of a measure, and not over measures: what was to be decided is to be decided "
    "by one, named beforehand. Times are seconds a fold."
)


def summary(data: RunData) -> list[str]:
    """The sentences that say what was compared how, and who is best by what.

    Args:
        data: what the run has found
    """
    dataset, protocol = data.dataset, data.configuration
    (low, high), threshold = protocol["scale"], protocol["threshold"]
    span = f" from {low:g} to {high:g}"
    liked = f"an item counts as liked from a rating of {threshold:g} on"
    if data.noun == "interaction":
        span = f" that weigh {low:g} to {high:g}" if low < high else ""
        liked = f"an item counts as liked from a weight of {threshold:g} on"
        if threshold <= low:
            liked = "every interaction counts as liked"
    said = [
        f"{_count(len(data.labels), 'algorithm')} on {dataset['name']}: "
        f"{_count(dataset['users'], 'user')}, {_count(dataset['items'], 'item')}, "
        f"{_count(dataset['ratings'], data.noun)}{span}.",
        f"Split {split(data)} with seed {protocol['seed']}, {_count(data.n_folds, 'fold')}, the "
        f"same for all; {liked}.",
    ]
    if data.document["status"] != "finished":
        said.append(
            f"The run is not complete ({data.document['status']}): what was finished is shown."
        )
    if failed := [one["label"] for one in data.document.get("failures", ())]:
        said.append(f"Failed, and so not compared: {_enumerated(failed)}.")
    return said + [_best(data, measure) for measure in data.headlines]


def split(data: RunData) -> str:
    """The split as it is written; runs of older versions have its name and options apart.

    Args:
        data: what the run has found
    """
    found = data.configuration["split"]
    return found if isinstance(found, str) else found["name"]


def command(data: RunData) -> str:
    """What was typed, as a shell takes it.

    Args:
        data: what the run has found
    """
    return shlex.join(data.document["command"])


def _best(data: RunData, measure: Measure) -> str:
    scores = standing(data, measure)
    first, *others = ordered(scores)
    if scores[first].place is None:
        return f"{measure} has no value."
    best = [entry for entry in (first, *others) if scores[entry].place == 1]
    names = _enumerated([data.labels[entry] for entry in best])
    said = f"By {measure}, the best is {names} ({scores[first]} {scores[first].spread})"
    like = [data.labels[entry] for entry in others if scores[entry].alike]
    if like:
        return f"{said}; {_enumerated(like)} cannot be told from it."
    second = next((entry for entry in others if scores[entry].place == 2), None)
    if second is None or math.isnan(scores[second].p):
        return f"{said}."
    return f"{said}, ahead of {data.labels[second]} ({scores[second]}) by more than chance."


def _enumerated(names: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _count(n: int, noun: str) -> str:
    return f"{n:,} {noun}{'s' * (n != 1)}"
