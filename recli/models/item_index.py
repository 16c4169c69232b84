"""An index of a model's items: a large catalogue is searched by it, where all were scored else."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from recli import registry

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


def read(path: Path, about: Mapping[str, Any]) -> ItemIndex | None:
    """The index in a file; None without the packages for it, since lists can be made without it.

    Args:
        path: the file
        about: what the manifest says of it

    Raises:
        DataError: where the file cannot be read
    """
    if not registry.installed(EXTRA):
        _LOG.warning(
            "%s is not used, and every list takes the scores of all items: pip install 'recli[%s]'",
            path,
            EXTRA,
        )
        return None
    searched = registry.room(EXTRA, "codes").Codes.read(path)
    return ItemIndex(searched, about["depth"], about["recall"], about["users"])
