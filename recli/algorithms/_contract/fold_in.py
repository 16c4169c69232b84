"""A user whom a fitted algorithm does not know, or no longer knows as they are."""

from __future__ import annotations

import copy
from typing import Any, Self

import numpy as np
import surprise

from recli import errors, registry
from recli.algorithms._shared.blas import ONE_THREAD_OF_BLAS
from recli.data.trainset import Trainset


class FoldsIn(surprise.AlgoBase):
    """The part of an algorithm that places one user among what it has learned.

    A subclass says how in `_fold_in`; one without is fitted again.
    """

    trainset: Any  # recli's own or Surprise's

    def fold_in(self, items: np.ndarray, values: np.ndarray, user: int = -1) -> Self:
        """The fitted algorithm for one user alone, by their ratings.

        What it gives knows that user alone, as the user 0. Everything learned of items stays, and
        this algorithm stays what it is. How near the rankings come to those of training with the
        user is measured in experiments/README.md.

        Args:
            items: int[n], inner ids of all items that the user has rated, each once.
            values: float64[n], the ratings.
            user: The user's inner id if these replace what they rated before, -1 for a new user.

        Returns:
            Another algorithm of this class.

        Raises:
            UsageError: Where no item is rated from which a user is known, and for Surprise's own
                trainset.
        """
        if not isinstance(self.trainset, Trainset):
            raise errors.UsageError("To fold a user in takes a trainset of recli's own.")
        folded = copy.copy(self)
        with ONE_THREAD_OF_BLAS:
            folded._fold_in(np.asarray(items), np.asarray(values, np.float64), user)
        return folded

    @property
    def folds_in(self) -> bool:
        """Whether `fold_in` is a step of its own, and does not fit again."""
        return type(self)._fold_in is not FoldsIn._fold_in

    def _fold_in(self, items: np.ndarray, values: np.ndarray, user: int) -> None:
        """Become the algorithm for the user alone; by default fitted again, as slow as `fit`."""
        self.fit(self.trainset.joined(items, values, user))

    def _alone(
        self, items: np.ndarray, values: np.ndarray, user: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """Make these the only ratings of the trainset; gives those of items that had some before."""
        known = items < self.trainset.n_items
        self.trainset = self.trainset.alone(items, values, user)
        if not known.any():
            raise errors.UsageError(
                f"{registry.name_of(type(self))} knows none of the rated items: nobody else has rated "
                "them. Rate one that others have rated, too."
            )
        return items[known], values[known]
