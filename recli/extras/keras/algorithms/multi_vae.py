"""A variational auto-encoder of what users prefer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import surprise

from recli.algorithms._contract.constructor import RANDOM_STATE
from recli.algorithms._shared.preferences import PREFERENCES
from recli.algorithms._shared.weighing import WEIGHTING
from recli.extras.keras.algorithms._batches import Batch, Examples
from recli.extras.keras.algorithms._forward import Shapes, flat, size, unflat
from recli.extras.keras.algorithms._network_ranker import NetworkRanker
from recli.extras.keras.algorithms._training import TRAINING, with_defaults
from recli.params import Float, Int, Value

if TYPE_CHECKING:
    import scipy.sparse

_PARTS = ("kernel", "bias")


class MultiVAE(NetworkRanker):
    """An auto-encoder that gives the chance of each item to be one that a user prefers.

    The row of a user, of length 1, is encoded into a normal distribution over `n_factors` numbers; a
    draw from it is decoded into logits of the items, and training makes the items likely that the user
    prefers. Some inputs are left out, and the distribution is held near the standard normal, with a
    weight that grows to `beta` over the first `annealing` epochs. Lists go by the logits that the mean
    of the distribution gives.

    Examples are users. Those held out tell when to stop; they are not learned from.
    """

    source = (
        "Liang, Krishnan, Hoffman and Jebara 2018, Variational autoencoders for collaborative "
        "filtering (Mult-VAE)"
    )
    takes = (RANDOM_STATE,)
    quick: ClassVar[Mapping[str, Value]] = {"n_epochs": 3, "n_factors": 4, "n_hidden": 8}
    parameters = (
        PREFERENCES,
        *WEIGHTING,
        Int("n_factors", 64, "numbers that encode a user", low=1, tune=(16, 256), log=True),
        Int("n_hidden", 256, "width of the layers around them", low=1, lower_for="memory"),
        Float(
            "dropout",
            0.5,
            "share of the inputs that is left out",
            low=0,
            high=0.95,
            tune=(0.1, 0.8),
        ),
        Float("beta", 0.2, "weight of the distance to the standard normal", low=0, tune=(0.0, 1.0)),
        Int("annealing", 20, "epochs in which that weight grows", low=1),
        *with_defaults(TRAINING, n_epochs=100, batch_size=128, patience=10),
    )

    def _state_bytes(self, trainset: surprise.Trainset) -> int:
        # Weights, their gradients, two moments of these, and once more as they are kept.
        n_weights = 2 * self.n_hidden * (trainset.n_items + 2 * self.n_factors)
        return 20 * n_weights + 8 * self.n_hidden * (trainset.n_users + trainset.n_items)

    def _fit(self, preferred: scipy.sparse.csr_array) -> None:
        rows = _Rows(preferred)
        n_steps = self.annealing * max(1, len(rows) // self.batch_size)

        found = self._trained(lambda: self._network(preferred.shape[1], n_steps), rows)
        read = ("hidden", "mean", "decoded")
        self.weights = flat([found[f"{name}/{part}"] for name in read for part in _PARTS])
        self.item_factors = np.vstack([found["items/kernel"], found["items/bias"]]).T.copy("C")
        self.user_factors = self._vectors()

    def _network(self, n_items: int, n_steps: int) -> tuple[Any, Any]:
        """The `keras.Model`, a row of each user in, logits of the items out; and its loss."""
        import keras

        from recli.extras.keras.algorithms._layers import Drawn, multinomial

        def dense(width: int, name: str, activation: str | None = None) -> Any:
            return keras.layers.Dense(width, activation=activation, name=name)

        row = keras.Input((n_items,))
        hidden = dense(self.n_hidden, "hidden", "tanh")(keras.layers.Dropout(self.dropout)(row))
        code = dense(self.n_factors, "mean")(hidden), dense(self.n_factors, "log_variance")(hidden)
        decoded = dense(self.n_hidden, "decoded", "tanh")(Drawn(self.beta, n_steps)(code))
        return keras.Model([row], dense(n_items, "items")(decoded)), multinomial

    @property
    def _shapes(self) -> Shapes:
        """Those of the weights that place a user."""
        n_items, hidden, k = self.trainset.n_items, self.n_hidden, self.n_factors
        return (n_items, hidden), (hidden,), (hidden, k), (k,), (k, hidden), (hidden,)

    @property
    def _n_weights(self) -> int:
        return size(self._shapes)

    def _vectors(self) -> np.ndarray:
        from sklearn.preprocessing import normalize

        into_hidden, b1, mean, b2, out_of_mean, b3 = unflat(self.weights, self._shapes)
        code = np.tanh(normalize(self.preferred) @ into_hidden + b1) @ mean + b2
        vectors = np.tanh(code @ out_of_mean + b3)
        return np.column_stack([vectors, np.ones(len(vectors))])


class _Rows(Examples):
    """What each user prefers, as it is and of length 1."""

    def __init__(self, preferred: scipy.sparse.csr_array) -> None:
        self._preferred = preferred[np.diff(preferred.indptr) > 0].astype(np.float32)

    def __len__(self) -> int:
        return int(self._preferred.shape[0])

    def batch(self, places: np.ndarray) -> Batch:
        from sklearn.preprocessing import normalize

        rows = self._preferred[places]
        return (normalize(rows).toarray(),), rows.toarray()
