"""What events a log is expected to get, by the data that are to learn from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from recli import errors
from recli.data import event_kinds
from recli.data.dataset import Dataset
from recli.data.event import Event
from recli.data.load import load
from recli.models import model as models
from recli.models.stored import MODELS


@dataclass(frozen=True)
class Expected:
    """What kinds of events there are, and what values.

    Attributes:
        name: of the model or dataset
        implicit: whether events are interactions rather than ratings
        scale: the lowest and the highest rating
        weights: what each kind of interaction weighs; empty for ratings
    """

    name: str
    implicit: bool
    scale: tuple[float, float]
    weights: event_kinds.Weights

    @classmethod
    def find(cls, results: Path, name: str) -> Self:
        """By a model of the results folder, else by a dataset.

        Args:
            results: the results folder
            name: the model's name, or the dataset by name, folder, file or URL

        Raises:
            NotFoundError: if it is neither
            DataError: if it is damaged
        """
        if name in MODELS.every(results):
            return cls.of_model(results, name)
        try:
            return cls.of_dataset(load(name))
        except errors.NotFoundError as error:
            known = ", ".join(MODELS.every(results)) or "none"
            raise errors.NotFoundError(
                f"There is no model '{name}' in {MODELS.folder(results)}, which has: {known}. {error}"
            ) from None

    @classmethod
    def of_model(cls, results: Path, name: str) -> Self:
        """By what a stored model has learned from.

        Args:
            results: the results folder
            name: the model's name, or how that begins

        Raises:
            NotFoundError: if there is no such model
            DataError: if its manifest is damaged
        """
        folder = MODELS.find_own(results, name)
        about: Mapping[str, Any] = models.about(folder)
        implicit = about.get("implicit", False)
        low, high = about["scale"]
        return cls(folder.name, implicit, (low, high), models.kinds(implicit, about["dataset"]))

    @classmethod
    def of_dataset(cls, dataset: Dataset) -> Self:
        """By the ratings or interactions that there are.

        Args:
            dataset: the ratings, and what is known of items and users
        """
        ratings = dataset.ratings
        return cls(dataset.name, ratings.implicit, ratings.scale, event_kinds.weights(dataset))

    @property
    def types(self) -> tuple[str, ...]:
        """The types that events may have."""
        return event_kinds.types(self.weights)

    def objection(self, event: Event) -> str:
        """Why the data cannot have an event, see `event_kinds.objection`.

        Args:
            event: what a user has done
        """
        return event_kinds.objection(event, self, self.weights)
