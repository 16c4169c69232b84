"""Two networks, one that reads users and one that reads items."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import surprise

from recli.algorithms._contract.catalogue import catalogue_size
from recli.algorithms._contract.constructor import RANDOM_STATE
from recli.algorithms._contract.state import Length, damaged
from recli.algorithms._declared import TEXT
from recli.algorithms._shared.preferences import PREFERENCES
from recli.algorithms._shared.sequences import NO_ITEM
from recli.algorithms._shared.weighing import WEIGHTING
from recli.extras.keras.algorithms._batches import Batch, Examples, sparse_rows
from recli.extras.keras.algorithms._forward import flat, unflat
from recli.extras.keras.algorithms._network_ranker import NetworkRanker
from recli.extras.keras.algorithms._training import TRAINING, with_defaults
from recli.params import Float, Int, Text, Value

if TYPE_CHECKING:
    import scipy.sparse

_OF_USERS = ("user_in/kernel", "user_in/bias", "user_out/kernel", "user_out/bias")


class TwoTower(NetworkRanker):
    """A vector of each user by one network, of each item by another; their product ranks.

    The network of users reads what they prefer, a row of length 1, and features of theirs if asked for;
    that of items reads which item it is, and features. Each has a hidden layer. In training some of what
    is read of users is left out (`dropout`). An example is a user and an item that they prefer, which is
    then no part of what is read of them. The softmax over the items of the batch is to make the item
    likely; what else the user prefers is left out of it, and since popular items are in more batches,
    the logarithm of their share of the examples is taken off.

    In training, now and then (`id_dropout`) the network is not told which item it is, so that features
    stand for themselves: with them, an item that nobody prefers is scored, too. Of an unknown user no
    features are known.
    """

    source = (
        "Covington, Adams and Sargin 2016; Yi et al. 2019, Sampling-bias-corrected neural modeling for "
        "large corpus item recommendations"
    )
    cold_items = "last or features"
    uses = ("item features", "user features")
    takes = (RANDOM_STATE,)
    quick: ClassVar[Mapping[str, Value]] = {
        "n_epochs": 2,
        "n_factors": 4,
        "n_hidden": 8,
        "learning_rate": 0.05,
    }
    parameters = (
        PREFERENCES,
        *WEIGHTING,
        Int("n_factors", 64, "length of the vectors", low=1, tune=(16, 128), log=True),
        Int("n_hidden", 128, "width of the hidden layers", low=1, lower_for="memory"),
        Float("dropout", 0.5, "share of what is read of users that is left out", low=0, high=0.95),
        Float("id_dropout", 0.1, "share of items known by features alone", low=0, high=0.95),
        Text("item_features", None, "features to use, separated by commas; or all"),
        *TEXT,
        Text("user_features", None, "columns of the user table to use; or all"),
        *with_defaults(TRAINING, n_epochs=30),
    )

    def _state_bytes(self, trainset: surprise.Trainset) -> int:
        # Weights, their gradients, two moments of these, and once more as they are kept.
        n_weights = 2 * self.n_hidden * (trainset.n_items + self.n_factors)
        return 20 * n_weights + 12 * self.n_factors * (trainset.n_users + catalogue_size(trainset))

    def _fit(self, preferred: scipy.sparse.csr_array) -> None:
        of_users, of_items = self._of_users(), self._of_items()
        pairs = _Pairs(preferred, of_users, of_items[: preferred.shape[1]])

        found = self._trained(lambda: self._network(pairs), pairs)
        self.weights = flat([found[name] for name in _OF_USERS])
        told = np.full(catalogue_size(self.trainset), NO_ITEM)
        liked = np.flatnonzero(self.popularity)
        told[liked] = liked + 1
        hidden = found["item_ids/embeddings"][told]
        if of_items.shape[1]:
            hidden += of_items @ found["item_in/kernel"] + found["item_in/bias"]
        vectors = np.maximum(hidden, 0.0) @ found["item_out/kernel"] + found["item_out/bias"]
        known = (told != NO_ITEM) | (np.diff(of_items.indptr) > 0)
        self.item_factors = np.where(known[:, None], vectors, 0.0)
        self.user_factors = self._vectors(of_users)

    def _network(self, pairs: _Pairs) -> tuple[Any, Any]:
        """The `keras.Model`, what `_Pairs` gives in, logits of the batch out; and its loss."""
        import keras

        from recli.extras.keras.algorithms._layers import InBatch, SparseDense, Untold

        def dense(width: int, name: str) -> Any:
            return keras.layers.Dense(width, name=name)

        def sparse(n_columns: int, name: str, dropout: float = 0.0) -> Any:
            rows = [keras.Input((), dtype=dtype) for dtype in ("int32", "float32", "int32")]
            inputs.extend(rows)
            columns, values, starts = rows
            some = keras.layers.Dropout(dropout)(values)
            return SparseDense(n_columns, self.n_hidden, name)([columns, some, starts])

        item, log_share = keras.Input((), dtype="int32"), keras.Input(())
        left_out = keras.Input((None,), dtype="bool")
        inputs = [item, log_share, left_out]
        hidden = keras.layers.ReLU()(sparse(pairs.n_inputs, "user_in", self.dropout))
        of_users = dense(self.n_factors, "user_out")(hidden)
        ids = keras.layers.Embedding(pairs.n_items + 1, self.n_hidden, name="item_ids")
        read = ids(Untold(self.id_dropout)(item))
        if pairs.n_features:
            read = keras.layers.Add()([read, sparse(pairs.n_features, "item_in")])
        of_items = dense(self.n_factors, "item_out")(keras.layers.ReLU()(read))
        logits = InBatch()([of_users, of_items, log_share, left_out])
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        return keras.Model(inputs, logits), loss

    def _vectors(self, of_users: scipy.sparse.csr_array | None = None) -> np.ndarray:
        # Of a user who is placed later no features are known.
        import scipy.sparse
        from sklearn.preprocessing import normalize

        read = normalize(self.preferred)
        if of_users is not None:
            read = scipy.sparse.hstack([read, of_users], format="csr")
        hidden, k = self.n_hidden, self.n_factors
        n_inputs = (len(self.weights) - hidden - k * (hidden + 1)) // hidden
        shapes = (n_inputs, hidden), (hidden,), (hidden, k), (k,)
        kernel, b1, out, b2 = unflat(self.weights, shapes)
        inner = read @ kernel[: read.shape[1]] + b1
        vectors = np.maximum(inner, 0.0) @ out + b2
        return np.where(np.diff(read.indptr)[:, None] > 0, vectors, 0.0)

    @property
    def _n_weights(self) -> Length:
        return "weights"  # how many features of users there were is told by their number

    def _check_state(self, state: Mapping[str, Any]) -> None:
        super()._check_state(state)
        hidden, k = self.n_hidden, self.n_factors
        n_inputs, rest = divmod(len(self.weights) - hidden - k * (hidden + 1), hidden)
        if n_inputs < self.trainset.n_items or rest:
            raise damaged(f"weights are {len(self.weights):,}, which do not make a network")

    def _of_users(self) -> scipy.sparse.csr_array:
        """Features of users, float64[n_users, n]; none where none are asked for."""
        import scipy.sparse
        from sklearn.preprocessing import normalize

        from recli.data.tables import features, user_features

        if self.user_features is None:
            return scipy.sparse.csr_array((self.trainset.n_users, 0))
        table = getattr(self.trainset, "user_table", None)
        described, _ = user_features.matrix(table, features.names(self.user_features))
        return normalize(described)[self.trainset.user_codes]

    def _of_items(self) -> scipy.sparse.csr_array:
        """Features of the catalogue, float64[n_catalogue, n]; none where none are asked for."""
        import scipy.sparse
        from sklearn.preprocessing import normalize

        from recli.data.tables import features

        if self.item_features is None:
            return scipy.sparse.csr_array((catalogue_size(self.trainset), 0))
        table = getattr(self.trainset, "item_table", None)
        options = features.TextOptions(self.text_terms, self.text_factors, self.text_stop_words)
        described, _ = features.matrix(table, features.names(self.item_features), options)
        return normalize(described)[self.trainset.item_codes]


class _Pairs(Examples):
    """Users and what they prefer, as examples.

    Args:
        preferred: float64[n_users, n_items].
        of_users: float64[n_users, n], features.
        of_items: float64[n_items, n], features.
    """

    def __init__(
        self,
        preferred: scipy.sparse.csr_array,
        of_users: scipy.sparse.csr_array,
        of_items: scipy.sparse.csr_array,
    ) -> None:
        import scipy.sparse

        self._prefers = preferred > 0
        read = scipy.sparse.hstack([preferred, of_users], format="csr", dtype=np.float32)
        self._read = scipy.sparse.csr_array(read)
        self._of_items = of_items.astype(np.float32)
        self._users, self._items = preferred.nonzero()
        counts = np.bincount(self._items, minlength=preferred.shape[1])
        self._log_share = np.log(np.maximum(counts, 1) / len(self._items)).astype(np.float32)
        self.n_items = preferred.shape[1]
        self.n_inputs = self._read.shape[1]
        self.n_features = of_items.shape[1]

    def __len__(self) -> int:
        return len(self._users)

    @property
    def owners(self) -> np.ndarray:
        return self._users

    def batch(self, places: np.ndarray) -> Batch:
        users, items = self._users[places], self._items[places]
        inputs = [(items + 1).astype(np.int32), self._log_share[items]]
        inputs += [self._left_out(users, items), *sparse_rows(self._others(users, items))]
        if self.n_features:
            inputs += sparse_rows(self._of_items[items])
        return tuple(inputs), np.arange(len(places), dtype=np.int32)

    def _others(self, users: np.ndarray, items: np.ndarray) -> scipy.sparse.csr_array:
        """What is read of each user beside the item, float32[n, n_inputs]."""
        rows = self._read[users]
        row = np.repeat(np.arange(len(users)), np.diff(rows.indptr))
        rows.data[rows.indices == items[row]] = 0.0
        preferred = rows.indices < self.n_items
        squares = np.bincount(row, preferred * rows.data**2, minlength=len(users))
        norms = np.sqrt(np.where(squares > 0, squares, 1.0))
        rows.data[preferred] /= norms[row[preferred]]
        return rows

    def _left_out(self, users: np.ndarray, items: np.ndarray) -> np.ndarray:
        """Which items of the batch each user prefers beside their own, bool[n, n]."""
        import scipy.sparse

        n = len(items)
        columns = scipy.sparse.csr_array(
            (np.ones(n, bool), (items, np.arange(n))), (self.n_items, n)
        )
        preferred: np.ndarray = (self._prefers[users] @ columns).toarray()
        np.fill_diagonal(preferred, False)
        return preferred
