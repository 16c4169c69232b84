"""What a metric is: of predicted ratings, of the places of liked items, or of ranked lists."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import numpy as np

from recli import params, registry
from recli.evaluation.elsewhere import Elsewhere
from recli.evaluation.lists import EvaluatedLists
from recli.evaluation.predictions import Predictions
from recli.params import Parameter

Aspect = Literal["ratings", "accuracy", "lists"]


class Metric:
    """A number that says how good; a subclass in a file of its own registers it.

    What a subclass says of itself is what `recli list` shows and `recli.testing` tests.

    Attributes:
        parameters: The options that it takes, as in `rbp:p=0.8`.
        options: Their values, of an instance.
        needs: What it is computed from.
        aspect: What it says something about: predicted ratings, how well lists hold what the user
            likes, or other qualities of lists.
        cutoff: Whether only the first k places of the lists count. Where that of any metric is false,
            it is found out where each tested item ranks, see `Tested.ranks`.
        features: The item features that it needs: none, any that a cosine compares, or categories.
        per_user: Whether every user has a value; else the metric is of all lists together.
        uses_test: Whether it looks at the test ratings; else at what is recommended alone.
        greater_is_better: Whether the better of two values is the greater.
        lowest: No value is below it, whatever the data and options.
        highest: No value is above it.
        perfect: Its value when all is well, with the default options: when every rating is predicted
            exactly, or ten places show the ten items that the user likes; None where there is no such
            value, as for what lists are like beyond accuracy.
        summary: What it says, for lists of metrics: at most 80 characters, no full stop.
        elsewhere: How other libraries define it, one by one; empty where nothing is known.
    """

    parameters: ClassVar[tuple[Parameter, ...]] = ()

    needs: ClassVar[Literal["predictions", "rankings"]]
    aspect: ClassVar[Aspect]
    cutoff: ClassVar[bool] = False
    features: ClassVar[Literal["", "any", "categories"]] = ""
    per_user: ClassVar[bool] = True
    uses_test: ClassVar[bool] = True
    greater_is_better: ClassVar[bool]
    lowest: ClassVar[float] = 0.0
    highest: ClassVar[float] = math.inf
    perfect: ClassVar[float | None] = None
    summary: ClassVar[str]
    elsewhere: ClassVar[tuple[Elsewhere, ...]] = ()

    def __init__(self, **options: object) -> None:
        """The metric with these options, the others by default.

        Args:
            options: Values by name, as `parameters` declares them.

        Raises:
            UsageError: For an option that it does not have, or a value that is not valid.
        """
        name = registry.name_of(type(self))
        self.options: Mapping[str, Any] = params.resolve(self.parameters, options, name, "metric")

    @property
    def is_mean(self) -> bool:
        """Whether it is the mean of the users' values, as that of lists with a value for each is."""
        return self.per_user and self.needs == "rankings"

    def without(self, seen: Any) -> np.ndarray | None:
        """What the metric would be without each user, float64[n_users]; None where that is not known.

        By it a difference in the metric is tested, see `significance.Influences`.

        Args:
            seen: what the metric is computed from
        """
        return None


class RatingMetric(Metric):
    """A metric of predicted ratings.

    A subclass gives `_value` and `_values`, which see at least one rating.
    """

    needs = "predictions"
    aspect: ClassVar[Aspect] = "ratings"
    greater_is_better = False
    perfect: ClassVar[float | None] = 0.0

    def __call__(self, predictions: Predictions) -> float:
        """The metric over all ratings; NaN if there are none or if a rating or estimate is NaN."""
        if not self._defined(predictions):
            return float("nan")
        return self._value(predictions)

    def values(self, predictions: Predictions) -> np.ndarray:
        """The metric over each user's ratings, float64[n_users], in the order of `distinct`.

        Args:
            predictions: predicted ratings beside the true ones
        """
        if not self._defined(predictions):
            return np.full(len(predictions.distinct), np.nan)
        return self._values(predictions)

    def _defined(self, predictions: Predictions) -> bool:
        known = not (np.isnan(predictions.truth).any() or np.isnan(predictions.estimate).any())
        return len(predictions) > 0 and known

    def _value(self, predictions: Predictions) -> float:
        raise NotImplementedError

    def _values(self, predictions: Predictions) -> np.ndarray:
        raise NotImplementedError


