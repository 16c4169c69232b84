"""What numbers depend on that comes from other packages, or from files of the user."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from recli import errors, registry
from recli.algorithms import Configured
from recli.data.dataset import Dataset
from recli.evaluation.protocol import Protocol
from recli.ranking.recommender import lists_of


def outside(
    dataset: Dataset,
    protocol: Protocol,
    line_up: Sequence[Configured],
    others: Iterable[tuple[str, str]] = (),
) -> dict[str, Any]:
    """Where it comes from, for the record of an environment; empty where all is of recli.

    Args:
        dataset: by the steps that have prepared it
        protocol: by its split and its metrics
        line_up: by its algorithms, their parts and their re-rankers
        others: kinds and names of what else there is

    Returns:
        `outside`: by kind and name, the package and its version, or the file, and its SHA-256
    """
    parts = [
        *(("step", registry.cut("step", done.step)[0]) for done in dataset.prepared),
        ("split", registry.name_of(type(protocol.split))),
        *(("metric", measure.name) for measure in protocol.measures),
        *(("algorithm", part) for entry in line_up for part in entry.parts),
        *(
            ("reranker", registry.cut("reranker", text)[0])
            for entry in line_up
            for text in lists_of(entry).rerank
        ),
        *others,
    ]
    found = {}
    for kind, name in dict.fromkeys(parts):
        origin = registry.origin(kind, name)
        if not origin.is_recli:
            found[f"{kind} {name}"] = f"{origin}, {origin.sha256}"
    return {"outside": found} if found else {}


def check(document: Mapping[str, Any], kinds: Collection[str] = tuple(registry.KINDS)) -> None:
    """Raise MissingExtraError where what others had brought for a run is not there any more.

    Args:
        document: that of the run
        kinds: what is looked at
    """
    for what, origin in document.get("environment", {}).get("outside", {}).items():
        kind, _, name = what.partition(" ")
        if kind not in kinds:
            continue
        try:
            registry.get(kind, name)
        except errors.RecliError as error:
            raise errors.MissingExtraError(
                f"{document['id']} was made with the {kind} '{name}' of {origin.rpartition(', ')[0]}, "
                "which is not there any more."
            ) from error
