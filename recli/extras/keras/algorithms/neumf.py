"""A product of embeddings and a network over embeddings, in one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import numpy as np
import surprise

from recli.algorithms._contract.abilities import Side
from recli.algorithms._contract.catalogue import catalogue_size, triples
from recli.algorithms._contract.constructor import RANDOM_STATE
from recli.algorithms._contract.state import Floats, Layout
from recli.algorithms._shared.arrays import cosines
from recli.extras.keras.algorithms._forward import Shapes, flat, size, unflat
from recli.extras.keras.algorithms._model import KerasModel, RatedPairs
from recli.extras.keras.algorithms._training import TRAINING, with_defaults
from recli.params import Float, Int, Value

_BLOCK = 1 << 20  # outputs of a layer: 8 MiB
_EMBEDDINGS = {"pu": "users", "qi": "items", "read_users": "read_users", "read_items": "read_items"}


class NeuMF(KerasModel):
    """Neural matrix factorisation: the products of two embeddings beside a network that reads two others.

    μ + w · [p_u ⊙ q_i, φ(p'_u, q'_i)] + b, where φ are `n_layers` dense layers with ReLU, each half as
    wide as the one before. It is learned from ratings by squared errors, the two parts together and
    from the start; the paper learns from interactions, by cross-entropy. Of a user or item without
    ratings it knows nothing, and gives the global mean.

    Attributes:
        pu, qi: float64[n_users, n_factors] and float64[n_items, n_factors], the embeddings that are
            multiplied.
        read_users, read_items: The same, those that the network reads.
        weights: float32[n], those of the dense layers, see `_forward.flat`.
    """

    source = "He, Liao, Zhang, Nie, Hu and Chua 2017, Neural collaborative filtering (NeuMF)"
    kind = "factors"
    similarity = "cosine of embeddings"
    takes = (RANDOM_STATE,)
    quick: ClassVar[Mapping[str, Value]] = {
        "n_epochs": 4,
        "n_factors": 4,
        "n_hidden": 8,
        "learning_rate": 0.02,
    }
    parameters = (
        Int(
            "n_factors",
            16,
            "length of each embedding",
            low=1,
            tune=(8, 64),
            log=True,
            lower_for="memory",
        ),
        Int("n_hidden", 64, "width of the first layer", low=1, tune=(16, 128), log=True),
        Int("n_layers", 3, "layers, each half as wide as that before", low=1, high=8, tune=(1, 4)),
        Float(
            "dropout",
            0.2,
            "share of their inputs that is left out",
            low=0,
            high=0.95,
            tune=(0.0, 0.5),
        ),
        Float(
            "reg", 3e-5, "L2 regularisation of the embeddings", low=0, tune=(1e-6, 1e-3), log=True
        ),
        *with_defaults(TRAINING, batch_size=512),
    )
    fitted = (*_EMBEDDINGS, "weights")

    pu: np.ndarray
    qi: np.ndarray
    read_users: np.ndarray
    read_items: np.ndarray
    weights: np.ndarray

    def layout(self) -> Layout:
        n_users, n_items = self.trainset.n_users, self.trainset.n_items
        return {
            "pu": Floats((n_users, self.n_factors)),
            "qi": Floats((n_items, self.n_factors)),
            "read_users": Floats((n_users, self.n_factors)),
            "read_items": Floats((n_items, self.n_factors)),
            "weights": Floats((size(self._shapes),)),
        }

    def _state_bytes(self, trainset: surprise.Trainset) -> int:
        # Weights, their gradients, two moments of these, and once more as they are kept.
        n_weights = 2 * self.n_factors * (trainset.n_users + trainset.n_items)
        return 24 * (n_weights + sum(int(np.prod(shape)) for shape in self._shapes))

    def _learn(self, trainset: surprise.Trainset) -> None:
        surprise.AlgoBase.fit(self, trainset)
        users, items, values = triples(trainset)
        pairs = RatedPairs(users, items, values - trainset.global_mean)
        found = self._trained(lambda: self._network(trainset), pairs)
        for name, layer in _EMBEDDINGS.items():
            setattr(self, name, found.pop(f"{layer}/embeddings"))
        self.weights = flat(list(found.values()))

    @property
    def _widths(self) -> list[int]:
        """Those of the layers."""
        return [max(1, self.n_hidden >> layer) for layer in range(self.n_layers)]

    def _network(self, trainset: surprise.Trainset) -> tuple[Any, str]:
        """The `keras.Model`, inputs of user and item, output of the rating less the mean; its loss."""
        import keras

        def embedding(name: str, n: int) -> Any:
            reg = keras.regularizers.L2(self.reg)
            return keras.layers.Embedding(n, self.n_factors, embeddings_regularizer=reg, name=name)

        n_users, n_items = trainset.n_users, trainset.n_items
        user, item = keras.Input((), dtype="int32"), keras.Input((), dtype="int32")
        factors = [embedding("users", n_users)(user), embedding("items", n_items)(item)]
        read = [embedding("read_users", n_users)(user), embedding("read_items", n_items)(item)]
        x = keras.layers.Concatenate()(read)
        for width in self._widths:
            dropped = keras.layers.Dropout(self.dropout)(x)
            x = keras.layers.Dense(width, activation="relu")(dropped)
        both = keras.layers.Concatenate()([keras.layers.Multiply()(factors), x])
        return keras.Model([user, item], keras.layers.Dense(1)(both)), "mse"

    @property
    def _shapes(self) -> Shapes:
        """Those of the weights of the dense layers: users' and items' part of the first, then on."""
        ins = [2 * self.n_factors, *self._widths]
        outs = [*self._widths, 1]
        ins[-1] += self.n_factors
        return [shape for n, m in zip(ins, outs, strict=True) for shape in ((n, m), (m,))]

    def _estimate_pairs(self, users: np.ndarray, items: np.ndarray) -> np.ndarray:
        items = self._known_items(items)
        estimates = np.full(len(users), np.nan)
        known = np.flatnonzero((users >= 0) & (items >= 0))
        network = _Network(self)
        for block in network.blocks(len(known)):
            pairs = known[block]
            u, i = users[pairs], items[pairs]
            read = network.of_users(self.read_users[u]) + network.of_items(self.read_items[i])
            estimates[pairs] = network(self.pu[u] * self.qi[i], read)
        return estimates + self.trainset.global_mean

    def _estimate_users(self, users: np.ndarray) -> np.ndarray:
        scores = np.full((len(users), catalogue_size(self.trainset)), np.nan)
        network = _Network(self)
        for block in network.blocks(self.trainset.n_items):
            of_items = network.of_items(self.read_items[block])
            for row in np.flatnonzero(users >= 0):
                user = users[row]
                read = network.of_users(self.read_users[user]) + of_items
                scores[row, block] = network(self.pu[user] * self.qi[block], read)
        return scores + self.trainset.global_mean

    def similarities(self, side: Side, x: int) -> np.ndarray:
        of_users = self.pu, self.read_users
        of_items = self.qi, self.read_items
        return cosines(np.hstack(of_users if side == "user" else of_items), x)


class _Network:
    """The forward pass in numpy, of which the first layer reads users and items apart.

    Args:
        model: Fitted.
    """

    def __init__(self, model: NeuMF) -> None:
        kernel, self._bias, *layers = unflat(model.weights, model._shapes)
        self._of_users, self._of_items = np.split(kernel, 2)
        *self._hidden, self._last, self._shift = layers
        self._width = max(model.n_factors, len(self._bias))

    def blocks(self, n: int) -> Iterator[slice]:
        """Slices of `n` pairs, the layers of which fit in memory."""
        size = max(1, _BLOCK // self._width)
        return (slice(start, min(start + size, n)) for start in range(0, n, size))

    def of_users(self, embeddings: np.ndarray) -> np.ndarray:
        """Their part of the first layer; float64[…, n_factors]."""
        part: np.ndarray = embeddings @ self._of_users
        return part

    def of_items(self, embeddings: np.ndarray) -> np.ndarray:
        """Theirs, with the bias; float64[…, n_factors]."""
        part: np.ndarray = embeddings @ self._of_items + self._bias
        return part

    def __call__(self, products: np.ndarray, read: np.ndarray) -> np.ndarray:
        """The outputs, float64[n]; of float64[n, n_factors] and the sums of the parts, [n, width]."""
        x = np.maximum(read, 0.0)
        for kernel, bias in zip(self._hidden[::2], self._hidden[1::2], strict=True):
            x = np.maximum(x @ kernel + bias, 0.0)
        of_products, of_hidden = np.split(self._last[:, 0], [products.shape[1]])
        outputs: np.ndarray = products @ of_products + x @ of_hidden + self._shift
        return outputs
