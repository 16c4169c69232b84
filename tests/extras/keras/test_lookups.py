"""A row of an embedding that a batch looks up often gets the sum of its gradients, on every backend."""

from __future__ import annotations

import numpy as np
import pytest

keras = pytest.importorskip("recli.extras.keras.backend", exc_type=ImportError).keras

N_ROWS, WIDTH, RATE, N_STEPS = 5, 3, 0.1, 4
ROWS = np.array([2, 0, 2, 1, 2, 2, 0], np.int32)  # 3 and 4 are never looked up
TARGETS = np.random.default_rng(1).normal(0.5, 1.0, (len(ROWS), WIDTH)).astype(np.float32)


def learned(embedding, optimizer):
    """What an embedding has learned in some steps, all of which have the same batch."""
    from recli.extras.keras.algorithms._batches import Examples
    from recli.extras.keras.algorithms._training import Training

    class Lookups(Examples):
        def __len__(self):
            return len(ROWS)

        def batch(self, places):
            return (ROWS[places],), TARGETS[places]

    row = keras.Input((), dtype="int32")
    layer = keras.layers.Embedding(N_ROWS, WIDTH)
    model = keras.Model([row], layer(row))
    layer.set_weights([embedding])
    model.compile(optimizer, loss="mse")
    Training(N_STEPS, len(ROWS), RATE, validation=0.0, patience=1, seed=0).train(
        model, Lookups(), ""
    )
    return layer.get_weights()[0]


def gradient(embedding):
    """That of the mean squared error, float64[N_ROWS, WIDTH]."""
    found = np.zeros(embedding.shape)
    for row, target in zip(ROWS, TARGETS, strict=True):
        found[row] += 2 * (embedding[row] - target) / TARGETS.size
    return found


def adam(embedding):
    """Algorithm 1 of Kingma and Ba 2015, with epsilon as before its Section 2.1."""
    first, second = np.zeros(embedding.shape), np.zeros(embedding.shape)
    for step in range(1, N_STEPS + 1):
        g = gradient(embedding)
        first = 0.9 * first + 0.1 * g
        second = 0.999 * second + 0.001 * g**2
        rate = RATE * np.sqrt(1 - 0.999**step) / (1 - 0.9**step)
        embedding = embedding - rate * first / (np.sqrt(second) + 1e-7)
    return embedding


def rmsprop(embedding):
    """Hinton 2012, with the epsilon in the root."""
    second = np.zeros(embedding.shape)
    for _ in range(N_STEPS):
        g = gradient(embedding)
        second = 0.9 * second + 0.1 * g**2
        embedding = embedding - RATE * g / np.sqrt(second + 1e-7)
    return embedding


@pytest.mark.parametrize(
    ("optimizer", "by_hand"),
    [
        (lambda: keras.optimizers.Adam(RATE), adam),
        (lambda: keras.optimizers.RMSprop(RATE), rmsprop),
    ],
    ids=["adam", "rmsprop"],
)
def test_the_gradients_of_a_row_are_summed_before_the_optimizer_squares_them(optimizer, by_hand):
    before = np.random.default_rng(0).normal(0, 0.5, (N_ROWS, WIDTH))
    after = learned(before.astype(np.float32), optimizer())
    np.testing.assert_allclose(after, by_hand(before), rtol=1e-4, atol=1e-5)
    assert np.abs(after - before)[:3].min() > 0.01  # so that to learn nothing is no success
