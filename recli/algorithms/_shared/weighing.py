"""How much each rating or interaction weighs as a preference."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

import numpy as np
import surprise

from recli.algorithms._contract.catalogue import triples
from recli.data.trainset import Trainset
from recli.params import Choice, Float

LINEAR, LOG, TF_IDF, BM25 = "linear", "log", "tf-idf", "bm25"
_WEIGHED = ("preferences", ("liked", "graded"))
WEIGHTING = (
    Choice(
        "weighting",
        LOG,
        "how counts of interactions become weights; of no effect on ratings",
        options=(LOG, LINEAR, TF_IDF, BM25),
        when=_WEIGHED,
    ),
    Float("cap", None, "counts of interactions above it count as it", low=1e-6, when=_WEIGHED),
)
"""How a ranker weighs interactions: `weighting` and `cap`, see `Counted`."""
_LOWEST = 0.01  # what the lowest rating weighs, see `Graded`
_K1, _B = 1.2, 0.75  # as Robertson and Zaragoza 2009 have them, and implicit's BM25Recommender

Weigh = Callable[[surprise.Trainset], np.ndarray]
"""Gives what each rating of a trainset weighs, float64[n_ratings] in its order; 0 is no preference."""


@dataclass(frozen=True)
class Alike:
    """1 for a rating that is high enough, 0 for any other.

    Attributes:
        liked_from: The lowest rating that is.
    """

    liked_from: float

    def __call__(self, trainset: surprise.Trainset) -> np.ndarray:
        _, _, values = triples(trainset)
        return (values >= self.liked_from).astype(np.float64)


@dataclass(frozen=True)
class Graded:
    """0.01 + 0.99 ((r − low) / (high − low))².

    A rating in the middle of the scale weighs about a quarter of the highest, the lowest a hundredth.
    Where all ratings are the same, each weighs 1.

    Attributes:
        low: The lowest rating of the scale.
        high: The highest.
    """

    low: float
    high: float

    @classmethod
    def of(cls, trainset: surprise.Trainset) -> Self:
        """By the scale of a trainset.

        Args:
            trainset: recli's own or Surprise's.

        Returns:
            What weighs its ratings.
        """
        _, _, values = triples(trainset)
        low, high = map(float, trainset.rating_scale)
        if values.min() == values.max():
            low = high = float(values[0])
        return cls(low, high)

    def __call__(self, trainset: surprise.Trainset) -> np.ndarray:
        _, _, values = triples(trainset)
        if self.low == self.high:
            return np.ones(len(values))
        place = np.clip((values - self.low) / (self.high - self.low), 0.0, 1.0)
        return _LOWEST + (1.0 - _LOWEST) * place**2


@dataclass(frozen=True, eq=False)
class Counted:
    """What counts of interactions weigh, over the mean of these weights, which is then 1.

    With c for the count, at most `cap`, of n items in all, by `weighting`:

    - linear: c
    - log: ln(1 + c), as by Hu, Koren and Volinsky (2008), equation 6, with 1 for ε
    - tf-idf: √c ln(n / (1 + n_u)), as in the library implicit: items are documents and users their
      words, so that who has interacted with many items says less of each by the second factor
    - bm25: 2.2 c / (1.2 l_i + c) ln(n / (1 + n_u)), as in the library implicit, where
      l_i = 0.25 + 0.75 c_i / c̄ with all counts c_i of the item, and their mean c̄

    The logarithm in the last two is at least ln(1 + 1 / n), so that nobody counts for nothing.

    Attributes:
        weighting: "linear", "log", "tf-idf" or "bm25".
        cap: The largest count; None for no limit.
        liked_from: An interaction that weighs less is no preference.
        lengths: float64[n_items], l_i.
        unit: The mean weight of the interactions that it was made for.
    """

    weighting: str
    cap: float | None
    liked_from: float
    lengths: np.ndarray
    unit: float = field(default=1.0)

    @classmethod
    def of(
        cls, trainset: Trainset, weighting: str, cap: float | None, liked_from: float
    ) -> Counted:
        """By the interactions of a trainset.

        Args:
            trainset: Interactions.
            weighting: As the attribute.
            cap: As the attribute.
            liked_from: As the attribute.

        Returns:
            What weighs its interactions.
        """
        counts = _capped(trainset.values, cap)
        of_item = np.bincount(trainset.items, counts, minlength=trainset.n_items)
        lengths = 1.0 - _B + _B * of_item / of_item.mean()
        weights = cls(weighting, cap, liked_from, lengths)(trainset)
        weights = weights[weights > 0]
        largest = weights.max(initial=0.0)
        # By the largest first, so that of equal weights every one becomes 1 and not nearly 1.
        unit = float(largest * np.mean(weights / largest)) if largest else 1.0
        return cls(weighting, cap, liked_from, lengths, unit)

    def __call__(self, trainset: surprise.Trainset) -> np.ndarray:
        users, items, values = triples(trainset)
        weights = self._weights(users, items, _capped(values, self.cap))
        return np.where(values >= self.liked_from, weights / self.unit, 0.0)

    def _weights(self, users: np.ndarray, items: np.ndarray, counts: np.ndarray) -> np.ndarray:
        if self.weighting == LINEAR:
            return counts
        if self.weighting == LOG:
            return np.log1p(counts)
        n = len(self.lengths)
        of_user = np.maximum(np.log(n) - np.log1p(np.bincount(users)), np.log1p(1 / n))
        if self.weighting == TF_IDF:
            return np.sqrt(counts) * of_user[users]
        length = np.append(self.lengths, 1.0)[np.minimum(items, n)]  # 1 of what nobody had before
        return counts * (_K1 + 1.0) / (_K1 * length + counts) * of_user[users]


def weigh(
    trainset: surprise.Trainset,
    preferences: str,
    liked_from: float,
    weighting: str = LOG,
    cap: float | None = None,
) -> Weigh:
    """What ratings like those of a trainset weigh, by a ranker's parameters.

    It learns what is needed from the trainset and goes for other ratings too, as those of a user who
    is folded in.

    Args:
        trainset: recli's own or Surprise's.
        preferences: "liked", "all" or "graded".
        liked_from: The lowest rating that counts, where only liked ones do.
        weighting: Of interactions, see `Counted`.
        cap: Of interactions, see `Counted`.

    Returns:
        What weighs ratings.
    """
    if preferences == "all":
        return Alike(-np.inf)
    if isinstance(trainset, Trainset) and trainset.ratings.implicit:
        return Counted.of(trainset, weighting, cap, liked_from if preferences == "liked" else 0.0)
    return Graded.of(trainset) if preferences == "graded" else Alike(liked_from)


def _capped(counts: np.ndarray, cap: float | None) -> np.ndarray:
    return counts if cap is None else np.minimum(counts, cap)
