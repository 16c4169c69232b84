"""Lists with the shares of kinds that a user likes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import scipy.sparse
from sklearn.preprocessing import normalize

from recli import errors
from recli.data.tables.fields import Categories
from recli.models.model import FittedModel
from recli.params import Float, Text
from recli.ranking import qualities
from recli.ranking.fields import field
from recli.ranking.qualities import ALPHA
from recli.ranking.ranked_lists import Measure, RankedLists
from recli.ranking.rerankers._greedy import Term


@dataclass(frozen=True, eq=False)
class Calibrate(Term):
    """(1 − w) · score − w · KL(p, q̃) of the list with the item: Steck's greedy calibration.

    Steck, Calibrated recommendations, RecSys 2018, with λ = w; p, q̃ and α as in the metric
    `calibration`. p are the shares of categories among what the user liked, q those of the list. A
    user who likes nothing that has categories gets the list of the scores.

    Attributes:
        weight: w
        name: what the categories are
        categories: float64[n_catalogue, n_categories] by item code, rows that sum to 1, or 0
        tastes: float64[n_users, n_categories] by user code, rows that sum to 1, or 0
    """

    parameters = (
        Text("column", None, "a column of the item table"),
        Float("weight", 0.5, "weight of its shares in what the user likes", low=0, high=1),
    )
    position = 200
    example = "calibrate:column=genres,weight=0.3"

    weight: float
    name: str
    categories: scipy.sparse.csr_array
    tastes: scipy.sparse.csr_array

    @classmethod
    def of(
        cls, whole: FittedModel, model: FittedModel, seed: int, *, column: str | None, weight: float
    ) -> Calibrate:
        """By a column of the item table. Raises DataError and UsageError as `field` does.

        Args:
            model: a fitted model
            seed: what is drawn at random is drawn by it
            weight: what one of them weighs
            whole: the model as it was trained
            column: a field of the item table
        """
        groups, trainset = _categories(model, column), model.trainset
        shape = trainset.n_catalogue, len(groups.labels)
        held = np.ones(len(groups.indices)), groups.indices, groups.indptr
        categories = normalize(scipy.sparse.csr_array(held, shape), "l1")
        ratings = trainset.own_ratings
        liked = ratings.values >= trainset.threshold
        pairs = ratings.users[liked], ratings.items[liked]
        likes = scipy.sparse.csr_array(
            (np.ones(len(pairs[0])), pairs), (len(ratings.user_ids), trainset.n_catalogue)
        )
        return cls(weight, groups.name, categories, normalize(likes.sign() @ categories, "l1"))

    @classmethod
    def check(cls, model: FittedModel, *, column: str | None, weight: float) -> None:
        _categories(model, column)

    def begin(self, user: int, items: np.ndarray) -> _Shares | None:
        [taste] = self.tastes[[user]].toarray()
        return _Shares(taste, self.categories[items].toarray()) if taste.any() else None

    def measures(self) -> Mapping[str, Measure]:
        def divergence(lists: RankedLists) -> np.ndarray:
            return qualities.divergence(lists.items, self.categories, self.tastes[lists.users])

        return {f"divergence of {self.name}": divergence}


def _categories(model: FittedModel, column: str | None) -> Categories:
    if column is None:
        raise errors.UsageError("calibrate needs a column, as in 'calibrate:column=genres'.")
    return field(model, column).groups()


class _Shares:
    """Less KL(p, q̃) of the list with each item."""

    def __init__(self, taste: np.ndarray, categories: np.ndarray) -> None:
        liked = taste > 0
        self._taste, self._categories = taste[liked], categories[:, liked]
        self._described = categories.sum(axis=1)
        self._sum, self._n = np.zeros(len(self._taste)), 0.0

    def values(self) -> np.ndarray:
        n = self._n + self._described
        shares = (self._sum + self._categories) / np.maximum(n, 1)[:, None]
        blurred = (1 - ALPHA) * shares + ALPHA * self._taste
        values: np.ndarray = -(self._taste * np.log(self._taste / blurred)).sum(axis=1)
        return values

    def add(self, place: int) -> None:
        self._sum = self._sum + self._categories[place]
        self._n += self._described[place]
