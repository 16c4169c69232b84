"""This process."""

from __future__ import annotations

from collections.abc import Mapping

from recli import errors
from recli.data.dataset import Dataset
from recli.engines._advice import beyond_memory
from recli.engines._base import CheckedData, Engine, of_dataset
from recli.experiments.reading import Reading


class Local(Engine):
    """This machine, in memory: what every command does by itself."""

    distributed = False

    def __init__(self, master: str = "", conf: Mapping[str, str] | None = None) -> None:
        super().__init__(master, conf)
        if self.master or self.conf:
            raise errors.UsageError(
                'To this machine `master` and `conf` say nothing: add `engine="spark"`, or leave them '
                "out."
            )

    def advice(self, reading: Reading) -> str:
        return beyond_memory(reading)

    def check(self, reading: Reading) -> CheckedData:
        return of_dataset(self.load(reading))

    def load(self, reading: Reading) -> Dataset:
        return reading.load()
