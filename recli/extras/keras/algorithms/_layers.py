"""Layers and losses that Keras does not have. To import this loads Keras."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from recli.algorithms._shared.sequences import NO_ITEM


class Drawn(keras.layers.Layer):
    """A draw from a normal distribution; from its mean alone where nothing is trained.

    The Kullback-Leibler distance to the standard normal is a loss, with a weight that grows.

    Args:
        beta: The weight in the end.
        n_steps: Steps in which it grows to that.
    """

    def __init__(self, beta: float, n_steps: int) -> None:
        super().__init__()
        self._beta, self._n_steps = beta, n_steps
        self._seeds = keras.random.SeedGenerator()

    def build(self, shapes: Any) -> None:
        self._step = self.add_weight(shape=(), initializer="zeros", trainable=False, name="step")

    def call(self, inputs: Any, training: bool = False) -> Any:
        """The draws.

        Args:
            inputs: Means and logarithms of variances.
            training: Whether to draw.
        """
        mean, log_variance = inputs
        if not training:
            return mean
        self._step.assign(self._step + 1.0)
        weight = self._beta * ops.minimum(1.0, self._step / self._n_steps)
        distance = 0.5 * ops.sum(ops.exp(log_variance) + mean**2 - 1.0 - log_variance, axis=-1)
        self.add_loss(weight * ops.mean(distance))
        noise = keras.random.normal(ops.shape(mean), seed=self._seeds)
        return mean + ops.exp(0.5 * log_variance) * noise


def multinomial(preferred: Any, logits: Any) -> Any:
    """The negative logarithm of the chance that softmax gives the items that users prefer.

    Args:
        preferred: [n, n_items], how much each user prefers each.
        logits: [n, n_items].

    Returns:
        [n].
    """
    return -ops.sum(preferred * ops.log_softmax(logits, axis=-1), axis=-1)


def squares_where_rated(ratings: Any, predicted: Any) -> Any:
    """The mean of the squares of errors.

    Args:
        ratings: [n, n_columns], NaN where there is none.
        predicted: [n, n_columns].
    """
    rated = ops.logical_not(ops.isnan(ratings))
    errors = ops.where(rated, ratings - predicted, 0.0)
    return ops.sum(errors**2) / ops.maximum(ops.sum(ops.cast(rated, predicted.dtype)), 1.0)


def is_item(sequence: Any) -> Any:
    """Where a sequence has an item, bool[n, length].

    Args:
        sequence: int32[n, length], see `last_preferred`.
    """
    return ops.not_equal(sequence, NO_ITEM)


def before(sequence: Any) -> Any:
    """Which places each place of a sequence may look at, bool[n, length, length].

    These are itself and those before it, where they have an item.

    Args:
        sequence: int32[n, length].
    """
    length = sequence.shape[1]
    earlier = ops.tril(ops.ones((1, length, length), dtype="bool"))
    return ops.logical_and(earlier, ops.expand_dims(is_item(sequence), 1))


class Places(keras.layers.Layer):
    """Adds to each vector of a sequence that of its place."""

    def __init__(self) -> None:
        super().__init__()
        self.supports_masking = True

    def build(self, shape: Any) -> None:
        self._vectors = self.add_weight(shape=shape[1:], initializer="uniform", name="places")

    def call(self, vectors: Any) -> Any:
        """The sums.

        Args:
            vectors: [n, length, width].
        """
        return vectors + self._vectors


class Products(keras.layers.Layer):
    """The products of vectors and those of all items.

    Args:
        items: The embedding, of which the first is that of no item.
    """

    def __init__(self, items: keras.layers.Embedding) -> None:
        super().__init__()
        self.supports_masking = True
        self._items = items

    def call(self, vectors: Any) -> Any:
        """The logits, [n, length, n_items].

        Args:
            vectors: [n, length, width].
        """
        return ops.matmul(vectors, ops.transpose(self._items.embeddings[1:]))


def next_item(items: Any, logits: Any) -> Any:
    """The negative logarithm of the chance that softmax gives the items that come next, their mean.

    Args:
        items: int32[n, length], see `last_preferred`.
        logits: [n, length, n_items].
    """
    counts = ops.cast(is_item(items), logits.dtype)
    # Keras's cross-entropy makes a number of every item of every place first, on most backends.
    places = ops.cast(ops.expand_dims(ops.maximum(items - 1, 0), -1), "int32")
    of_next = ops.squeeze(ops.take_along_axis(logits, places, axis=-1), -1)
    each = ops.logsumexp(logits, axis=-1) - of_next
    return ops.sum(each * counts) / ops.maximum(ops.sum(counts), 1.0)


class Untold(keras.layers.Layer):
    """Items, some of them replaced by `NO_ITEM` in training.

    Args:
        share: How many of them, from 0 to 1.
    """

    def __init__(self, share: float) -> None:
        super().__init__()
        self._share = share
        self._seeds = keras.random.SeedGenerator()

    def call(self, items: Any, training: bool = False) -> Any:
        """The items.

        Args:
            items: int32[n].
            training: Whether to replace any.
        """
        if not training:
            return items
        drawn = keras.random.uniform(ops.shape(items), seed=self._seeds)
        return ops.where(drawn < self._share, NO_ITEM, items)


class InBatch(keras.layers.Layer):
    """Logits of each user for the items of the batch, of which that in their own place is meant."""

    def call(self, inputs: Any) -> Any:
        """The logits, [n, n].

        Args:
            inputs: Vectors of users and of items, [n, width]; the logarithms of the items' shares, [n];
                and what else a user prefers, bool[n, n], which is left out.
        """
        of_users, of_items, log_share, left_out = inputs
        logits = ops.matmul(of_users, ops.transpose(of_items)) - log_share[None, :]
        return ops.where(left_out, -1e9, logits)


class SparseDense(keras.layers.Layer):
    """A dense layer whose inputs are rows of which few columns are not 0, as `sparse_rows` has them.

    Args:
        n_columns: How many there are.
        width: Length of the outputs.
        name: That of the layer.
    """

    def __init__(self, n_columns: int, width: int, name: str) -> None:
        super().__init__(name=name)
        self._n_columns, self._width = n_columns, width

    def build(self, _: Any) -> None:
        shape = self._n_columns, self._width
        self._kernel = self.add_weight(shape=shape, initializer="glorot_uniform", name="kernel")
        self._bias = self.add_weight(shape=shape[1:], initializer="zeros", name="bias")

    def compute_output_spec(self, _: Any) -> Any:
        """That of `call`."""
        return keras.KerasTensor((None, self._width), dtype=self.compute_dtype)

    def call(self, inputs: Any) -> Any:
        """The outputs, [n, width].

        Args:
            inputs: Columns, int32[m], values, [m], and starts, int32[n].
        """
        columns, values, starts = inputs
        if keras.config.backend() == "torch":  # where the sums of Keras take thirty times as long
            import torch

            sums = torch.nn.functional.embedding_bag(
                columns, self._kernel.value, starts, mode="sum", per_sample_weights=values
            )
            return sums + self._bias
        rows = ops.searchsorted(starts, ops.arange(ops.shape(columns)[0]), side="right") - 1
        vectors = ops.take(self._kernel, columns, axis=0) * values[:, None]
        return ops.segment_sum(vectors, rows, num_segments=ops.shape(starts)[0]) + self._bias
