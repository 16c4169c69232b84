"""Which table of a file that holds several."""

from __future__ import annotations

from collections.abc import Sequence

from recli import errors
from recli.data.sources.location import Location


def chosen(file: Location, names: Sequence[str], what: str) -> str:
    """The table that the location names, as in `ratings.xlsx::Sheet2`, else the only one.

    Args:
        file: where the table is
        names: the tables that the file holds
        what: what a table is called in such a file: sheet, table, key

    Raises:
        DataError: where there is none or several, or none of that name
    """
    if file.table is not None:
        if file.table not in names:
            raise errors.DataError(f"{file.whole}: {errors.unknown(what, file.table, names)}")
        return file.table
    if not names:
        raise errors.DataError(f"{file}: holds no {what} with anything in it.")
    if len(names) > 1:
        listed = errors.first_ten(names)
        raise errors.DataError(
            f"{file}: holds {len(names)} {what}s. Say which has the rows, "
            f"as in '{file.name}::{names[0]}':\n{listed}"
        )
    return names[0]
