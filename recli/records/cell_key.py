"""The name of a cell: everything that its outcome depends on, and nothing else."""

from __future__ import annotations

import functools
import hashlib
import json

from recli import registry
from recli.algorithms import Configured
from recli.data.dataset import Dataset
from recli.data.splits._base import Fold
from recli.evaluation.external.entry import External
from recli.evaluation.fold_outcome import Wanted
from recli.evaluation.protocol import Protocol
from recli.ranking.list_options import ListOptions
from recli.ranking.recommender import lists_of
from recli.records import code_version, environment
from recli.records.cell_store import SCHEMA


def cell_key(
    dataset: Dataset, fold: Fold, configured: Configured, protocol: Protocol
) -> str | None:
    """SHA-256 over all that the outcome of a cell depends on, hexadecimal.

    That is data, rows of the fold, algorithm, parameters, seed, how its lists are made, the code that
    computes it, how many negatives are sampled, and the threshold if the algorithm, a re-ranking or that
    sample may go by it. Metrics and groups are
    no part of it: they are computed from the outcome. But of re-ranked lists the length is, which
    follows from the metrics: longer ones begin otherwise.

    Args:
        dataset: the whole data
        fold: the rows to learn from and to test on
        configured: the algorithm
        protocol: seed and threshold, and what is measured

    Returns:
        None for an algorithm without a source to read, or that is an object in memory: nothing would
        tell when it has changed; and for what comes from a file, where there is nothing to save.
    """
    if isinstance(configured, External):
        return None
    code = code_version.of_outcome(configured) if configured.is_named else None
    if code is None:
        return None
    lists = lists_of(configured)
    sampled = protocol.sampled_negatives
    heeded = configured.uses_threshold or lists.reranks or sampled > 0
    # The dataset's fingerprint is of the columns alone that recli's algorithms learn from.
    any_column = lists != ListOptions() or not configured.is_own
    known = {
        "schema": SCHEMA,
        "dataset": dataset.fingerprint,
        "items": dataset.items.whole_fingerprint if dataset.items and any_column else None,
        "fold": fold.fingerprint,
        "algorithm": configured.name,
        "params": configured.params,
        "seed": protocol.seed,
        "threshold": float(protocol.threshold) if heeded else None,
        "lists": lists.document(),
        "sampled_negatives": sampled,
        "places": Wanted.by(protocol.measures).k if lists.reranks else None,
        "code": code,
        "packages": _versions((*environment.COMPUTE, *_brought_by(configured))),
    }
    canonical = json.dumps(known, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


@functools.cache
def _versions(packages: tuple[str, ...]) -> dict[str, str]:
    return environment.versions(packages)


def _brought_by(configured: Configured) -> tuple[str, ...]:
    """The packages of the extras that the algorithm and its parts come with."""
    extras = set(map(registry.extra_of_class, configured.classes))
    return tuple(sorted({name for extra in extras for name in registry.packages(extra)}))
