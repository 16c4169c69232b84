"""Google BigQuery."""

from __future__ import annotations

from pathlib import Path

from recli.data.sources.location import Location
from recli.data.sources.schemes._base import Source


class GoogleBigQuery(Source):
    """A table of Google BigQuery, or its answer to a query: `bigquery://PROJECT/DATASET::TABLE`."""

    schemes = ("bigquery",)
    takes_query = True
    summary = "tables of Google BigQuery, by bigquery://PROJECT/DATASET"

    def locate(self, folder: Path, address: str, query: str | None) -> Location:
        from recli.data.sources.bigquery import BigQuery

        return BigQuery(folder, address, query)
