"""The members of a hybrid, fitted and asked together."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import surprise

from recli import errors
from recli.algorithms._base import Algorithm
from recli.algorithms._configured import Configured
from recli.algorithms._contract.catalogue import catalogue_size, unknown_alike
from recli.algorithms._hybrids.inner_folds import inner_folds
from recli.algorithms._hybrids.scales import Scale, standardised
from recli.algorithms._shared.arrays import padded
from recli.data.trainset import by_item, by_user

_CHUNK = 1 << 22  # scores: 32 MiB


@dataclass(frozen=True)
class Seen:
    """What members said of ratings that they did not know.

    Attributes:
        deviations: float64[n, n_members], their estimates as `Members.of_pairs` has them.
        targets: float64[n], the ratings less the mean of those that the members knew.
        n_user: int64[n], ratings of the user that the members knew.
        n_item: int64[n], ratings of the item that the members knew.
    """

    deviations: np.ndarray
    targets: np.ndarray
    n_user: np.ndarray
    n_item: np.ndarray

    @classmethod
    def of_none(cls, n: int, n_members: int) -> Seen:
        """Room for what members will say.

        Args:
            n: Of how many ratings.
            n_members: How many members.
        """
        return cls(np.empty((n, n_members)), np.empty(n), np.empty(n, int), np.empty(n, int))


class Members:
    """Algorithms fitted on one trainset, by what they say above or below the ordinary.

    Without a scale a predicted rating is taken less the mean of all ratings, and a score, of which
    only the order within a user means anything, standardised within the user.

    Args:
        algorithms: The fitted members by name.
        trainset: What they are fitted on.
        scale: On which ratings and scores alike are brought.

    Attributes:
        n_user: int64[n_users + 1], how often each has rated; index -1 is the unknown.
        n_item: int64[n_catalogue + 1], likewise.
    """

    def __init__(
        self,
        algorithms: Mapping[str, Algorithm],
        trainset: surprise.Trainset,
        scale: Scale | None = None,
    ) -> None:
        self.algorithms = algorithms
        self.trainset = trainset
        self.scale = scale
        n_cold = catalogue_size(trainset) - trainset.n_items
        self.n_user = padded(np.diff(by_user(trainset)[0]))
        self.n_item = np.append(np.diff(by_item(trainset)[0]), np.zeros(n_cold + 1, np.int64))

    @classmethod
    def fitted(
        cls,
        members: Mapping[str, Configured],
        trainset: surprise.Trainset,
        seed: int,
        scale: Scale | None = None,
        states: Mapping[str, Any] = MappingProxyType({}),
    ) -> Members:
        """The members fitted, or restored where there is something stored of them.

        Args:
            members: The members by name, not fitted.
            trainset: What to fit them on.
            seed: Of each of them.
            scale: As for the class.
            states: What `states` gave, by member and attribute.

        Returns:
            The members.

        Raises:
            RecliError: What a member raises, with its name.
        """
        algorithms = {}
        for name, member in members.items():
            with named(name):
                algorithm = member.create(seed)
                prefix = f"{name}."
                state = {
                    key.removeprefix(prefix): value
                    for key, value in states.items()
                    if key.startswith(prefix)
                }
                if state:
                    algorithm.restore(trainset, state)
                else:
                    algorithm.fit(trainset)
            algorithms[name] = algorithm
        return cls(algorithms, trainset, scale)

    def folded(self, items: np.ndarray, values: np.ndarray, user: int) -> Members:
        """The members for one user alone, as `Algorithm.fold_in`; all of them have to fold in.

        Args:
            items: int[n], inner ids of all items that the user has rated.
            values: float64[n], the ratings.
            user: The user's inner id if these replace what they rated before, -1 for a new user.

        Returns:
            The members.
        """
        folded = copy.copy(self)
        folded.algorithms = {
            name: algorithm.fold_in(items, values, user)
            for name, algorithm in self.algorithms.items()
        }
        folded.trainset = self.trainset.alone(items, values, user)
        folded.n_user = np.array([len(items), 0])
        return folded

    def states(self) -> dict[str, Any]:
        """What a stored model holds of the members that say what their state is."""
        return {
            f"{name}.{attribute}": value
            for name, algorithm in self.algorithms.items()
            for attribute, value in (algorithm.state() or {}).items()
        }

    def of_pairs(self, users: np.ndarray, items: np.ndarray) -> Iterator[np.ndarray]:
        """What each member says of pairs of user and item.

        Args:
            users: int[n], inner ids.
            items: int[n], inner ids.

        Returns:
            float64[n] for each member.
        """
        for algorithm in self.algorithms.values():
            scale = self._scale_of(algorithm)
            if scale is None:
                yield algorithm.predict_pairs(users, items, clip=False) - self.trainset.global_mean
            else:
                yield self._scaled_pairs(algorithm, scale, users, items)

    def of_users(self, users: np.ndarray) -> Iterator[np.ndarray]:
        """What each member says of the whole catalogue.

        Args:
            users: int[n], inner ids.

        Returns:
            float64[n, n_catalogue] for each member.
        """
        candidates = self.candidates(users)
        for algorithm in self.algorithms.values():
            scale, scores = self._scale_of(algorithm), algorithm.score_users(users)
            yield (
                scores - self.trainset.global_mean
                if scale is None
                else scale(scores, candidates, scores)
            )

    def candidates(self, users: np.ndarray) -> np.ndarray:
        """The items that users have not rated.

        Args:
            users: int[n], inner ids.

        Returns:
            bool[n, n_catalogue].
        """
        unrated = np.ones((len(users), catalogue_size(self.trainset)), bool)
        indptr, items, _ = by_user(self.trainset)
        for row, user in enumerate(users.tolist()):
            if user >= 0:
                unrated[row, items[indptr[user] : indptr[user + 1]]] = False
        return unrated

    def activity(self, users: np.ndarray) -> np.ndarray:
        """The share of all ratings that users gave, which does not depend on how many there are.

        Args:
            users: int[n], inner ids.

        Returns:
            float64[n].
        """
        return self.n_user[unknown_alike(users)] / self.n_item.sum()

    def popularity(self) -> np.ndarray:
        """The share of all ratings that items have, float64[n_catalogue]."""
        return self.n_item[:-1] / self.n_item.sum()

    def _scale_of(self, algorithm: Algorithm) -> Scale | None:
        return self.scale or (standardised if algorithm.predicts == "scores" else None)

    def _scaled_pairs(
        self, algorithm: Algorithm, scale: Scale, users: np.ndarray, items: np.ndarray
    ) -> np.ndarray:
        """float64[n], some users at a time: each with all of their scores."""
        distinct, row = np.unique(users, return_inverse=True)
        found = np.empty(len(users))
        size = max(1, _CHUNK // max(1, catalogue_size(self.trainset)))
        for start in range(0, len(distinct), size):
            some = distinct[start : start + size]
            scores = algorithm.score_users(some)
            # Last, for -1 to pick, what it says of an item that is not in the catalogue.
            unknown = algorithm.predict_pairs(some, np.full(len(some), -1), clip=False)
            scaled = scale(scores, self.candidates(some), np.column_stack([scores, unknown]))
            chosen = (row >= start) & (row < start + size)
            found[chosen] = scaled[row[chosen] - start, items[chosen]]
        return found


def out_of_fold(
    members: Mapping[str, Configured],
    trainset: surprise.Trainset,
    n_folds: int,
    seed: int,
) -> Seen:
    """Every rating as members see it that were fitted without its fold.

    Args:
        members: The members by name, not fitted.
        trainset: The ratings.
        n_folds: How many folds.
        seed: Of the folds and of the members.

    Returns:
        The ratings in the order of the trainset; none where nothing is left to fit on.
    """
    seen = Seen.of_none(0, len(members))
    for fold in inner_folds(trainset, n_folds, seed):
        held_out, inner = fold.held_out, fold.training
        if not len(seen.targets):
            seen = Seen.of_none(len(held_out), len(members))
        fitted = Members.fitted(members, inner, seed)
        seen.targets[held_out] = fold.values - inner.global_mean
        seen.n_user[held_out] = fitted.n_user[unknown_alike(fold.users)]
        seen.n_item[held_out] = fitted.n_item[fold.items]
        for column, deviations in enumerate(fitted.of_pairs(fold.users, fold.items)):
            seen.deviations[held_out, column] = deviations
    return seen


@contextmanager
def named(member: str) -> Iterator[None]:
    """Errors from within name the member.

    Args:
        member: Its name.
    """
    try:
        yield
    except errors.RecliError as error:
        raise type(error)(f"Member {member} of the hybrid: {error}") from None
