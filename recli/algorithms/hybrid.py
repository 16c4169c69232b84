"""Several algorithms as one."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar

import numpy as np
import surprise

from recli import errors
from recli.algorithms._contract.catalogue import catalogue_size, unknown_alike
from recli.algorithms._contract.state import Floats, Layout
from recli.algorithms._hybrids import METHODS, Weighting
from recli.algorithms._hybrids.combined import Combined, members
from recli.algorithms._hybrids.members import out_of_fold
from recli.algorithms._hybrids.unseen_lists import unseen_lists
from recli.algorithms._shared.reasons import Reason
from recli.params import Choice, Int, Value


class Hybrid(Combined):
    """A sum of what several algorithms estimate, each with a weight.

    μ + w_0 + Σ_m w_m (r̂_m − μ), over the members m. By the method the weights are

    - stacked: quadratic in the logarithms of the numbers of ratings of user and item, learned by
      ridge regression (feature-weighted linear stacking),
    - weighted: the same for all, learned by least squares or given,
    - switching: 1 for one member, by whether user and item have enough ratings: the first member
      where both have, the second for an item that has not, the third (with two members the second)
      for a user who has not.

    - reciprocal-rank: the same for all members, each of which says 1 / (k + rank) of an item,
    - log-linear: learned, and each member says −log(1 + rank): the product of what distributions of
      Zipf's kind over the ranks say, so that what users like is likeliest.

    What is learned is learned from ratings that the members did not know: `n_folds` folds are drawn
    within the training set, and the members that predict a fold are fitted on the others. Then they
    are fitted on all of it.

    Members that only give scores count by how far, in standard deviations, a score lies above the
    user's mean score; method=weighted takes the ratings of others likewise, and then only gives
    scores itself. By their ranks all members are alike: they make one list out of several, and the
    rank is that among the items that the user has not rated.
    """

    source = (
        "Burke 2002, section 3 (weighted, switching); Breiman 1996; Sill, Takács, Mackey and Lin "
        "2009, section 3 (stacked); Cormack, Clarke and Büttcher 2009 (reciprocal-rank); Genest and "
        "Zidek 1986, section 3 (log-linear)"
    )
    cost = "medium"
    additive = True
    for_interactions = 'method="weighted", members="ease,most-popular"'
    parameters = (
        members("svd,knn-baseline,baseline-only"),
        Choice("method", "stacked", "how members are weighted", options=tuple(METHODS)),
        Int(
            "n_folds",
            5,
            "folds to learn weights from",
            low=2,
            when=("method", ("stacked", "weighted", "log-linear")),
        ),
        *(parameter for method in METHODS.values() for parameter in method.parameters),
    )
    own_fitted = ("learned",)
    for_lists: ClassVar = {"method": "log-linear"}

    def _prepare_for(self, own: Mapping[str, Value], predicts: Mapping[str, str]) -> None:
        self.weighting = _weighting(own, predicts)
        self.scale = self.weighting.scale
        self.predicts = "ratings" if self.scale is None else "scores"

    def layout(self) -> Layout:
        return {"learned": Floats(self.weighting.shape)}

    @classmethod
    def uses_threshold(cls, given: Mapping[str, object]) -> bool:
        """Also where weights are learned from what users like."""
        method = METHODS.get(str(given.get("method")))
        return (method is not None and method.of_lists) or super().uses_threshold(given)

    def _learn_from_members(self, trainset: surprise.Trainset) -> None:
        self._check_fits(
            8 * self.weighting.n_columns * trainset.n_ratings,
            "what the members say of every rating",
            "Name fewer members, or take method=weighted, which needs less.",
        )
        inner = self.members, trainset, self.n_folds, self.random_state
        seen: Callable[[], Any] = functools.partial(out_of_fold, *inner)
        if self.weighting.of_lists:
            seen = functools.partial(unseen_lists, *inner, self.scale)
        self.learned = self.weighting.learn(seen)

    def _estimate_pairs(self, users: np.ndarray, items: np.ndarray) -> np.ndarray:
        return sum(self._parts(users, items), np.zeros(len(users)))

    def _parts(self, users: np.ndarray, items: np.ndarray) -> Iterator[np.ndarray]:
        """Of pairs: the constant, then what each member adds; their sum is the estimate."""
        n_user, n_item = self._fitted.n_user[unknown_alike(users)], self._fitted.n_item[items]
        weights = self.weighting.weights(self.learned, n_user, n_item)
        yield self._origin + next(weights)
        for weight, deviations in zip(weights, self._fitted.of_pairs(users, items), strict=True):
            yield weight * deviations

    def _estimate_users(self, users: np.ndarray) -> np.ndarray:
        # In two halves: beside what a member holds while it scores stand the sum and the weights.
        total = np.empty((len(users), catalogue_size(self.trainset)))
        half = max(1, -(-len(users) // 2))
        for start in range(0, len(users), half):
            total[start : start + half] = self._sums(users[start : start + half])
        return total

    def _sums(self, users: np.ndarray) -> np.ndarray:
        n_user, n_item = (
            self._fitted.n_user[unknown_alike(users)][:, None],
            self._fitted.n_item[:-1],
        )
        weights = self.weighting.weights(self.learned, n_user, n_item)
        total = np.zeros((len(users), len(n_item))) + (self._origin + next(weights))
        for weight, deviations in zip(weights, self._fitted.of_users(users), strict=True):
            total += weight * deviations
        return total

    @property
    def _origin(self) -> float:
        return float(self.trainset.global_mean) if self.scale is None else 0.0

    def explain(self, user: int, item: int) -> list[Reason]:
        """The mean of all ratings, with the constant, and what each member adds, the most first."""
        parts = self._parts(np.array([user]), np.array([item]))
        constant, *added = (float(part[0]) for part in parts)
        names = list(self.members)
        of_members = [
            Reason("member", name, amount)
            for name, amount in zip(names, added, strict=True)
            if amount
        ]
        of_members.sort(key=lambda reason: -abs(reason.amount))
        return [Reason("mean", "", constant), *of_members] if constant else of_members


def _weighting(values: Mapping[str, Value], predicts: Mapping[str, str]) -> Weighting:
    """How members are weighted that predict what `predicts` says.

    Raises UsageError where that and they do not go together.
    """
    method = str(values["method"])
    if method not in METHODS:
        raise errors.unknown("method of hybrid", method, METHODS)
    return METHODS[method](values, predicts)
