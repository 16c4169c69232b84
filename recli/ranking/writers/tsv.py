"""Tab-separated values."""

from __future__ import annotations

from recli.ranking.writers.csv import CsvWriter as _CSV


class TSV(_CSV):
    """As CSV, with a tab between the values."""

    suffixes = (".tsv",)
    summary = "tab-separated values with a header"
    _delimiter = "\t"
