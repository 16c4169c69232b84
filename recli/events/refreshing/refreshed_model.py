"""The model that a refresh is about, found once by its name, and what lies there under that name."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recli import errors, files
from recli.algorithms import Algorithm
from recli.data.trainset import Trainset
from recli.events.refreshing import history
from recli.events.refreshing.progress import Progress, folder_of
from recli.models import model as models
from recli.models.model import FittedModel
from recli.models.stored import MODELS


@dataclass(frozen=True)
class RefreshedModel:
    """A stored model that keeps up with the event log.

    Attributes:
        results: the results folder
        name: the whole name of the model there
        allow_pickle: whether a model that holds a pickle may be read and written
        allow_code: whether classes that it names as `module:Class` may be imported
    """

    results: Path
    name: str
    allow_pickle: bool = False
    allow_code: bool = False

    @classmethod
    def find(
        cls, results: Path, name: str, allow_pickle: bool = False, allow_code: bool = False
    ) -> RefreshedModel:
        """The model that `name` means, once what a killed process had moved aside is put back.

        Nobody else may be at work on the same results.

        Args:
            results: the results folder
            name: the model's name, or how that begins
            allow_pickle: whether a model that holds a pickle may be read and written
            allow_code: whether classes that it names as `module:Class` may be imported

        Raises:
            NotFoundError: if there is no such model in the results folder
            UsageError: if several names begin so
        """
        for replaced in (MODELS.folder(results, name), folder_of(results, name)):
            files.recover(replaced)
        return cls(results, MODELS.find_own(results, name).name, allow_pickle, allow_code)

    @property
    def folder(self) -> Path:
        """Where the model lies."""
        return MODELS.folder(self.results, self.name)

    @property
    def dataset_folder(self) -> Path:
        """Where its dataset lies, what it was trained on and the events since."""
        return folder_of(self.results, self.name)

    def manifest(self) -> dict[str, Any]:
        """What the model says of itself now.

        Raises:
            DataError: if the manifest is damaged
        """
        return models.about(self.folder)

    def load(self) -> FittedModel:
        """The model as it is now.

        Raises:
            DataError: if it is damaged
            UsageError: if it holds a pickle or names a class that is not allowed
        """
        return models.load(self.folder, self.allow_pickle, allow_code=self.allow_code)

    def progress(self) -> Progress | None:
        """How far its dataset has taken the log in; None where there is no dataset.

        Raises:
            DataError: if the document is damaged
        """
        return Progress.read(self.dataset_folder)

    def decisions(self) -> list[dict[str, Any]]:
        """What was decided about it so far, the newest first.

        Raises:
            DataError: if a document is damaged
        """
        return history.of_model(self.results, self.name)

    def record(self, decision: dict[str, Any]) -> None:
        """Write the document of a decision, in place of what it said before.

        Args:
            decision: the document
        """
        history.write(self.results, decision)

    def replace(self, model: FittedModel, seal: str, pickled: bool) -> None:
        """Store another model under the name.

        Args:
            model: what is stored
            seal: the seal of the model that it is to take the place of
            pickled: whether what it has learned is pickled, as it was of that one

        Raises:
            UsageError: if another model has taken the name meanwhile
        """
        if self.manifest()["seal"] != seal:
            raise errors.UsageError(
                f"Model '{self.name}' was trained anew while the refresh was at work; it stays. The "
                "next refresh begins with it."
            )
        models.save(model, self.results, self.name, pickled)


def refitted(model: FittedModel, trainset: Trainset, warm: bool) -> Algorithm:
    """The algorithm of a model fitted on other ratings, with the same seed.

    Args:
        model: the model
        trainset: the other ratings
        warm: whether to start from what the model has learned, where the algorithm can
    """
    algorithm = model.configured.create(model.seed)
    if warm:
        return algorithm.fit_from(model.algorithm, trainset)
    return algorithm.fit(trainset)
