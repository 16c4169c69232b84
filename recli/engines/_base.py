"""What every engine gives."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from recli.algorithms import Algorithm, Configured
from recli.data.checks.activity import Activity, activity
from recli.data.checks.check import CheckReport, check
from recli.data.dataset import BadRow, Dataset
from recli.data.interactions import added_up
from recli.data.trainset import Trainset
from recli.experiments.reading import Reading
from recli.models.model import FittedModel, about_dataset
from recli.ranking.request import Request


@dataclass(frozen=True)
class CheckedData:
    """What a check of data gives.

    Attributes:
        name: the dataset's
        found: figures and problems, of ratings or of interactions
        dataset: the data, all of whose rows are there; None where they are not in one place
        fingerprint: that of the dataset; None where the data are not in one place
        sniffed: what was guessed of the file, as `Dataset.sniffed` has it
        notes: what the user should know of how it was read, a sentence each
        bad_rows: rows set aside under `on_bad="skip"`
    """

    name: str
    found: CheckReport | Activity
    dataset: Dataset | None = None
    fingerprint: str | None = None
    sniffed: tuple[tuple[str, str, str], ...] = ()
    notes: tuple[str, ...] = ()
    bad_rows: tuple[BadRow, ...] = ()


def of_dataset(dataset: Dataset) -> CheckedData:
    """What a check gives of data that are here.

    Args:
        dataset: loaded with `duplicates="keep"`
    """
    ratings = dataset.ratings
    if not ratings.implicit:
        found, fingerprint = check(dataset), dataset.fingerprint
        return CheckedData(dataset.name, found, dataset, fingerprint, bad_rows=dataset.bad_rows)
    whole = dataclasses.replace(dataset, ratings=added_up(ratings))
    found_of = activity(dataset)
    return CheckedData(
        dataset.name, found_of, dataset, whole.fingerprint, bad_rows=dataset.bad_rows
    )


@dataclass(frozen=True)
class ListsWritten:
    """How much was recommended.

    Attributes:
        places: rows
        items: different items
        short_lists: users whose lists are shorter than they might be
    """

    places: int
    items: int
    short_lists: int


class Engine:
    """Reads, checks and learns; whatever does it, numbers and models are the same.

    Args:
        master: whose machines do it, as the engine names them; empty for its default
        conf: settings of the engine by name

    Attributes:
        distributed: whether more than this process works
    """

    distributed: ClassVar[bool] = True

    def __init__(self, master: str = "", conf: Mapping[str, str] | None = None) -> None:
        self.master = master
        self.conf = dict(conf or {})

    def advice(self, reading: Reading) -> str:
        """Why another engine is rather for these data, by their size; nothing where this one is.

        Args:
            reading: what is to be read, and how

        Raises:
            DataError, NotFoundError, UsageError: as `recli.data.load.load` does
        """
        return ""

    def check(self, reading: Reading) -> CheckedData:
        """The figures of a dataset, see `recli data check`.

        Args:
            reading: the dataset, with `duplicates="keep"`

        Raises:
            DataError, NotFoundError, UsageError: as `recli.data.load.load` does
        """
        raise NotImplementedError

    def load(self, reading: Reading) -> Dataset:
        """The dataset, as `recli.data.load.load` gives it.

        Args:
            reading: the arguments of `load`

        Raises:
            DataError, NotFoundError, UsageError: as `load` does
        """
        raise NotImplementedError

    def train(
        self,
        dataset: Dataset,
        configured: Configured,
        seed: int,
        threshold: float | None = None,
        origin: Mapping[str, Any] | None = None,
    ) -> FittedModel:
        """A fitted model, as `recli.models.model.train` gives it.

        Args:
            dataset: what `load` gave
            configured: an algorithm with its parameters
            seed: what is drawn at random is drawn by it
            threshold: the rating from which on an item is liked
            origin: where the parameters come from and what was measured

        Raises:
            RecliError: as `Algorithm.fit` does
        """
        trainset = dataset.trainset(threshold=threshold)
        algorithm = self.fit(configured, trainset, seed)
        return FittedModel(
            configured, algorithm, trainset, about_dataset(dataset), seed, origin or {}
        )

    def learns(self, name: str) -> bool:
        """Whether it fits an algorithm itself; others are fitted by this process.

        Args:
            name: of the algorithm
        """
        return True

    def fit(self, configured: Configured, trainset: Trainset, seed: int) -> Algorithm:
        """An algorithm, fitted; the numbers are those of `Algorithm.fit`, up to rounding.

        Args:
            configured: the algorithm with its parameters
            trainset: what it learns from
            seed: what is drawn at random is drawn by it

        Raises:
            RecliError: as `Algorithm.fit` does
        """
        return configured.create(seed).fit(trainset)

    def write_lists(
        self, model: FittedModel, name: str, folder: Path, request: Request, target: str
    ) -> ListsWritten:
        """Lists of many users, written into a folder of Parquet files.

        Args:
            model: a stored model
            name: what the column `model` says
            folder: where it is stored
            request: who gets how many of which items
            target: the folder that the files are written into, here or in a store

        Raises:
            UsageError: where that cannot be
        """
        raise NotImplementedError
