"""Estimates of pairs and of whole catalogues, each from the other and both from `estimate`."""

from __future__ import annotations

from typing import Any

import numpy as np
import surprise
from surprise import PredictionImpossible

from recli.algorithms._contract.catalogue import UNKNOWN, catalogue_size, inner_item, raw_item


class Estimated(surprise.AlgoBase):
    """The part of an algorithm that says what it computes, in arrays.

    A subclass writes `_estimate_pairs` or `_estimate_users`, where NaN stands for Surprise's
    PredictionImpossible, or neither: then `estimate` is asked pair by pair. With one of them, and no
    `estimate` of its own or of a class of Surprise, it gets one that asks it.
    """

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if {"_estimate_pairs", "_estimate_users"} & vars(cls).keys() and not hasattr(
            cls, "estimate"
        ):
            cls.estimate = cls._estimate_one

    def _estimate_pairs(self, users: np.ndarray, items: np.ndarray) -> np.ndarray:
        """Unclipped estimates, float64[n], NaN where impossible."""
        if type(self).estimate is Estimated._estimate_one:
            distinct, rows = np.unique(users, return_inverse=True)
            estimates = self._estimate_users(distinct)
            known = items >= 0
            return np.where(known, estimates[rows, np.where(known, items, 0)], np.nan)
        return np.array([self._one(int(u), int(i)) for u, i in zip(users, items, strict=True)])

    def _estimate_users(self, users: np.ndarray) -> np.ndarray:
        """Unclipped estimates of the whole catalogue, float64[n, n_catalogue], NaN where impossible."""
        n_items = catalogue_size(self.trainset)
        items = np.tile(np.arange(n_items), len(users))
        return self._estimate_pairs(np.repeat(users, n_items), items).reshape(len(users), n_items)

    def _one(self, user: int, item: int) -> float:
        trainset = self.trainset
        known_user = user if user >= 0 else UNKNOWN
        known_item: int | str = item
        if not 0 <= item < trainset.n_items:
            known_item = UNKNOWN + (raw_item(trainset, item) if item >= 0 else "")
        try:
            estimate = self.estimate(known_user, known_item)
        except PredictionImpossible:
            return float("nan")
        return float(estimate[0] if isinstance(estimate, tuple) else estimate)

    def _estimate_one(self, u: int | str, i: int | str) -> float:
        """What `estimate` gives, by way of `_estimate_pairs`; u and i are as Surprise passes them.

        `surprise.AlgoBase.predict` takes a cold item for an unknown one; here it has its inner id.
        Raises PredictionImpossible where there is no estimate.
        """
        user = -1 if isinstance(u, str) else int(u)
        item = inner_item(self.trainset, i) if isinstance(i, str) else int(i)
        estimate = float(self._estimate_pairs(np.array([user]), np.array([item]))[0])
        if np.isnan(estimate):
            raise PredictionImpossible("User and/or item is unknown.")
        return estimate

    def _default_where_impossible(self, estimates: np.ndarray) -> np.ndarray:
        impossible = np.isnan(estimates)
        if impossible.any():
            estimates[impossible] = self.default_prediction()
        return estimates

    def _known_items(self, items: np.ndarray) -> np.ndarray:
        """`items` with -1 for those without a rating in the trainset.

        Arrays of fitted state end in a neutral row (see `padded`), which -1 then picks.
        """
        return np.where(items < self.trainset.n_items, items, -1)
