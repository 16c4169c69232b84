"""Lists on their way to a file or a database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from recli.ranking.row_tables import RowTables
from recli.ranking.rows import Rows
from recli.ranking.writers._base import Target


def written(chunks: Iterable[Rows], tables: RowTables, target: Target) -> Iterator[Rows]:
    """The rows themselves, each chunk written before it is passed on.

    The target is complete once all are taken; until then, and if that never happens, it is as it
    was.

    Args:
        chunks: the rows of some users at a time
        tables: what makes tables of them
        target: where they are written

    Raises:
        UsageError: if the target cannot be written
    """
    with target.open(tables.schema) as write:
        for rows in chunks:
            write(tables.table(rows))
            yield rows
