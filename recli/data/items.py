"""The item table: titles and features."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import pandas as pd

from recli.data.description import Feature
from recli.data.ids import Ids
from recli.data.table import Table


@dataclass(frozen=True, eq=False)
class Items(Table):
    """What is known about items besides ratings, a row for each item of the catalogue.

    columns: those that features are made of
    titles: object[n] of str, empty where unknown; None where the table has no titles
    features: which columns describe an item, and how
    """

    titles: np.ndarray | None = None
    features: tuple[Feature, ...] = ()

    def title(self, code: int) -> str:
        """The title of one item, or nothing."""
        return "" if self.titles is None else str(self.titles[code])

    def texts_of(self, feature: Feature) -> np.ndarray:
        """What the column of a feature says of each item, object[n_catalogue] of str, "" for nothing.

        With a pattern, only what its first group holds; flags have no one column.
        """
        column = self.columns[feature.column]
        if feature.pattern is None:
            return column
        found = pd.Series(column, dtype=object).str.extract(feature.pattern, expand=True)[0]
        texts: np.ndarray = found.fillna("").to_numpy()
        return texts

    def only(self, ids: Ids) -> Self:
        titles = None if self.titles is None else self.titles[self.ids.codes(ids.text)]
        return replace(super().only(ids), titles=titles)

    def _declares(self) -> bytes:
        titles = b"" if self.titles is None else "\x1f".join(self.titles).encode() + b"\x1e"
        return titles + repr(self.features).encode()
