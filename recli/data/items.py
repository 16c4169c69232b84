"""The item table: titles and features."""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass

import numpy as np

from recli.data.description import Feature
from recli.data.ids import Ids


@dataclass(frozen=True, eq=False)
class Items:
    """What is known about items besides ratings, a row for each item of the catalogue.

    ids: the catalogue; row r describes the item with code r
    titles: object[n] of str, empty where unknown; None where the table has no titles
    columns: column name -> object[n] of str, empty where unknown
    features: which columns describe an item, and how
    in_table: bool[n], whether the item had a row in the file
    """

    ids: Ids
    titles: np.ndarray | None
    columns: dict[str, np.ndarray]
    features: tuple[Feature, ...]
    in_table: np.ndarray

    def title(self, code: int) -> str:
        """The title of one item, or nothing."""
        return "" if self.titles is None else str(self.titles[code])

    @functools.cached_property
    def fingerprint(self) -> str:
        """SHA-256 over ids, titles, columns and the declaration of the features."""
        digest = hashlib.sha256()
        texts = [self.ids.text, *(self.columns[name] for name in sorted(self.columns))]
        for column in texts if self.titles is None else [*texts, self.titles]:
            digest.update("\x1f".join(column).encode())
            digest.update(b"\x1e")
        digest.update(repr(self.features).encode())
        return digest.hexdigest()
