"""Rankers of what a user prefers next, by what they preferred before and in which order."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any

import numpy as np
import surprise

from recli.algorithms._shared.sequences import NO_ITEM, ORDERED, in_order, last_preferred
from recli.extras.keras.algorithms._batches import Batch, Examples
from recli.extras.keras.algorithms._forward import Shapes, flat, size, unflat
from recli.extras.keras.algorithms._network_ranker import NetworkRanker
from recli.extras.keras.algorithms._training import TRAINING, with_defaults
from recli.params import Float, Int

if TYPE_CHECKING:
    import scipy.sparse

NEXT_ITEM = (
    ORDERED,
    Int(
        "n_factors",
        64,
        "length of the vectors",
        low=1,
        tune=(32, 128),
        log=True,
        lower_for="memory",
    ),
    Int(
        "length",
        50,
        "items of a user that are looked at, the last ones for a list",
        low=2,
        tune=(20, 200),
        log=True,
        lower_for="memory",
    ),
    Float("dropout", 0.2, "share of a vector that is left out", low=0, high=0.95, tune=(0.0, 0.5)),
    *with_defaults(TRAINING, n_epochs=50, batch_size=64, learning_rate=0.003, patience=5),
)
"""The hyperparameters of every such model."""
_CHUNK = 256  # users whose vectors are made at once


class NextItemRanker(NetworkRanker):
    """A network that reads a sequence of items; its vector times that of an item ranks the item.

    The vectors of items are those that it reads. All that a user preferred is cut into sequences of
    `length`, and at each place of one the softmax over all items is to make likely what comes after
    it. Those users who are held out tell when to stop; their sequences are not learned from.

    A subclass says what reads the sequence, in Keras and in numpy.
    """

    kind = "sequence"
    uses = ("times",)

    n_factors: int
    length: int
    dropout: float

    def _state_bytes(self, trainset: surprise.Trainset) -> int:
        # Vectors with gradient and moments; and the logits of a batch with what they are made of.
        vectors = 32 * self.n_factors * (trainset.n_users + trainset.n_items)
        return vectors + 16 * self.batch_size * self.length * trainset.n_items

    @abstractmethod
    def _reads(self, vectors: Any, sequence: Any) -> Any:
        """The output of the network, [n, length, n_factors].

        Args:
            vectors: [n, length, n_factors], those of the items.
            sequence: int32[n, length], see `last_preferred`.
        """

    @property
    @abstractmethod
    def _shapes(self) -> Shapes:
        """Those of its weights, but for the vectors of items."""

    @property
    def _n_weights(self) -> int:
        return size(self._shapes)

    @abstractmethod
    def _read(self, x: np.ndarray, there: np.ndarray, weights: list[np.ndarray]) -> np.ndarray:
        """What `_reads` gives at the end of each sequence, float64[n, n_factors], by numpy.

        Args:
            x: float64[n, length, n_factors], vectors of items.
            there: bool[n, length], where there is an item.
            weights: As `_shapes` has them.
        """

    def _fit(self, preferred: scipy.sparse.csr_array) -> None:
        examples = NextItems(*in_order(self.trainset, self.weigh), self.length)

        if len(examples):
            vectors, *others = self._trained(self._network, examples).values()
        else:  # nobody prefers two items: there is no order, and lists go by popularity
            vectors = np.zeros((self.trainset.n_items + 1, self.n_factors))
            others = [np.zeros(shape) for shape in self._shapes]
            self.losses = np.empty((0, 2))
        self.item_factors = vectors[1:]
        self.weights = flat(others)
        self.user_factors = self._vectors()

    def _network(self) -> tuple[Any, Any]:
        """The `keras.Model`, sequences in, logits of what comes next out; and its loss."""
        import keras

        from recli.extras.keras.algorithms._layers import Products, next_item

        sequence = keras.Input((self.length,), dtype="int32")
        items = keras.layers.Embedding(self.trainset.n_items + 1, self.n_factors)
        read = self._reads(items(sequence), sequence)
        return keras.Model([sequence], Products(items)(read)), next_item

    def _vectors(self) -> np.ndarray:
        sequences = last_preferred(self.trainset, self.weigh, self.length)
        vectors = np.vstack([np.zeros(self.n_factors), self.item_factors])
        weights = unflat(self.weights, self._shapes)
        found = np.zeros((len(sequences), self.n_factors))
        for start in range(0, len(sequences), _CHUNK):
            some = sequences[start : start + _CHUNK]
            found[start : start + _CHUNK] = self._read(vectors[some], some != NO_ITEM, weights)
        found[(sequences == NO_ITEM).all(axis=1)] = 0.0
        return found


class NextItems(Examples):
    """All that users prefer, cut into sequences: all but the last item in, what follows each out.

    They are cut from the end, so that of the last and longest ones none is short; what ends one begins
    the next. So every item but a user's first is once what comes next.

    Args:
        users: int[n], ascending.
        items: int[n], inner ids, those of a user in the order of time.
        length: Items that are looked at, of a sequence of one more.
    """

    def __init__(self, users: np.ndarray, items: np.ndarray, length: int) -> None:
        _, owners, counts = np.unique(users, return_inverse=True, return_counts=True)
        n_sequences = -(-(counts - 1) // length)
        firsts, ends = np.cumsum(n_sequences) - n_sequences, np.cumsum(counts)
        # Counted from a user's end: which sequence, and which place in it.
        numbers, places = np.divmod(ends[owners] - 1 - np.arange(len(users)), length)
        rows = firsts[owners] + numbers
        self._sequences = np.full((n_sequences.sum(), length + 1), NO_ITEM, np.int32)
        last = numbers < n_sequences[owners]
        self._sequences[rows[last], length - places[last]] = items[last] + 1
        first = (places == 0) & (numbers > 0)
        self._sequences[rows[first] - 1, 0] = items[first] + 1
        self._owners = np.repeat(
            np.arange(np.count_nonzero(n_sequences)), n_sequences[n_sequences > 0]
        )

    def __len__(self) -> int:
        return len(self._sequences)

    @property
    def owners(self) -> np.ndarray:
        return self._owners

    def batch(self, places: np.ndarray) -> Batch:
        before, after = self._sequences[places, :-1], self._sequences[places, 1:]
        return (before,), np.where(before == NO_ITEM, NO_ITEM, after)
