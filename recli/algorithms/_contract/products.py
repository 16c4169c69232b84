"""Scores that are inner products of a vector of the user and one of the item."""

from __future__ import annotations

import numpy as np
import surprise

from recli import errors, registry


class ByProducts(surprise.AlgoBase):
    """The part of an algorithm that says whether its scores are inner products, and of what.

    `score_users` of a user and an item is then their product plus the user's offset, which is the same
    for every item. A subclass overrides all three; by default no score is a product.
    """

    @property
    def scores_by_products(self) -> bool:
        """Whether `user_vectors` and `item_vectors` can be asked for."""
        return False

    def user_vectors(self, users: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The users' side of the products.

        Args:
            users: int[n], inner ids.

        Returns:
            float64[n, k] and the offsets, float64[n]. A user whose scores are no products has NaN.

        Raises:
            UsageError: Where no score is a product.
        """
        raise self._no_products()

    def item_vectors(self, items: np.ndarray) -> np.ndarray:
        """The items' side of the products, biases among them.

        Args:
            items: int[n], inner ids of items of the catalogue.

        Returns:
            float64[n, k]. An item whose scores are no products has NaN: it stands below all others.

        Raises:
            UsageError: Where no score is a product.
        """
        raise self._no_products()

    def _no_products(self) -> errors.UsageError:
        return errors.UsageError(
            f"{registry.name_of(type(self))} does not score by products of factors, so that its "
            "catalogue cannot be searched by an index. Models of factors do, such as ials, bpr and svd."
        )
