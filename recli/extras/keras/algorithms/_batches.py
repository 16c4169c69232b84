"""Batches of examples, the same on every backend."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any

import numpy as np

Batch = tuple[tuple[np.ndarray, ...], np.ndarray]
"""Inputs and targets, each of the length of the batch."""


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


class Batches:
    """Epochs over some examples.

    The order of an epoch follows from the seed and its number, so that it does not depend on how often
    a backend looks at the first batch before it begins.

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
        self._epoch = -1
        self.next_epoch()

    def __len__(self) -> int:
        return math.ceil(len(self._places) / self._size)

    def __getitem__(self, number: int) -> Batch:
        start = number * self._size
        return self._examples.batch(self._order[start : start + self._size])

    def next_epoch(self) -> None:
        """Put the examples in the order of the next epoch."""
        self._epoch += 1
        self._order = self._places
        if self._seed is not None:
            self._order = np.random.default_rng([self._seed, self._epoch]).permutation(self._places)

    def epoch(self) -> Iterator[Batch]:
        """The batches of an epoch; then comes the next."""
        for number in range(len(self)):
            yield self[number]
        self.next_epoch()


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

        def on_epoch_end(self) -> None:
            batches.next_epoch()

    return Source()


def _tf_data(batches: Batches) -> Any:
    import tensorflow

    def of(array: np.ndarray) -> Any:
        return tensorflow.TensorSpec((None, *array.shape[1:]), array.dtype)

    inputs, targets = batches[0]
    signature = tuple(map(of, inputs)), of(targets)
    data = tensorflow.data.Dataset.from_generator(batches.epoch, output_signature=signature)
    n_batches = tensorflow.data.experimental.assert_cardinality(len(batches))
    return data.apply(n_batches).prefetch(2)
