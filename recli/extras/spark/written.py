"""Lists of many users, made by Spark's workers and written as a folder of Parquet files."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import math
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from recli import errors, urls
from recli.engines import ListsWritten
from recli.extras.spark.session import cores, failures
from recli.models import model as models
from recli.models.model import FittedModel
from recli.models.some_users import SomeUsers
from recli.ranking.lists import recommend
from recli.ranking.request import Request
from recli.ranking.row_tables import RowTables
from recli.ranking.rows import Rows

_MEMORY = 256 << 20  # bytes of scores of a worker
_USERS = 20_000  # of a task
_TYPES = {
    pa.int64(): "bigint",
    pa.int32(): "int",
    pa.string(): "string",
    pa.float64(): "double",
    pa.timestamp("s", tz="UTC"): "timestamp",
}


@dataclass(frozen=True, eq=False)
class _Task:
    """What a worker knows: the model's folder, who is to be ranked for, and how.

    Attributes:
        folder: where the model is stored; every worker has to find it there
        some: gives the model of some users; None where that takes the whole model
        request: of all users
        name: what the column `model` says
        time: what the column `time` says
        size: users at a time
    """

    folder: Path
    some: SomeUsers | None
    request: Request
    name: str
    time: datetime
    size: int

    def rows(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """The rows of lists.

        Args:
            batches: numbers of tasks
        """
        for batch in batches:
            for number in batch.column(0).to_pylist():
                start = number * self.size
                request = dataclasses.replace(
                    self.request, users=self.request.users[start : start + self.size]
                )
                model = self.some.model(request.users) if self.some else _whole(self.folder)
                tables = RowTables(model, self.name, self.time)
                for lists in recommend(model, request, _MEMORY):
                    table = tables.table(Rows.of(model, lists, request.sort))
                    place = table.column_names.index("time")
                    moments = table["time"].cast(pa.timestamp("us", tz="UTC"))
                    yield from table.set_column(place, "time", moments).to_batches()


@functools.lru_cache(maxsize=1)
def _whole(folder: Path) -> FittedModel:
    return models.load(folder)


def written(
    spark: Any, model: FittedModel, name: str, folder: Path, request: Request, target: str
) -> ListsWritten:
    """Write the lists; the folder is there as a whole, or not at all, where it is on this machine.

    Args:
        spark: the session
        model: the model
        name: what the column `model` says
        folder: where the model is stored
        request: who gets how many of which items
        target: the folder, here or in a store

    Raises:
        UsageError: where lists are re-ranked, and where the target cannot be written
    """
    from pyspark.sql import functions as F

    if request.rerankers:
        raise errors.UsageError(
            "The engine spark writes lists by their scores: leave out what re-ranks them, or the engine."
        )
    n, n_cores = len(request.users), cores(spark)
    size = max(1, min(_USERS, math.ceil(n / n_cores)))
    n_tasks = math.ceil(n / size)
    task = _Task(
        folder.resolve(),
        SomeUsers.of(model, folder.resolve()),
        request,
        name,
        datetime.now(UTC),
        size,
    )
    schema = ", ".join(
        f"`{field.name}` {_TYPES[field.type]}" for field in RowTables(model, name, task.time).schema
    )
    with failures("To recommend"), _whole_or_not(target) as place:
        numbers = spark.range(0, n_tasks, 1, n_tasks)
        spark.conf.set("spark.sql.parquet.outputTimestampType", "TIMESTAMP_MICROS")
        numbers.mapInArrow(task.rows, schema).write.mode("overwrite").parquet(place)
        found = spark.read.parquet(place)
        [row] = found.agg(F.count("*").alias("n"), F.countDistinct("item").alias("items")).collect()
        full = found.groupBy("user").count().where(F.col("count") >= request.n).count()
    return ListsWritten(row["n"], row["items"], n - full)


@contextlib.contextmanager
def _whole_or_not(target: str) -> Iterator[str]:
    """Where Spark is to write: a folder beside the target that takes its place, or one in a store.

    A store has no renaming: there the files count from when Spark writes `_SUCCESS`.
    """
    if urls.is_url(target):
        yield target.replace("s3://", "s3a://", 1)
        return
    path = Path(target)
    if path.is_file():
        raise errors.UsageError(f"{target}: is a file, and Spark writes a folder. Name another.")
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}-") as temporary:
        made = Path(temporary) / "lists"
        yield made.resolve().as_uri()
        for note in made.glob(".*.crc"):
            note.unlink()
        if path.exists():
            path.rename(Path(temporary) / "earlier")
        shutil.move(made, path)
