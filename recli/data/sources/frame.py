"""A table in memory, in place of a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from recli.data.sources.location import Location

if TYPE_CHECKING:
    import pandas as pd


class Frame(Location):
    """A pandas DataFrame.

    Args:
        frame: the table, read and never changed
        name: what messages call it
    """

    row_noun = "row"

    def __init__(self, frame: pd.DataFrame, name: str) -> None:
        super().__init__(Path())
        self.frame = frame
        self._name = name

    def __str__(self) -> str:
        return self._name

    @property
    def name(self) -> str:
        return self._name

    def exists(self) -> bool:
        return True

    def is_empty(self) -> bool:
        return not len(self.frame)
