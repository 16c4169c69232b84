"""Columns under other names."""

from __future__ import annotations

from dataclasses import dataclass

from recli import errors
from recli.data.formats._base import TextTable
from recli.data.preparation._base import Draft, Step
from recli.params import Text


@dataclass(frozen=True)
class Rename(Step):
    """Give columns of the table of ratings other names, before anything else is made of them.

    So that columns are known by their names, and conditions can use them. It stands before all other
    steps.

    Attributes:
        columns: `old=new`, several separated by commas

    Raises:
        DataError: for a column that is not there, or a name that is there already
    """

    parameters = (Text("columns", None, "old=new, separated by commas"),)
    needed = ("columns",)
    whole = "columns"
    example = "rename:uid=user,mid=item"

    columns: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        olds = [old for old, _ in self.names]
        if not all(old and new for old, new in self.names) or len(set(olds)) < len(olds):
            raise errors.UsageError(
                f"'{self}' is not rename:OLD=NEW,OLD=NEW with each column once, as in '{self.example}'."
            )

    @property
    def names(self) -> list[tuple[str, str]]:
        """Every column to be renamed, and its new name."""
        pairs = (part.partition("=") for part in str(self.columns).split(","))
        return [(old.strip(), new.strip()) for old, _, new in pairs]

    def renamed(self, table: TextTable) -> TextTable:
        """The table with these columns under their new names; a file may have them already.

        Args:
            table: the columns, as text

        Raises:
            DataError: for a column of neither name, and where two would have one name
        """
        new = {old: to for old, to in self.names if old in table.columns or to not in table.columns}
        for old in new:
            if old not in table.columns:
                raise errors.DataError(f"'{self}': {errors.unknown('column', old, table.names)}")
        names = [new.get(name, name) for name in table.names]
        if len(set(names)) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise errors.DataError(f"'{self}': there would be two columns '{twice}'.")
        columns = dict(zip(names, table.columns.values(), strict=True))
        return TextTable(columns, table.lines, table.malformed)

    def apply(self, draft: Draft) -> tuple[Draft, str]:
        n = len(self.names)
        return draft, f"{n} column{'s' * (n != 1)} renamed"
