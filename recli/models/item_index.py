"""An index of a model's items: a large catalogue is searched by it, where all were scored else."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from recli import errors, registry
from recli.algorithms import Algorithm
from recli.algorithms._contract.catalogue import catalogue_size
from recli.models.stored import MODELS

EXTRA = "ann"
_LOG = logging.getLogger("recli.models")


class Searched(Protocol):
    """What finds items by their vectors, see `recli.extras.ann.codes`."""

    def nearest(self, vectors: np.ndarray, n: int) -> np.ndarray:
        """int64[n_vectors, n], items with about the largest inner products, -1 where there are no more.

        Args:
            vectors: float[n_vectors, k]
            n: how many of each
        """

    def write(self, path: Path) -> None:
        """Write it.

        Args:
            path: the file
        """


@dataclass(frozen=True, eq=False)
class ItemIndex:
    """The items of a model by their vectors, and how well they are found.

    Attributes:
        searched: finds items, by inner ids
        depth: how many candidates it is asked for at least, of which the scores then make a list
        recall: the share of the ten best items of exact lists that are in its lists, as it was measured
        n_users: of how many users
    """

    searched: Searched
    depth: int
    recall: float
    n_users: int

    @property
    def document(self) -> dict[str, Any]:
        """What the manifest of a model says of its index."""
        return {"depth": self.depth, "recall": self.recall, "users": self.n_users}


def read(path: Path, about: Mapping[str, Any], algorithm: Algorithm) -> ItemIndex | None:
    """The index in a file; None without the packages for it, since lists can be made without it.

    Args:
        path: the file
        about: what the manifest says of it
        algorithm: that of the model, by whose vectors items are found

    Raises:
        DataError: where the file cannot be read, or is of other vectors or items
    """
    if not registry.installed(EXTRA):
        _LOG.warning(
            "%s is not used, and every list takes the scores of all items: pip install 'recli[%s]'",
            path,
            EXTRA,
        )
        return None
    searched = registry.room(EXTRA, "codes").Codes.read(path)
    try:
        width = algorithm.item_vectors(np.empty(0, np.int64)).shape[1]
    except errors.UsageError as error:
        raise errors.DataError(f"{path}: is of no use: {error} {MODELS.advice}") from None
    if not searched.is_of(width, catalogue_size(algorithm.trainset)):
        raise errors.DataError(f"{path}: is the index of another model. {MODELS.advice}")
    return ItemIndex(searched, about["depth"], about["recall"], about["users"])
