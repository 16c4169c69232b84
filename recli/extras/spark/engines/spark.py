"""Apache Spark."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

from recli.algorithms import Configured
from recli.data.dataset import Dataset
from recli.engines import CheckedData, Engine, of_dataset
from recli.experiments.reading import Reading
from recli.models.model import FittedModel


class Spark(Engine):
    """Apache Spark, on this machine or a cluster."""

    @functools.cached_property
    def session(self) -> Any:
        """The session, begun when it is first asked for."""
        from recli.extras.spark.session import session

        return session(self.master, self.conf)

    def check(self, reading: Reading) -> CheckedData:
        from recli.extras.spark.gathered import gathered
        from recli.extras.spark.reading import Rows

        rows = Rows(self.session, reading)
        if rows.read.source.implicit:
            return of_dataset(gathered(rows))
        from recli.extras.spark.tallied import tallied

        found = tallied(rows)
        return CheckedData(
            rows.about.name, found, sniffed=rows.sniffed, notes=rows.notes, bad_rows=tuple(rows.bad)
        )

    def load(self, reading: Reading) -> Dataset:
        from recli.extras.spark.gathered import gathered
        from recli.extras.spark.reading import Rows

        return gathered(Rows(self.session, reading))

    def train(
        self,
        dataset: Dataset,
        configured: Configured,
        seed: int,
        threshold: float | None = None,
        origin: Mapping[str, Any] | None = None,
    ) -> FittedModel:
        from recli.extras.spark.learned import trained

        self.session  # noqa: B018, by which fits are done
        return trained(dataset, configured, seed, threshold, origin)
