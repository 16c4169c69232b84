"""The results folder: what a run leaves on disk, and what it says about itself."""

from __future__ import annotations

import dataclasses
import math
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from recli import files
from recli.algorithms import Configured
from recli.data.dataset import Dataset
from recli.evaluation.external.entry import External
from recli.evaluation.protocol import Protocol
from recli.ranking.recommender import lists_of
from recli.records import code_version
from recli.records.cells import labels


def new_id(kind: str) -> str:
    """A new name that sorts by time: `20261122-164500-evaluate-1f3a`.

    Args:
        kind: what makes it
    """
    return f"{datetime.now():%Y%m%d-%H%M%S}-{kind}-{uuid.uuid4().hex[:4]}"


def new_folder(results: Path, kind: str, run: str) -> Path:
    """The folder of a new run, `results/<kind>/<run>`.

    Args:
        results: the results folder
        kind: the folder of its kind, such as `runs`
        run: its name

    Raises:
        UsageError: if it cannot be made
    """
    folder = results / kind / run
    with files.writable(folder):
        folder.mkdir(parents=True)
    return folder


def now() -> str:
    """This moment, UTC, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def dataset_document(dataset: Dataset) -> dict[str, Any]:
    """A dataset as the documents of runs name it; `implicit` is there where it holds interactions.

    Args:
        dataset: the dataset
    """
    return {
        "name": dataset.name,
        "users": dataset.ratings.n_users,
        "items": dataset.ratings.n_items,
        "ratings": len(dataset.ratings),
        "fingerprint": dataset.fingerprint,
        **({"implicit": True} if dataset.ratings.implicit else {}),
        **(
            {"prepared": list(map(dataclasses.asdict, dataset.prepared))}
            if dataset.prepared
            else {}
        ),
    }


def protocol_document(dataset: Dataset, protocol: Protocol) -> dict[str, Any]:
    """How a line-up was compared.

    Args:
        dataset: what it was compared on
        protocol: split, metrics, seed and threshold
    """
    split, sampled = protocol.split, protocol.sampled_negatives
    candidates = "every item of the dataset less the user's items in the training fold"
    if sampled:
        candidates = f"liked test items and {sampled} sampled without test rating, of {candidates}"
    return {
        "split": str(split),
        "split_seed": split.seed,
        "seed": protocol.seed,
        "metrics": [str(measure) for measure in protocol.measures],
        "threshold": protocol.threshold,
        "candidates": candidates,
        **({"sampled_negatives": sampled} if sampled else {}),
        "catalogue": len(dataset.ratings.item_ids),
        "scale": list(dataset.ratings.scale),
    }


def line_up_document(line_up: Sequence[Configured]) -> list[dict[str, Any]]:
    """Algorithms with every parameter that matters, and the version of a user's own code.

    Where lists are made otherwise than by the scores alone, also `lists`, see `ListOptions.document`;
    where another program made what is measured, `external`, see `External.document`.

    Args:
        line_up: the algorithms, in their order
    """
    documents = []
    for entry, label in zip(line_up, labels(line_up), strict=True):
        own: dict[str, Any] = {} if entry.is_own else {"code": code_version.of_algorithm(entry)}
        lists = lists_of(entry).document()
        if isinstance(entry, External):
            own = {"external": entry.document()}
        about = {"algorithm": entry.name, "params": entry.params, "label": label, **own}
        documents.append({**about, "lists": lists} if lists else about)
    return documents


def or_none(value: float | None) -> float | None:
    """A number, or None for NaN, which JSON has not.

    Args:
        value: the number, or None
    """
    return None if value is None or math.isnan(value) else value


def without_nan(value: Any) -> Any:
    """Numbers in lists and tuples, however deep, with None for NaN and lists for tuples.

    Args:
        value: a number, None, or a list or tuple of such values
    """
    if isinstance(value, (list, tuple)):
        return [without_nan(inner) for inner in value]
    return or_none(value)
