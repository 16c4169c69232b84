"""What the methods of a hybrid have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar

import numpy as np

from recli.algorithms._hybrids.scales import Scale
from recli.params import Parameter, Value


class Weighting:
    """The weight of each member in a sum, which may depend on how often user and item are rated.

    Args:
        values: The parameters of the hybrid.
        predicts: Name of each member -> "ratings" or "scores".

    Attributes:
        scale: On which one members are brought; the sum is then a score. None: it is a rating.
        of_lists: Whether weights are learned from lists, not from ratings.
        n_columns: Numbers that `learn` holds for each rating of the training set.
    """

    scale: Scale | None = None
    of_lists = False
    n_columns = 0
    parameters: ClassVar[tuple[Parameter, ...]] = ()

    def __init__(self, values: Mapping[str, Value], predicts: Mapping[str, str]) -> None:
        self.predicts = predicts

    def learn(self, seen: Callable[[], Any]) -> np.ndarray:
        """What `weights` goes by.

        Args:
            seen: Asks the members for ratings unknown to them, or for lists, which takes fits of each.
                Gives `Seen`, or with `of_lists` an `UnseenLists`.

        Returns:
            float64, of a shape that the method knows.
        """
        return np.empty(0)

    @property
    def shape(self) -> tuple[int, ...]:
        """That of what `learn` gives: by default a number for each member."""
        return (len(self.predicts),)

    def weights(
        self, learned: np.ndarray, n_user: np.ndarray, n_item: np.ndarray
    ) -> Iterator[np.ndarray]:
        """The constant of the sum, then the weight of each member.

        Args:
            learned: What `learn` gave.
            n_user: int, ratings of the users.
            n_item: int, ratings of the items, of a shape that broadcasts with that of `n_user`.

        Returns:
            Arrays of shapes that broadcast with those.
        """
        raise NotImplementedError
