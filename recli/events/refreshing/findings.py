"""What the document of a decision says of the events, of the slice, and of the drift."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from recli.data.dataset import Dataset
from recli.events.refreshing.progress import Progress


def events(progress: Progress, past: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Of the events since the decision before: how many were what, see `Progress`.

    Args:
        progress: how far the dataset has taken the log in
        past: the documents of the decisions so far
    """
    same = [
        document["events"]
        for document in past
        if (document["events"]["begun_from"], document["events"]["log"])
        == (progress.begun_from, progress.log)
        and document["events"]["through"] < progress.through
    ]
    last = max(same, key=lambda events: events["through"], default=None)
    totals = last["totals"] if last else dict.fromkeys(progress.counts, 0)
    return {
        "begun_from": progress.begun_from,
        "log": progress.log,
        "after": last["through"] if last else 0,
        "through": progress.through,
        **{key: count - totals[key] for key, count in progress.counts.items()},
        "totals": dict(progress.counts),
    }


def tested_slice(dataset: Dataset, fresh: np.ndarray, test: np.ndarray) -> dict[str, Any]:
    """The ratings to compare on: how many, of how many users, and from when to when.

    Args:
        dataset: where they are rows
        fresh: which ratings are new to the model, bool[n]
        test: rows of those to compare on, int64[n_test]

    Returns:
        Counts, and times in seconds since 1970, None for data without times.
    """
    ratings = dataset.ratings
    times = None if ratings.times is None else ratings.times[test]
    return {
        "new": int(np.count_nonzero(fresh)),
        "ratings": len(test),
        "users": len(np.unique(ratings.users[test])),
        "from": None if times is None else int(times.min() // ratings.per_second),
        "to": None if times is None else int(times.max() // ratings.per_second),
    }


def drift(new: np.ndarray, training_mean: float) -> dict[str, Any]:
    """How far the mean of the new ratings is from that of training, with its standard error.

    Args:
        new: values of the new ratings, float64[n], on their scale; at least one
        training_mean: mean of those that the model has learned from, on the same scale

    Returns:
        Both means, and the standard error of the new one, None for a single rating.
    """
    error = float(new.std(ddof=1) / np.sqrt(len(new))) if len(new) > 1 else None
    return {
        "training_mean": training_mean,
        "new_mean": float(new.mean()),
        "standard_error": error,
    }
