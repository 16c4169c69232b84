"""A recurrent network that reads what a user preferred."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from recli.algorithms._contract.constructor import RANDOM_STATE
from recli.extras.keras.algorithms._forward import Shapes
from recli.extras.keras.algorithms._next_item import NEXT_ITEM, NextItemRanker
from recli.params import Value


class GRU4Rec(NextItemRanker):
    """The next item, by gated recurrent units that read the items so far.

    With z, r and h̃ the update gate, the reset gate and the new state of a GRU, its state becomes
    z h + (1 − z) h̃ with each item; the score of an item is the product of its vector and the state.
    """

    source = (
        "Hidasi, Karatzoglou, Baltrunas and Tikk 2016, Session-based recommendations with recurrent "
        "neural networks; softmax over all items as in Petrov and Macdonald 2022"
    )
    takes = (RANDOM_STATE,)
    quick: ClassVar[Mapping[str, Value]] = {"n_epochs": 2, "n_factors": 4, "length": 8}
    parameters = NEXT_ITEM

    def _reads(self, vectors: Any, sequence: Any) -> Any:
        import keras

        from recli.extras.keras.algorithms._layers import is_item

        dropped = keras.layers.Dropout(self.dropout)(vectors)
        units = keras.layers.GRU(self.n_factors, return_sequences=True)
        return units(dropped, mask=is_item(sequence))

    @property
    def _shapes(self) -> Shapes:
        width = self.n_factors
        return (width, 3 * width), (width, 3 * width), (2, 3 * width)

    def _read(self, x: np.ndarray, there: np.ndarray, weights: list[np.ndarray]) -> np.ndarray:
        from scipy.special import expit

        kernel, recurrent, (of_input, of_state) = weights
        state = np.zeros((len(x), self.n_factors))
        for place in range(x.shape[1]):
            by_input = np.split(x[:, place] @ kernel + of_input, 3, axis=1)
            by_state = np.split(state @ recurrent + of_state, 3, axis=1)
            update, reset = (expit(a + b) for a, b in zip(by_input[:2], by_state[:2], strict=True))
            new = np.tanh(by_input[2] + reset * by_state[2])
            after = update * state + (1 - update) * new
            state = np.where(there[:, place, None], after, state)
        return state
