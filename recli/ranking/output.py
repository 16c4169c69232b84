"""Lists on their way to a file or a database."""

from __future__ import annotations

from collections.abc import Iterator

from recli.ranking.lists import RankedLists
from recli.ranking.rows import ListRows
from recli.ranking.writers._base import writer


def written(chunks: Iterator[RankedLists], places: ListRows, target: str) -> Iterator[RankedLists]:
    """The lists themselves, each written to `target` before it is passed on.

    The target is complete once all are taken; until then, and if that never happens, it is as it
    was. Raises UsageError when it cannot be written.
    """
    with writer(target).open(target, places.schema) as write:
        for lists in chunks:
            write(places.table(lists))
            yield lists
