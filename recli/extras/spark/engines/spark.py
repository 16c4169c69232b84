"""Apache Spark."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

from recli import registry
from recli.algorithms import Algorithm, Configured
from recli.data.dataset import Dataset
from recli.data.trainset import Trainset
from recli.engines import CheckedData, Engine, ListsWritten, of_dataset, within_memory
from recli.experiments.reading import Reading
from recli.models.model import FittedModel
from recli.ranking.request import Request


class Spark(Engine):
    """Apache Spark, on this machine or a cluster."""

    @functools.cached_property
    def session(self) -> Any:
        """The session, begun when it is first asked for."""
        from recli.extras.spark.session import session

        return session(self.master, self.conf)

    def advice(self, reading: Reading) -> str:
        from recli.extras.spark.session import is_here

        return within_memory(reading) if is_here(self.master) else ""

    def check(self, reading: Reading) -> CheckedData:
        from recli.extras.spark.gathered import gathered
        from recli.extras.spark.reading import SparkRows

        rows = SparkRows(self.session, reading)
        if rows.read.source.implicit:
            return of_dataset(gathered(rows))
        from recli.extras.spark.tallied import tallied

        found = tallied(rows)
        return CheckedData(
            rows.about.name, found, sniffed=rows.sniffed, notes=rows.notes, bad_rows=tuple(rows.bad)
        )

    def load(self, reading: Reading) -> Dataset:
        from recli.extras.spark.gathered import gathered
        from recli.extras.spark.reading import SparkRows

        return gathered(SparkRows(self.session, reading))

    def learns(self, name: str) -> bool:
        from recli.extras.spark.learned import names

        return name in names() or registry.extra_of("algorithm", name) == "spark"

    def fit(self, configured: Configured, trainset: Trainset, seed: int) -> Algorithm:
        from recli.extras.spark.learned import fitted

        self.session  # noqa: B018, by which fits are done
        return fitted(configured, trainset, seed)

    def write_lists(
        self, model: FittedModel, name: str, folder: Path, request: Request, target: str
    ) -> ListsWritten:
        from recli.extras.spark.written import written

        return written(self.session, model, name, folder, request, target)
