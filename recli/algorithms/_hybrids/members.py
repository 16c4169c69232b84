"""The members of a hybrid, fitted and asked together."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
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
from recli.algorithms._shared.arrays import padded
from recli.data.trainset import Trainset, by_item, by_user, from_surprise

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


class Members:
    """Algorithms fitted on one trainset, by what they say above or below the ordinary.

    A predicted rating is taken less the mean of all ratings. A score, and with `standardise` a rating
    too, less the mean of the user's scores over the catalogue, and over their deviation: only the
    order of scores within a user means anything.

    Args:
        algorithms: The fitted members by name.
        trainset: What they are fitted on.
        standardise: Whether predicted ratings are standardised like scores.

    Attributes:
        n_user: int64[n_users + 1], how often each has rated; index -1 is the unknown.
        n_item: int64[n_catalogue + 1], likewise.
    """

    def __init__(
        self,
        algorithms: Mapping[str, Algorithm],
        trainset: surprise.Trainset,
        standardise: bool = False,
    ) -> None:
        self.algorithms = algorithms
        self.trainset = trainset
        self.standardise = standardise
        n_cold = catalogue_size(trainset) - trainset.n_items
        self.n_user = padded(np.diff(by_user(trainset)[0]))
        self.n_item = np.append(np.diff(by_item(trainset)[0]), np.zeros(n_cold + 1, np.int64))

    @classmethod
    def fitted(
        cls,
        members: Sequence[Configured],
        trainset: surprise.Trainset,
        seed: int,
        standardise: bool = False,
        states: Mapping[str, Any] = MappingProxyType({}),
    ) -> Members:
        """The members fitted, or restored where there is something stored of them.

        Args:
            members: The members, not fitted.
            trainset: What to fit them on.
            seed: Of each of them.
            standardise: As for the class.
            states: What `states` gave, by member and attribute.

        Returns:
            The members.

        Raises:
            RecliError: What a member raises, with its name.
        """
        algorithms = {}
        for member in members:
            with named(member.name):
                algorithm = member.create(seed)
                prefix = f"{member.name}."
                state = {
                    key.removeprefix(prefix): value
                    for key, value in states.items()
                    if key.startswith(prefix)
                }
                if state:
                    algorithm.restore(trainset, state)
                else:
                    algorithm.fit(trainset)
            algorithms[member.name] = algorithm
        return cls(algorithms, trainset, standardise)

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
            estimates = algorithm.predict_pairs(users, items, clip=False)
            if self._standardised(algorithm):
                centre, scale = self._moments(algorithm, users)
                yield (estimates - centre) / scale
            else:
                yield estimates - self.trainset.global_mean

    def of_users(self, users: np.ndarray) -> Iterator[np.ndarray]:
        """What each member says of the whole catalogue.

        Args:
            users: int[n], inner ids.

        Returns:
            float64[n, n_catalogue] for each member.
        """
        for algorithm in self.algorithms.values():
            scores = algorithm.score_users(users)
            if self._standardised(algorithm):
                centre, scale = _moments(scores)
                yield (scores - centre[:, None]) / scale[:, None]
            else:
                yield scores - self.trainset.global_mean

    def _standardised(self, algorithm: Algorithm) -> bool:
        return self.standardise or algorithm.predicts == "scores"

    def _moments(self, algorithm: Algorithm, users: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Mean and deviation of each user's scores, float64[n]."""
        distinct, row = np.unique(users, return_inverse=True)
        centre, scale = np.empty(len(distinct)), np.empty(len(distinct))
        size = max(1, _CHUNK // max(1, catalogue_size(self.trainset)))
        for start in range(0, len(distinct), size):
            chunk = slice(start, start + size)
            centre[chunk], scale[chunk] = _moments(algorithm.score_users(distinct[chunk]))
        return centre[row], scale[row]


def out_of_fold(
    members: Sequence[Configured],
    trainset: surprise.Trainset,
    n_folds: int,
    seed: int,
) -> Seen:
    """Every rating as members see it that were fitted without its fold.

    The folds are drawn over pairs of user and item, so that a pair that is rated twice is in one. Of
    a single pair nothing is left to fit on: then there are no rows.

    Args:
        members: The members, not fitted.
        trainset: The ratings.
        n_folds: How many folds.
        seed: Of the folds and of the members.

    Returns:
        The ratings in the order of the trainset.
    """
    ours = trainset if isinstance(trainset, Trainset) else from_surprise(trainset)
    ratings, rows = ours.ratings, ours.rows
    users, items = ratings.users[rows], ratings.items[rows]
    pairs = ours.users.astype(np.int64) * ours.n_items + ours.items  # not by what they are called
    distinct, pair = np.unique(pairs, return_inverse=True)
    n_folds = min(n_folds, len(distinct))
    fold = (np.random.default_rng(seed).permutation(len(distinct)) % n_folds)[pair]
    n = len(rows) if n_folds > 1 else 0
    seen = Seen(np.empty((n, len(members))), np.empty(n), np.empty(n, int), np.empty(n, int))
    for number in range(n_folds if n else 0):
        held_out = fold == number
        inner = Trainset(
            ratings,
            rows[~held_out],
            ours.item_table,
            threshold=ours.threshold,
            user_table=ours.user_table,
        )
        fitted = Members.fitted(members, inner, seed)
        inner_users = inner.inner_users[users[held_out]]
        inner_items = inner.inner_items[items[held_out]]
        seen.targets[held_out] = ratings.values[rows[held_out]] - inner.global_mean
        seen.n_user[held_out] = fitted.n_user[unknown_alike(inner_users)]
        seen.n_item[held_out] = fitted.n_item[inner_items]
        for column, deviations in enumerate(fitted.of_pairs(inner_users, inner_items)):
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


def _moments(scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and deviation of each row, float64[n]; 1 for a deviation of 0."""
    scale = scores.std(axis=1)
    return scores.mean(axis=1), np.where(scale > 0, scale, 1.0)
