"""One list out of several, each with the weight under which what users like is likeliest."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import scipy.optimize

from recli.algorithms._hybrids._weighting import Weighting
from recli.algorithms._hybrids.scales import ranks
from recli.algorithms._hybrids.unseen_lists import UnseenLists

_PULL = 1e-3
"""Of the squared weights, beside a likelihood in nats for each rating: where two members give the same
list, both have the same weight."""


class LogLinear(Weighting):
    """−Σ_m w_m log(1 + rank_m), a logarithmic opinion pool of Zipf distributions over ranks.

    p(i | u) ∝ Π_m (1 + rank_m(u, i))^−w_m. The w ≥ 0 maximise the likelihood of the items that users
    like in lists of which the members did not know them: a concave problem, of as many variables as
    there are members.
    """

    of_lists = True

    def scale(
        self, catalogue: np.ndarray, candidates: np.ndarray, scores: np.ndarray
    ) -> np.ndarray:
        """−log(1 + rank), see `Scale`.

        Args:
            catalogue: float64[n_users, n_catalogue].
            candidates: bool[n_users, n_catalogue].
            scores: float64[n_users, n].

        Returns:
            float64[n_users, n].
        """
        return -np.log1p(ranks(catalogue, candidates, scores))

    def learn(self, seen: Callable[[], UnseenLists]) -> np.ndarray:
        """float64[n_members], not negative; ones where no member knows anything."""
        lists = seen()
        found = most_likely(lists.scores, lists.candidates, lists.liked)
        return found if found.any() else np.ones(len(self.predicts))

    def weights(
        self, learned: np.ndarray, n_user: np.ndarray, n_item: np.ndarray
    ) -> Iterator[np.ndarray]:
        yield np.zeros(1)
        yield from learned[:, None]


def most_likely(scores: np.ndarray, candidates: np.ndarray, liked: np.ndarray) -> np.ndarray:
    """argmax_w Σ log p(i | u) / n − reg |w|² / 2 over w ≥ 0, where p(· | u) ∝ exp(Σ_m w_m x_m(u, ·)).

    The sum goes over the n liked items of all lists; by L-BFGS-B (Byrd, Lu, Nocedal and Zhu 1995).

    Args:
        scores: float64[n_members, n_lists, n_items], the x.
        candidates: bool[n_lists, n_items], among which p sums to 1.
        liked: bool[n_lists, n_items], candidates alone.

    Returns:
        float64[n_members]; zeros where nothing is liked.
    """
    n_members, n_liked = len(scores), int(liked.sum())
    if not n_liked:
        return np.zeros(n_members)
    of_list = liked.sum(axis=1) / n_liked
    at_liked = scores[:, liked].sum(axis=1) / n_liked

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        sums = np.where(candidates, np.tensordot(weights, scores, 1), -np.inf)
        highest = sums.max(axis=1, keepdims=True)
        likelihood = np.exp(sums - highest)
        total = likelihood.sum(axis=1, keepdims=True)
        normaliser = of_list @ (highest + np.log(total))[:, 0]
        expected = np.tensordot(scores, likelihood / total * of_list[:, None], 2)
        value = normaliser - weights @ at_liked + _PULL / 2 * weights @ weights
        return value, expected - at_liked + _PULL * weights

    start, bounds = np.full(n_members, 1 / n_members), [(0.0, None)] * n_members
    found: np.ndarray = scipy.optimize.minimize(
        loss, start, jac=True, method="L-BFGS-B", bounds=bounds
    ).x
    return found
