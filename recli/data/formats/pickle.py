"""Python's pickle, which is not read."""

from __future__ import annotations

from recli import errors
from recli.data.description import TableSource
from recli.data.formats._base import Format, TextTable
from recli.data.sources.location import Location


class Pickle(Format):
    """Refused: a pickle is a program, and to read it is to run it."""

    suffixes = (".pickle", ".pkl", ".joblib")
    summary = "not read: to open a pickle runs what is in it"

    def read(self, file: Location, source: TableSource) -> TextTable:
        raise errors.DataError(
            f"{file}: a pickle can run any program when it is opened, so recli does not open it. "
            "If you trust it, save it as Parquet where it came from, with pandas: "
            f"pandas.read_pickle('{file.name}').to_parquet('ratings.parquet')"
        )
