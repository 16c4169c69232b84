"""A stored model for some of its users: their ratings alone are in memory, and all that is of items."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from recli import registry
from recli.algorithms import Configured
from recli.data.trainset import Trainset
from recli.models import parts
from recli.models.model import FittedModel


@dataclass(frozen=True, eq=False)
class SomeUsers:
    """Gives the model of some users, which ranks for them as the whole model does.

    It is small beside the ratings, so that it can be sent to whoever is to rank for some.

    Attributes:
        folder: where the model is stored
        user_codes: int32[n_users], see `Trainset`
        inner_users: int32, likewise
        item_codes: int32[n_catalogue], likewise
        inner_items: int32[n_catalogue], likewise
        n_items: items with a rating
        of_all: what the algorithm makes of all ratings and a part of them would not tell, by attribute
    """

    folder: Path
    user_codes: np.ndarray
    inner_users: np.ndarray
    item_codes: np.ndarray
    inner_items: np.ndarray
    n_items: int
    of_all: dict[str, Any]

    @classmethod
    def of(cls, model: FittedModel, folder: Path) -> SomeUsers | None:
        """By a model that is in memory as a whole.

        Args:
            model: the model
            folder: where it is stored

        Returns:
            None where its algorithm needs the ratings of all to rank for one.
        """
        algorithm, trainset = model.algorithm, model.trainset
        if not algorithm.ranks_by_own_ratings:
            return None
        return cls(
            folder,
            trainset.user_codes,
            trainset.inner_users,
            trainset.item_codes,
            trainset.inner_items,
            trainset.n_items,
            {name: getattr(algorithm, name) for name in algorithm.of_all_ratings},
        )

    def model(self, users: np.ndarray) -> FittedModel:
        """The model of some users.

        Args:
            users: int[n], their codes
        """
        about = _about(self.folder)
        chosen = np.zeros(len(self.inner_users), bool)
        chosen[users] = True
        arrays, (ratings, items, table) = parts.read(self.folder, about, chosen)
        rows, threshold = np.arange(len(ratings)), about["threshold"]
        trainset = Trainset(ratings, rows, items, about["mean"], threshold, table)
        trainset.user_codes, trainset.inner_users = self.user_codes, self.inner_users
        trainset.item_codes, trainset.inner_items = self.item_codes, self.inner_items
        trainset.n_users, trainset.n_items = len(self.user_codes), self.n_items
        trainset.users = self.inner_users[ratings.users]
        trainset.items = self.inner_items[ratings.items]
        with registry.names_of(self.folder):
            configured = Configured.of(about["algorithm"], about["params"])
        algorithm = configured.create(about["seed"])
        algorithm.__dict__.update(self.of_all)
        algorithm.restore(trainset, {**about["state"], **arrays})
        return FittedModel(configured, algorithm, trainset, about["dataset"], about["seed"])


@functools.cache
def _about(folder: Path) -> dict[str, Any]:
    return parts.read_manifest(folder)