class PooledMetric(RatingMetric):
    """A metric of predicted ratings that is a function of sums over users.

    A subclass gives `_sums`, what each user adds, and `_of_sums`, the metric of what was added up: over
    all users, over one of them, over all but one.
    """

    def without(self, predictions: Predictions) -> np.ndarray:
        """The metric over the ratings of all others, float64[n_users]; NaN where it is not defined.

        Args:
            predictions: predicted ratings beside the true ones
        """
        if not self._defined(predictions):
            return np.full(len(predictions.distinct), np.nan)
        sums = predictions.once(self, self._sums)
        # Those before and those after: what is taken from a total leaves its rounding behind.
        none = np.zeros((1, sums.shape[1]))
        before = np.cumsum(np.concatenate([none, sums[:-1]]), axis=0)
        after = np.cumsum(np.concatenate([none, sums[:0:-1]]), axis=0)[::-1]
        return self._of_sums(before + after)

    def _value(self, predictions: Predictions) -> float:
        return float(self._of_sums(predictions.once(self, self._sums).sum(axis=0)))

    def _values(self, predictions: Predictions) -> np.ndarray:
        return self._of_sums(predictions.once(self, self._sums))

    def _sums(self, predictions: Predictions) -> np.ndarray:
        """What each user adds, float64[n_users, n_sums], in the order of `distinct`."""
        raise NotImplementedError

    def _of_sums(self, sums: np.ndarray) -> np.ndarray:
        """The metric of sums, float64[…, n_sums] -> float64[…]; NaN where it is not defined."""
        raise NotImplementedError


class MeanMetric(PooledMetric):
    """A metric that gives every predicted rating a number, and all ratings the mean of these.

    A subclass gives `_numbers`.
    """

    def _sums(self, predictions: Predictions) -> np.ndarray:
        return predictions.sums_per_user(self._numbers(predictions), np.ones(len(predictions)))

    def _of_sums(self, sums: np.ndarray) -> np.ndarray:
        return ratio(sums[..., 0], sums[..., 1])

    def _numbers(self, predictions: Predictions) -> np.ndarray:
        """The number of each rating, float64[n]."""
        raise NotImplementedError


def ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """`above` / `below`, NaN where that is not above 0.

    Args:
        above: float64[…]
        below: likewise
    """
    return np.divide(above, below, out=np.full(np.shape(below), np.nan), where=below > 0)


class ListMetric(Metric):
    """A metric of ranked lists, the mean over the users that have a value.

    A subclass gives `values`, or, if it is of all lists together, `__call__`.
    """

    needs = "rankings"
    aspect: ClassVar[Aspect] = "lists"
    cutoff = True
    greater_is_better = True

    def __call__(self, lists: EvaluatedLists) -> float:
        """The mean over the users with a value; NaN if there are none."""
        return self.mean(self.values(lists))

    def mean(self, values: np.ndarray) -> float:
        """The metric of all users from that of each, as `values` gives it.

        Args:
            values: float64[n]
        """
        counted = values[~np.isnan(values)]
        return float(counted.mean()) if len(counted) else float("nan")

    def values(self, lists: EvaluatedLists) -> np.ndarray:
        """The metric of each user's list, float64[n_users]; NaN where it is not defined.

        Args:
            lists: ranked lists beside the test ratings
        """
        raise NotImplementedError

    def without(self, lists: EvaluatedLists) -> np.ndarray | None:
        """The mean over all others, float64[n_users]; None for a metric of all lists together.

        Args:
            lists: ranked lists beside the test ratings
        """
        return mean_without(self.values(lists)) if self.is_mean else None


def mean_without(values: np.ndarray) -> np.ndarray:
    """The mean of `values` without each of them, float64[n]; NaN where no other is there.

    Args:
        values: float64[n]; NaN does not count

    >>> mean_without(np.array([1.0, 2.0, np.nan, 6.0]))
    array([4. , 3.5, 3. , 1.5])
    """
    counted = ~np.isnan(values)
    known = np.where(counted, values, 0.0)
    return ratio(known.sum() - known, (counted.sum() - counted).astype(float))


class HitMetric(ListMetric):
    """A metric that sees only which places of a list are hits, and how many there could be.

    A subclass gives `_of_hits`, which sees only users with relevant items.
    """

    aspect = "accuracy"
    highest = 1.0
    perfect = 1.0

    def values(self, lists: EvaluatedLists) -> np.ndarray:
        return self.of_hits(lists.hits, lists.n_relevant)

    def of_hits(self, hits: np.ndarray, n_relevant: np.ndarray) -> np.ndarray:
        """The metric of each user's list, float64[n_users]; NaN for users without relevant items.

        Args:
            hits: bool[n_users, k], k ≥ 1; whether the item at rank r + 1 of user u's list is
                relevant, shorter lists padded with False
            n_relevant: int64[n_users], all the user's relevant test items, in the list or not
        """
        values = np.full(len(n_relevant), np.nan)
        counted = n_relevant > 0
        values[counted] = self._of_hits(hits[counted], n_relevant[counted])
        return values

    def _of_hits(self, hits: np.ndarray, n_relevant: np.ndarray) -> np.ndarray:
        raise NotImplementedError
