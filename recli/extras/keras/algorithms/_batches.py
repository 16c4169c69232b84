"""Batches of examples, the same on every backend."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import scipy.sparse

Batch = tuple[tuple[np.ndarray, ...], np.ndarray]
"""Inputs and targets, each of the length of the batch; or what `sparse_rows` makes of such."""


class Examples(ABC):
    """What a model learns from."""

    @abstractmethod
    def __len__(self) -> int:
        """The number of examples."""

    @property
    def owners(self) -> np.ndarray:
        """Whose each is, int[n] from 0 on: what one owner has is held out together, or not at all."""
        return np.arange(len(self))

    @abstractmethod
    def batch(self, places: np.ndarray) -> Batch:
        """Inputs and targets.

        Args:
            places: int[n], which examples.
        """

    def parts(self, share: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """The examples that are learned from, and those held out, int[…] each.

        Args:
            share: How much is held out, here of the owners.
            seed: What that is drawn by, from 0 on.
        """
        owners = self.owners
        held_out = np.isin(owners, drawn(int(owners.max()) + 1, share, seed))
        return np.flatnonzero(~held_out), np.flatnonzero(held_out)


def sparse_rows(rows: scipy.sparse.csr_array) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows of which few columns are not 0, as `SparseDense` reads them.

    To the last are added as many zeros as make the number of columns a power of 2, so that few batches
    differ in shape: JAX compiles for each.

    Args:
        rows: float32[n, n_columns].

    Returns:
        Columns, int32[m], row after row, the values in them, float32[m], and where each row starts,
        int32[n].
    """
    size = 1 << (rows.nnz - 1).bit_length() if rows.nnz else 1
    columns, values = np.zeros(size, np.int32), np.zeros(size, np.float32)
    columns[: rows.nnz], values[: rows.nnz] = rows.indices, rows.data
    return columns, values, rows.indptr[:-1].astype(np.int32)


def drawn(n: int, share: float, seed: int) -> np.ndarray:
    """A share of the numbers below `n`, never all of them; int64[…].

    Args:
        n: From 1 on.
        share: From 0 to 1.
        seed: What they are drawn by, from 0 on.
    """
    n_drawn = min(round(share * n), n - 1)
    return np.random.default_rng(seed).permutation(n)[:n_drawn]


class Batches:
    """Epochs over some examples.

    The order of an epoch follows from the seed and its number, so that it does not depend on how often
    a backend looks at the first batch before it begins. Until an epoch begins it is that of the first.

    Args:
        examples: What there is to learn from.
        places: int[n], which of them.
        size: Examples of a batch; the last one may be smaller.
        seed: What the orders are drawn by; None: as `places` has them, every time.
    """

    def __init__(
        self, examples: Examples, places: np.ndarray, size: int, seed: int | None = None
    ) -> None:
        self._examples = examples
        self._places = places
        self._size = size
        self._seed = seed
        self.begin(1)

    def __len__(self) -> int:
        return math.ceil(len(self._places) / self._size)

    def __getitem__(self, number: int) -> Batch:
        start = number * self._size
        return self._examples.batch(self._order[start : start + self._size])

    def begin(self, epoch: int) -> None:
        """Put the examples in the order of an epoch.

        Args:
            epoch: Its number, from 1 on.
        """
        self._order = self._places
        if self._seed is not None:
            self._order = np.random.default_rng([self._seed, epoch]).permutation(self._places)

    def epoch(self) -> Iterator[Batch]:
        """The batches of the epoch that has begun."""
        for number in range(len(self)):
            yield self[number]


def source(batches: Batches) -> Any:
    """Batches as `keras.Model.fit` takes them: by tf.data on TensorFlow, else by a `PyDataset`.

    Args:
        batches: The batches.
    """
    import keras

    if keras.config.backend() == "tensorflow":
        return _tf_data(batches)

    class Source(keras.utils.PyDataset):
        """The batches in turn."""

        def __len__(self) -> int:
            return len(batches)

        def __getitem__(self, index: int) -> Batch:
            return batches[index]

    return Source()


def _tf_data(batches: Batches) -> Any:
    import tensorflow

    def of(array: np.ndarray, other: np.ndarray) -> Any:
        same = zip(array.shape[1:], other.shape[1:], strict=True)
        shape = [size if size == of_other else None for size, of_other in same]
        return tensorflow.TensorSpec((None, *shape), array.dtype)

    (inputs, targets), (of_last, last) = batches[0], batches[len(batches) - 1]
    signature = tuple(map(of, inputs, of_last)), of(targets, last)
    data = tensorflow.data.Dataset.from_generator(batches.epoch, output_signature=signature)
    n_batches = tensorflow.data.experimental.assert_cardinality(len(batches))
    return data.apply(n_batches).prefetch(2)
