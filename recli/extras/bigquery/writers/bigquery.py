"""A table of Google BigQuery."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

import pyarrow as pa

from recli import errors
from recli.ranking.writers._base import TABLE, Write, Writer
from recli.ranking.writers.jsonl import JSONLines


class BigQueryWriter(Writer):
    """The table `recommendations` of a dataset, `bigquery://PROJECT/DATASET`, by one load job.

    All rows arrive or none. A table that is there gets the rows added; one with other columns is
    refused.
    """

    schemes = ("bigquery",)
    adds = True
    summary = "the table 'recommendations' of Google BigQuery, by bigquery://PROJECT/DATASET"

    @contextmanager
    def open(self, target: str, schema: pa.Schema) -> Iterator[Write]:
        from recli.data.sources.bigquery import connected

        shown = self.shown(target)
        with connected(target) as (client, dataset), tempfile.TemporaryFile() as file:
            from google.cloud import bigquery as bq

            with _refusals(shown):
                client.get_dataset(dataset)  # a wrong address is told now, not in an hour
            with JSONLines()._into(file, schema) as write:
                yield write
            if not file.tell():
                return
            job = bq.LoadJobConfig(
                schema=[bq.SchemaField(field.name, _type(field.type)) for field in schema],
                source_format=bq.SourceFormat.NEWLINE_DELIMITED_JSON,
                write_disposition=bq.WriteDisposition.WRITE_APPEND,
            )
            with _refusals(shown):
                table = f"{dataset}.{TABLE}"
                client.load_table_from_file(file, table, rewind=True, job_config=job).result()


@contextmanager
def _refusals(shown: str) -> Iterator[None]:
    from recli.data.sources.bigquery import refusals

    try:
        with refusals(shown):
            yield
    except errors.DataError as error:
        raise errors.UsageError(str(error)) from None


def _type(of: pa.DataType) -> str:
    if pa.types.is_timestamp(of):
        return "TIMESTAMP"
    if pa.types.is_integer(of):
        return "INTEGER"
    return "FLOAT" if pa.types.is_floating(of) else "STRING"
