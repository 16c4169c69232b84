"""Every registered writer of files keeps to the contract."""

from __future__ import annotations

import csv
import json
import sqlite3
from pathlib import Path

import pyarrow.parquet
import pytest

from recli import registry
from recli.testing import WriterContract


def delimited(delimiter):
    def read(target):
        with open(target, encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file, delimiter=delimiter))

    return read


def json_lines(target):
    text = Path(target).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.split("\n")[:-1]]


def from_database(target):
    with sqlite3.connect(target) as database:
        database.row_factory = sqlite3.Row
        rows = [dict(row) for row in database.execute("select * from recommendations")]
    database.close()
    return rows


READERS = {
    ".csv": delimited(","),
    ".tsv": delimited("\t"),
    ".jsonl": json_lines,
    ".parquet": lambda target: pyarrow.parquet.read_table(target).to_pylist(),
    ".db": from_database,
}
OF_FILES = [name for name in registry.names("writer") if registry.get("writer", name).suffixes]


class TestEveryWriter(WriterContract):
    @pytest.fixture(params=OF_FILES)
    def subject(self, request):
        return registry.get("writer", request.param)

    def read(self, target):
        suffix = Path(target).suffix
        if suffix not in READERS:
            pytest.skip("it has tests of its own")
        return READERS[suffix](target)
