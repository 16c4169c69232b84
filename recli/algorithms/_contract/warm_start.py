"""Learning that begins where that on other ratings has arrived."""

from __future__ import annotations

from typing import Self

import numpy as np
import surprise

from recli import errors, registry
from recli.algorithms._contract.guards import Guarded
from recli.data.trainset import Trainset


class StartsWarm(Guarded, surprise.AlgoBase):
    """The part of an algorithm that can learn on from what it has learned.

    A subclass says how in `_learn_from`; one without is fitted as by `fit`.
    """

    def fit_from(self, start: StartsWarm, trainset: Trainset) -> Self:
        """Learn from a trainset, from where another fitted algorithm has arrived.

        Where `starts_warm` this takes less than `fit` and gives about as good a model, if most of the
        ratings are those that `start` knew.

        Args:
            start: Fitted by the same class with the same parameters on a trainset of recli's own;
                users and items are known again by their raw ids. It stays as it is.
            trainset: recli's own.

        Returns:
            Itself.

        Raises:
            UsageError: For another class, and for Surprise's own trainset.
            TooLargeError, DivergedError: As `fit`.
        """
        if type(start) is not type(self):
            raise errors.UsageError(
                f"{registry.name_of(type(self))} cannot start from {registry.name_of(type(start))}."
            )
        if not (isinstance(trainset, Trainset) and isinstance(start.trainset, Trainset)):
            raise errors.UsageError("To start from a model takes trainsets of recli's own.")
        if not self.starts_warm:
            self.fit(trainset)
            return self
        self._check_fits(self._state_bytes(trainset), "what it learns")
        with np.errstate(over="ignore", invalid="ignore"):
            self._learn_from(start, trainset)
        self._check_converged()
        self._warn_of_nothing()
        return self

    @property
    def starts_warm(self) -> bool:
        """Whether `fit_from` goes by what was learned before."""
        return type(self)._learn_from is not StartsWarm._learn_from

    def _learn_from(self, start: StartsWarm, trainset: Trainset) -> None:
        """What `fit_from` does where it is more than `fit`."""
        raise NotImplementedError
