"""Rankers whose network ends in a product of vectors of users and items."""

from __future__ import annotations

from abc import abstractmethod

import numpy as np

from recli.algorithms._contract.state import Floats, Layout, Length
from recli.algorithms._shared.factor_rankers import FactorRanker
from recli.extras.keras.algorithms._model import KerasModel


class NetworkRanker(KerasModel, FactorRanker):
    """A model whose `_fit` sets `item_factors`, `weights` and, by `_vectors`, `user_factors`.

    A user is placed by a forward pass of the part of the network that makes their vector; `weights` is
    that part, so that a stored model does it without Keras.

    Attributes:
        weights: float32[n], see `_forward.flat`.
    """

    similarity = "cosine of vectors"
    fitted: tuple[str, ...] = (*FactorRanker.fitted, "weights")
    weights: np.ndarray

    def layout(self) -> Layout:
        return {**super().layout(), "weights": Floats((self._n_weights,))}

    @property
    @abstractmethod
    def _n_weights(self) -> Length:
        """How many `weights` there are."""

    @abstractmethod
    def _vectors(self) -> np.ndarray:
        """Those of all users of the trainset, float64[n_users, n], by `weights`."""

    def _fold_in(self, items: np.ndarray, values: np.ndarray, user: int) -> None:
        self._prefers(items, values, user)
        self.user_factors = self._vectors()
