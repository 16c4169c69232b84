"""Which engine data of a size are for: this machine alone, as long as its memory does."""

from __future__ import annotations

import dataclasses

from recli import memory, urls
from recli.data import load
from recli.data.formats._reader import reader
from recli.experiments.reading import Reading

_BYTES = 140
"""What a rating takes here while it is read: its text, that once more cut into cells, and the numbers
made of it. Measured by `recli data check` of CSV and Parquet with half a million to five million of
them; experiments/README.md has the figures."""


def beyond_memory(reading: Reading) -> str:
    """What speaks for Spark: data that need more than half of the memory that is free.

    The other half is for what is learned of them: to rank the catalogue takes as much by itself.

    Args:
        reading: what is to be read, and how

    Returns:
        Two sentences; nothing where this machine has the memory, or only reading tells.

    Raises:
        RecliError: as `load` does, where the file cannot be read
    """
    n, free = _expected(reading), memory.available()
    if n is None or _fits(n, free):
        return ""
    return (
        f"To read about {n:,} ratings takes some {memory.shown(n * _BYTES)} of memory here, and to learn "
        f'from them more; {memory.shown(free)} are free. Add `engine="spark"`, which does not hold all '
        "of them at once."
    )


def within_memory(reading: Reading) -> str:
    """What speaks against Spark on this machine alone: data that need no more than half of its memory.

    Args:
        reading: what is to be read, and how

    Returns:
        Two sentences; nothing where this machine has not the memory, or only reading tells.

    Raises:
        RecliError: as `load` does, where the file cannot be read
    """
    n, free = _expected(reading), memory.available()
    if n is None or not _fits(n, free):
        return ""
    return (
        f"About {n:,} ratings take some {memory.shown(n * _BYTES)} of the {memory.shown(free)} of memory "
        'that are free here. Leave `engine="spark"` out: one machine is quicker without it.'
    )


def _fits(n: int, free: int) -> bool:
    return n * _BYTES <= free // 2


def _expected(reading: Reading) -> int | None:
    """About how many rows a file of this machine has, to two digits; None where only reading tells."""
    about = load.describe(reading.spec)
    asked = {name: value for name, value in reading.overrides.items() if name != "prepare"}
    source = dataclasses.replace(about.ratings, **asked)
    if urls.is_url(source.file):
        return None
    file = about.location(source)
    if about.is_absent or not file.exists():
        return None
    n = reader(file, source).expected_rows(file)
    return None if n is None else int(float(f"{n:.2g}"))
