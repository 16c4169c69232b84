"""Which file of the results folder a command writes where the user names none."""

from __future__ import annotations

import re
from pathlib import Path


def recommendations(results: Path, model_name: str, users: str) -> Path:
    """The file for lists of some users by a model.

    Args:
        results: the results folder
        model_name: what the model is called
        users: what the users are called, such as `user-42` or `all-users`

    >>> recommendations(Path("results"), "svd", "user-a/b").as_posix()
    'results/recommendations/svd-user-a_b.csv'
    """
    safe = re.sub(r"[^A-Za-z0-9._-]", "_", f"{model_name}-{users}")
    return results / "recommendations" / f"{safe}.csv"


def report(results: Path, name: str) -> Path:
    """The file for a report of several runs.

    Args:
        results: the results folder
        name: what the report is called
    """
    return results / "reports" / f"{name}.html"


def bad_rows(results: Path, dataset_name: str) -> Path:
    """The file for the rows of a dataset that could not be read.

    Args:
        results: the results folder
        dataset_name: what the dataset is called
    """
    return results / "bad-rows" / f"{dataset_name}.csv"


def dead_letters(results: Path) -> Path:
    """The file for messages of topics that are no events.

    Args:
        results: the results folder
    """
    return results / "dead-letters.jsonl"
