"""Self-attention over what a user preferred."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from recli.algorithms._contract.constructor import RANDOM_STATE
from recli.extras.keras.algorithms._forward import Shapes, attention, layer_norm
from recli.extras.keras.algorithms._next_item import NEXT_ITEM, NextItemRanker
from recli.params import Int, Value

_PER_BLOCK = 16


class SASRec(NextItemRanker):
    """The next item, by blocks of self-attention that look at the items so far.

    To the vector of an item that of its place is added, counted from the end. A block is self-attention
    to what came before and then two dense layers, each on normalised inputs and added to them. The score
    of an item is the product of its vector and that of the last place.
    """

    source = (
        "Kang and McAuley 2018, Self-attentive sequential recommendation; softmax over all items as in "
        "Petrov and Macdonald 2022"
    )
    takes = (RANDOM_STATE,)
    quick: ClassVar[Mapping[str, Value]] = {"n_epochs": 2, "n_factors": 4, "length": 8}
    parameters = (
        *NEXT_ITEM,
        Int("n_blocks", 2, "blocks of attention", low=1, high=8, tune=(1, 3)),
        Int("n_heads", 1, "heads of the attention", low=1, high=16, tune=(1, 4)),
    )

    @property
    def _width_of_head(self) -> int:
        return -(-self.n_factors // self.n_heads)

    def _reads(self, vectors: Any, sequence: Any) -> Any:
        import keras

        from recli.extras.keras.algorithms._layers import Places, before

        def normal(x: Any) -> Any:
            return keras.layers.LayerNormalization(epsilon=1e-6)(x)

        def dropped(x: Any) -> Any:
            return keras.layers.Dropout(self.dropout)(x)

        seen = before(sequence)
        x = dropped(Places()(vectors))
        for _ in range(self.n_blocks):
            attend = keras.layers.MultiHeadAttention(self.n_heads, self._width_of_head)
            inputs = normal(x)
            x = x + dropped(attend(inputs, inputs, attention_mask=seen))
            hidden = keras.layers.Dense(self.n_factors, activation="relu")(normal(x))
            x = x + dropped(keras.layers.Dense(self.n_factors)(hidden))
        return normal(x)

    @property
    def _shapes(self) -> Shapes:
        width, heads, of_head = self.n_factors, self.n_heads, self._width_of_head
        normal = ((width,), (width,))
        into = ((width, heads, of_head), (heads, of_head))
        dense = ((width, width), (width,))
        block = (
            *normal,
            *into,
            *into,
            *into,
            (heads, of_head, width),
            (width,),
            *normal,
            *dense,
            *dense,
        )
        return ((self.length, width), *(block * self.n_blocks), *normal)

    def _read(self, x: np.ndarray, there: np.ndarray, weights: list[np.ndarray]) -> np.ndarray:
        x = x + weights[0]
        blocks = iter(weights[1:-2])
        while block := list(itertools.islice(blocks, _PER_BLOCK)):
            x = x + attention(layer_norm(x, *block[:2]), there, block[2:10])
            hidden = np.maximum(layer_norm(x, *block[10:12]) @ block[12] + block[13], 0.0)
            x = x + hidden @ block[14] + block[15]
        return layer_norm(x[:, -1], *weights[-2:])
