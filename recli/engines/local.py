"""This process."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from recli import errors
from recli.algorithms import Configured
from recli.data.dataset import Dataset
from recli.engines._base import Checked, Engine
from recli.experiments.reading import Reading
from recli.models.model import FittedModel


class Local(Engine):
    """This machine, in memory: what every command does by itself."""

    distributed = False

    def __init__(self, master: str = "", conf: Mapping[str, str] | None = None) -> None:
        super().__init__(master, conf)
        if self.master or self.conf:
            raise errors.UsageError(
                '`master` and `conf` are for other engines than this machine: add `engine="spark"`, or '
                "leave them out."
            )

    def check(self, reading: Reading) -> Checked:
        import dataclasses

        from recli.data.checks.activity import activity
        from recli.data.checks.check import check
        from recli.data.interactions import added_up

        dataset = self.load(reading)
        if not dataset.ratings.implicit:
            found = check(dataset)
            return Checked(dataset.name, found, dataset, dataset.fingerprint)
        whole = dataclasses.replace(dataset, ratings=added_up(dataset.ratings))
        return Checked(dataset.name, activity(dataset), dataset, whole.fingerprint)

    def load(self, reading: Reading) -> Dataset:
        return reading.load()

    def train(
        self,
        dataset: Dataset,
        configured: Configured,
        seed: int,
        threshold: float | None = None,
        origin: Mapping[str, Any] | None = None,
    ) -> FittedModel:
        from recli.models import model as models

        return models.train(dataset, configured, seed, threshold, origin)
