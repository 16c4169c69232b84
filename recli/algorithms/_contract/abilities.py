"""What some algorithms can tell besides scores; the others say that they cannot."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
import surprise

from recli import errors, registry
from recli.algorithms._shared.arrays import cosines
from recli.algorithms._shared.reasons import Reason

Side = Literal["user", "item"]


class Able(surprise.AlgoBase):
    """The part of an algorithm that is asked how sure it is, why, and what is alike.

    A subclass overrides what it is able to; each refuses by default.
    """

    def deviations_of_pairs(self, users: np.ndarray, items: np.ndarray) -> np.ndarray:
        """Standard deviations of the ratings that `predict_pairs` predicts.

        Of what the user may say, not of its mean: the noise of ratings is part of it.

        Args:
            users: int[n], inner ids.
            items: int[n], inner ids.

        Returns:
            float64[n], in units of ratings, not clipped.

        Raises:
            UsageError: Where the algorithm does not know.
        """
        raise self._no_deviations()

    def deviations_of_users(self, users: np.ndarray) -> np.ndarray:
        """Those of the whole catalogue, see `deviations_of_pairs`.

        Args:
            users: int[n], inner ids.

        Returns:
            float64[n, n_catalogue].

        Raises:
            UsageError: Where the algorithm does not know.
        """
        raise self._no_deviations()

    def _no_deviations(self) -> errors.UsageError:
        able = ", ".join(names_where(lambda cls: cls.has_deviations))
        return errors.UsageError(
            f"{registry.name_of(type(self))} does not say how sure it is of a rating. "
            f"These do: {able}."
        )

    def explain(self, user: int, item: int) -> list[Reason]:
        """What the score of an item for a user is made of.

        Args:
            user: Inner id.
            item: Inner id.

        Returns:
            The parts of the score, the most telling first.

        Raises:
            UsageError: Where the algorithm cannot say.
        """
        raise errors.UsageError(f"{registry.name_of(type(self))} cannot say why it ranks an item.")

    def _default_reasons(self) -> list[Reason]:
        """Of an item without a prediction."""
        return [Reason("default", "", float(self.default_prediction()))]

    def embeddings(self) -> tuple[np.ndarray, np.ndarray]:
        """Vectors of users and items, whose products are what the score adds to mean and biases.

        Returns:
            float64[n_users, k] and float64[n_catalogue, k], by inner id. An item of which nothing is
            learned has NaN.

        Raises:
            UsageError: Where the algorithm has no such vectors.
        """
        raise errors.UsageError(
            f"{registry.name_of(type(self))} has no vectors of users and items. Models of factors do, "
            "such as svd for ratings and ials for interactions, and content-based."
        )

    def similarities(self, side: Side, x: int) -> np.ndarray:
        """How alike the model finds a user, or an item, and every other of the trainset.

        `similarity` says by what; by default it is the cosine of `embeddings`.

        Args:
            side: "user" or "item".
            x: Inner id.

        Returns:
            float64[n_users], or float64[n_items] or [n_catalogue]; more is more alike, NaN where
            nothing is known.

        Raises:
            UsageError: Where the algorithm does not compare them.
        """
        users, items = self.embeddings()
        return cosines(items if side == "item" else users, x)


def names_where(able: Callable[[Any], bool]) -> list[str]:
    """The registered algorithms that are able to do something.

    Args:
        able: Tells it of a class.

    Returns:
        Their names, sorted.
    """
    names = registry.names("algorithm")
    return [name for name in names if able(registry.get("algorithm", name))]
