"""Estimates of pairs and of whole catalogues, each from the other and both from `estimate`."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import numpy as np
import surprise
from surprise import PredictionImpossible

from recli import errors, registry
from recli.algorithms._contract.catalogue import (
    UNKNOWN,
    catalogue_size,
    inner_item,
    raw_item,
    raw_user,
    unknown_alike,
)


class Estimated(surprise.AlgoBase):
    """The part of an algorithm that says what it computes, in arrays.

    A subclass writes `_estimate_pairs` or `_estimate_users`, where NaN stands for Surprise's
    PredictionImpossible, or neither: then `estimate` is asked pair by pair. With one of them, and no
    `estimate` of its own or of a class of Surprise, it gets one that asks it.

    Attributes:
        tells_unknown_apart: Whether `_estimate_pairs` and `_estimate_users` are told who a user without
            ratings is, by an inner id below -1, see `Trainset`; else it is -1. `estimate` is told it in
            any case, by the raw id, as Surprise does.
    """

    tells_unknown_apart: ClassVar[bool] = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if {"_estimate_pairs", "_estimate_users"} & vars(cls).keys() and not hasattr(
            cls, "estimate"
        ):
            cls.estimate = cls._estimate_one

    @property
    def asked_one_by_one(self) -> bool:
        """Whether it has nothing but `estimate`."""
        own = type(self)
        by_pairs = own._estimate_pairs is Estimated._estimate_pairs
        return by_pairs and own._estimate_users is Estimated._estimate_users

    def _told(self, users: np.ndarray) -> np.ndarray:
        """`users`, int[n], as `_estimate_pairs` and `_estimate_users` take them."""
        users, told = np.asarray(users), self.tells_unknown_apart or self.asked_one_by_one
        return users if told else unknown_alike(users)

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
        """What `estimate` says of a pair of inner ids; NaN for PredictionImpossible."""
        trainset = self.trainset
        u = user if user >= 0 else UNKNOWN + raw_user(trainset, user)
        i = item if 0 <= item < trainset.n_items else UNKNOWN + raw_item(trainset, item)
        try:
            said = self.estimate(u, i)
        except PredictionImpossible:
            return math.nan
        estimate = number(said[0] if isinstance(said, tuple) else said)
        if not math.isfinite(estimate):
            raise self._not_finite(said, user, item)
        return estimate

    def _not_finite(self, said: object, user: int, item: int) -> errors.UsageError:
        """The error for a score that is none, of inner ids."""
        name, raw = self._own_name, raw_user(self.trainset, user)
        return errors.UsageError(
            f"{name} gives {said} for user '{raw}' and item '{raw_item(self.trainset, item)}': a score "
            "is a finite number. Where there is none, let it raise surprise.PredictionImpossible."
        )

    @property
    def _own_name(self) -> str:
        """What it is called in messages."""
        return registry.name_of(type(self))

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


def number(said: object) -> float:
    """What an algorithm of somebody's own says, as a number; NaN for what is none.

    Args:
        said: What its method returned.
    """
    try:
        return float(said)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return math.nan
