"""Two embeddings and their product, as the tutorials have it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
import surprise

from recli.algorithms._contract.catalogue import triples
from recli.algorithms._contract.constructor import RANDOM_STATE
from recli.algorithms._shared.factors import Factors
from recli.extras.keras.algorithms._model import KerasModel, RatedPairs
from recli.extras.keras.algorithms._training import TRAINING
from recli.params import Bool, Float, Int, Value


class EmbeddingDot(KerasModel, Factors):
    """Matrix factorisation as a network: an embedding of users, one of items, and their product.

    p_u · q_i, trained by Adam on squared errors; with `biased` it adds the global mean and a bias of
    each user and item, as SVD has them. It is the model of most introductions to recommenders by deep
    learning. What it gives without `biased` for a user or item without ratings is the global mean.

    Attributes:
        pu, qi: float64[n_users, n_factors] and float64[n_items, n_factors], the embeddings.
        bu, bi: float64[n_users] and float64[n_items], zeros without `biased`.
    """

    source = (
        "Koren, Bell and Volinsky 2009 by the network of Keras's example of collaborative filtering"
    )
    kind = "factors"
    takes = (RANDOM_STATE,)
    quick: ClassVar[Mapping[str, Value]] = {
        "n_epochs": 6,
        "n_factors": 4,
        "learning_rate": 0.05,
    }
    parameters = (
        Int("n_factors", 50, "factors", low=1, tune=(8, 200), log=True, lower_for="memory"),
        Bool("biased", False, "add biases of users and items to the product", tune=(False, True)),
        Float(
            "reg", 1e-6, "L2 regularisation of the embeddings", low=0, tune=(1e-7, 1e-4), log=True
        ),
        *TRAINING,
    )
    fitted = ("pu", "qi", "bu", "bi")

    def _state_bytes(self, trainset: surprise.Trainset) -> int:
        # Weights, their gradients, two moments of these, and once more as they are kept; then float64.
        return 28 * self.n_factors * (trainset.n_users + trainset.n_items)

    def _learn(self, trainset: surprise.Trainset) -> None:
        surprise.AlgoBase.fit(self, trainset)
        users, items, values = triples(trainset)
        if self.biased:
            values = values - trainset.global_mean
        found = self._trained(lambda: self._network(trainset), RatedPairs(users, items, values))
        self.pu, self.qi = found["users/embeddings"], found["items/embeddings"]
        self.bu, self.bi = np.zeros(trainset.n_users), np.zeros(trainset.n_items)
        if self.biased:
            self.bu = found["user_biases/embeddings"][:, 0]
            self.bi = found["item_biases/embeddings"][:, 0]

    def _network(self, trainset: surprise.Trainset) -> tuple[Any, str]:
        """The `keras.Model`, inputs of user and item, output of the rating; and its loss."""
        import keras

        def embedding(name: str, n: int, width: int) -> Any:
            reg = keras.regularizers.L2(self.reg)
            return keras.layers.Embedding(n, width, embeddings_regularizer=reg, name=name)

        n_users, n_items, width = trainset.n_users, trainset.n_items, self.n_factors
        user, item = keras.Input((), dtype="int32"), keras.Input((), dtype="int32")
        factors = embedding("users", n_users, width)(user), embedding("items", n_items, width)(item)
        rating = keras.layers.Dot(axes=1)(factors)
        if self.biased:
            of_user = embedding("user_biases", n_users, 1)(user)
            of_item = embedding("item_biases", n_items, 1)(item)
            rating = keras.layers.Add()([rating, of_user, of_item])
        return keras.Model([user, item], rating), "mse"
