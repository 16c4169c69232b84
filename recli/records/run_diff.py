"""What two runs do not have in common."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from recli.records.stored_run import StoredRun


@dataclass(frozen=True)
class Difference:
    """What one of two runs has and the other has not so.

    Attributes:
        part: `data`, `split`, `protocol`, `line-up` or `environment`
        what: its name in that part
        first: what the first run has; None for nothing
        second: what the second run has
    """

    part: str
    what: str
    first: Any
    second: Any


@dataclass(frozen=True)
class RunPair:
    """The mean over folds of a metric in two runs, of an algorithm that is in both.

    Attributes:
        algorithm: how it is shown
        metric: the name of the metric
        first: the mean in the first run; NaN where a fold has none
        second: the mean in the second run
    """

    algorithm: str
    metric: str
    first: float
    second: float


def differences(first: StoredRun, second: StoredRun) -> list[Difference]:
    """What is not the same in data, split, protocol, line-up and environment, in this order.

    Args:
        first: a run
        second: another
    """
    found = []
    labels = _labels(first, second)
    parts, others = _parts(first, labels), _parts(second, labels)
    for part, facts in parts.items():
        other = others[part]
        for what in dict.fromkeys([*facts, *other]):
            one, two = facts.get(what), other.get(what)
            if one != two:
                found.append(Difference(part, what, one, two))
    return found


def side_by_side(first: StoredRun, second: StoredRun) -> list[RunPair]:
    """Every metric that both measured, of every algorithm with its parameters that is in both.

    Args:
        first: a run, whose best algorithm comes first
        second: another
    """
    means, others = (run.over_folds()["mean"] for run in (first, second))
    known, found = second.entries, []
    for entry in first.best_first():
        name = first.entries[entry]
        if name not in known:
            continue
        other = known.index(name)
        for metric in first.measures:
            one, two = (
                frame.get(place, math.nan)
                for frame, place in ((means, (entry, metric)), (others, (other, metric)))
            )
            if metric in second.measures:
                found.append(RunPair(first.line_up[entry], metric, float(one), float(two)))
    return found


def _labels(*runs: StoredRun) -> dict[tuple[str, str, str], str]:
    """How to show every algorithm with its parameters; the first format had only the name."""
    labels: dict[tuple[str, str, str], str] = {}
    for run in sorted(runs, key=lambda run: -int(run.document["schema"])):
        for entry, label in zip(run.entries, run.line_up, strict=True):
            labels.setdefault(entry, label)
    return labels


def _parts(run: StoredRun, labels: Mapping[tuple[str, str, str], str]) -> dict[str, dict[str, Any]]:
    document = run.document
    configuration = document["configuration"]
    data = {name: value for name, value in document["dataset"].items() if name != "reading"}
    split = {"split": run.split, "seed": configuration.get("split_seed", configuration["seed"])}
    for number, fold in enumerate(document.get("folds", ()), start=1):
        split[f"rows of fold {number}"] = fold["fingerprint"]
    protocol = {
        name: configuration.get(name)
        for name in ("seed", "threshold", "scale", "catalogue", "sampled_negatives")
    }
    for name in ("metrics", "by"):
        protocol[name] = ", ".join(configuration.get(name, ()))
    line_up: dict[str, Any] = {}
    for entry, about in zip(run.entries, configuration["line_up"], strict=True):
        line_up[labels[entry]] = about.get("code") or _digests(about) or "there"
    return {
        "data": _flat(data),
        "split": split,
        "protocol": protocol,
        "line-up": line_up,
        "environment": _flat(document.get("environment", {})),
    }


def _digests(about: Mapping[str, Any]) -> str:
    """The SHA-256 of the files of another program, by their kind; empty for an algorithm."""
    files = [f for f in about.get("external", {}).items() if isinstance(f[1], dict)]
    return ", ".join(f"{kind} {file['sha256']}" for kind, file in files)


def _flat(facts: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested dictionaries as one, the names joined by dots."""
    found: dict[str, Any] = {}
    for name, value in facts.items():
        if isinstance(value, dict):
            found |= _flat(value, f"{prefix}{name}.")
        else:
            found[prefix + name] = value
    return found
