"""Tables in memory in place of the files of a description."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pandas as pd

from recli import errors
from recli.data.dataset import Dataset
from recli.data.description import (
    BareItems,
    Description,
    RatingsSource,
    TableSource,
    UsersSource,
)
from recli.data.load import describe
from recli.data.sources.frame import Frame
from recli.data.sources.locate import locate
from recli.data.sources.location import Location

Table = str | Path | pd.DataFrame
"""A table of items or users: a file or a DataFrame."""


@dataclass(frozen=True)
class InMemory(Description):
    """A description some of whose tables are DataFrames; the name of the file stands for each.

    Attributes:
        frames: the tables by what they hold: `ratings`, `items`, `users`
    """

    frames: Mapping[str, pd.DataFrame] = field(default_factory=dict)

    @classmethod
    def of(cls, source: str | Path | pd.DataFrame, name: str | None) -> InMemory:
        if isinstance(source, pd.DataFrame):
            place = "the DataFrame"
            return cls(name or "dataframe", Path(), RatingsSource(place), frames={place: source})
        if not isinstance(source, str | Path):
            raise errors.UsageError(
                f"What is of type {type(source).__name__} is no dataset: give the name of one, a file, "
                "a folder, a URL, a pandas DataFrame or a surprise.Dataset."
            )
        about = describe(str(source))
        fields = {f.name: getattr(about, f.name) for f in dataclasses.fields(Description)}
        return cls(**{**fields, "name": name or about.name})

    def with_table(
        self, role: Literal["items", "users"], table: Table | None, id_column: str | None
    ) -> InMemory:
        """With this table of items or users in place of the one that there may be.

        Args:
            role: whose table it is
            table: the table; None for none
            id_column: the column of the ids; None looks for it
        """
        if table is None and id_column is not None:
            raise errors.UsageError(f"`{role}_id` names a column of `{role}`: give both.")
        if table is None:
            return self
        frames = dict(self.frames)
        if not isinstance(table, pd.DataFrame | str | Path):
            raise errors.UsageError(
                f"`{role}` should be a pandas DataFrame or a file, not a {type(table).__name__}."
            )
        if isinstance(table, pd.DataFrame):
            place = f"the DataFrame of {role}"
            frames[place] = table
        else:
            place = str(Path(table).absolute())
            if not Path(place).is_file():
                raise errors.NotFoundError(f"`{role}`: there is no file {table}.")
        if role == "items":
            source = BareItems(place, id=id_column)
            return dataclasses.replace(self, frames=frames, items=source)
        return dataclasses.replace(self, frames=frames, users=UsersSource(place, id=id_column))

    def location(self, source: TableSource) -> Location:
        frame = self.frames.get(source.file)
        if frame is not None:
            return Frame(frame, source.file)
        return locate(self.folder, source.file, source.query)

    def forgotten_by(self, dataset: Dataset) -> Dataset:
        """The dataset without the DataFrames, which would travel with it to other processes.

        Args:
            dataset: the ratings, and what is known of items and users
        """
        about = dataset.description
        fields = {f.name: getattr(about, f.name) for f in dataclasses.fields(Description)}
        return dataclasses.replace(dataset, description=Description(**fields))
