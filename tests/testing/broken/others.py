"""A format, a report, a writer, a reranker and a source that their contracts have to refuse."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa

from recli.data.formats import Format, TextTable
from recli.data.sources.schemes import Source
from recli.experiments.reports import Report
from recli.ranking.ranked_lists import RankedLists
from recli.ranking.rerankers import Reranker
from recli.ranking.writers import Writer


class Careless(Format):
    """Fails on what is not of its form, and drops the last line."""

    suffixes = (".arrows",)
    summary = "USER>ITEM=RATING"

    def read(self, file, source):
        lines = file.read_bytes().decode().splitlines()[:-1]
        rows = [line.replace(">", "=").split("=") for line in lines]
        columns = {
            name: pa.chunked_array([pa.array([row[place] for row in rows], pa.string())])
            for place, name in enumerate(("user", "item", "rating"))
        }
        return TextTable(columns, np.arange(1, len(rows) + 1))


class Changing(Report):
    """Is never the same, and sorts the run that it is given."""

    suffix = ".txt"
    n = 0

    def __call__(self, runs):
        Changing.n += 1
        for data in runs:
            data.metrics.sort_values("value", inplace=True)
        return f"{Changing.n} {' '.join(data.id for data in runs)} {runs[0].labels}\n"


class HalfWritten(Writer):
    """Writes at once into the target."""

    suffixes = (".half",)
    summary = "lines"

    @contextmanager
    def open(self, target, schema):
        with Path(target).open("w", encoding="utf-8") as file:
            yield lambda table: file.writelines(f"{row['user']}\n" for row in table.to_pylist())


class Inventing(Reranker):
    """Lists the first item of the catalogue at every place."""

    @classmethod
    def of(cls, whole, model, seed):
        return cls()

    def __call__(self, lists, n):
        return RankedLists(lists.users, np.zeros_like(lists.items), lists.scores)


class Silent(Source):
    """Gives a page that says so where there is none."""

    schemes = ("silent",)
    summary = "nothing"

    def fetch(self, address, target):
        target.write_bytes(b"here" if address.endswith("there") else b"not found")
