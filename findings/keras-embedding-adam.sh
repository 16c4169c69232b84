#!/bin/sh
# Keras 3 on TensorFlow: Adam, RMSprop and Adagrad are others where a batch looks up a row of an Embedding twice.
#
# Expected: the gradient of a row is the sum of those of its lookups, and the second moment of Adam follows
#   its square (Kingma and Ba 2015). So it is on JAX and PyTorch, and it was in Keras 2, whose optimizers
#   summed first (`_deduplicate_sparse_grad`).
# Happens: on TensorFlow the gradient is tf.IndexedSlices with an index for each lookup; `ops.square` squares
#   each, and adding them up gives a sum of squares where the square of the sum is meant. The first step of
#   Adam moves a row of n like lookups by √n times the learning rate. SGD is right, and so are all where the
#   embedding has a regulariser, even L2(0), which makes the gradient dense. Keras's tests look up no row
#   twice, and the gradient that they call dense is not: `ops.convert_to_tensor(…, sparse=False)` leaves
#   IndexedSlices as they are.
# Source: Keras 3.15.1, keras/src/optimizers/adam.py, rmsprop.py, adagrad.py (`update_step`),
#   keras/src/backend/tensorflow/numpy.py (`square`), optimizer.py (no `unique`), core.py
#   (`convert_to_tensor`), keras/src/optimizers/optimizer_sparse_test.py; tf_keras/optimizers/optimizer.py
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat >"$folder/compare.py" <<'PYTHON'
import sys

import keras
import numpy as np

ROWS, WIDTH = 4, 2
START = np.linspace(-1, 1, ROWS * WIDTH).reshape(ROWS, WIDTH)
TARGETS = np.array([[2, -2], [2.2, -1.9], [2.1, -2.1], [1.9, -2.2], [2, -2], [0.5, 1]])
UNIQUE = [[0, 1], [1, 2], [0, 2]]
REPEATED = [[1, 1, 1, 1, 1, 0], [2, 2, 2, 2, 2, 0], [1, 1, 1, 1, 1, 2]]


def learned(optimizer, batches, reg):
    row = keras.Input((), dtype="int32")
    layer = keras.layers.Embedding(ROWS, WIDTH, embeddings_regularizer=reg)
    model = keras.Model(row, layer(row))
    layer.set_weights([START])
    model.compile(optimizer, loss="mse")
    for batch in batches:
        model.train_on_batch(np.array(batch, np.int32), TARGETS[: len(batch)].astype(np.float32))
    return layer.get_weights()[0]


def by_hand(name, batches, sum_of_squares):
    w, m, v = START.copy(), np.zeros_like(START), np.zeros_like(START)
    if name == "Adagrad":
        v += 0.1  # Keras's initial_accumulator_value
    for step, batch in enumerate(batches, 1):
        each = 2 * (w[batch] - TARGETS[: len(batch)]) / (WIDTH * len(batch))
        g, squares = np.zeros_like(w), np.zeros_like(w)
        np.add.at(g, batch, each)
        np.add.at(squares, batch, each**2)
        square = squares if sum_of_squares else g**2
        if name == "SGD":
            m = 0.9 * m - 0.1 * g
            w = w + m
        elif name == "Adam":  # the moments of rows that are not in the batch decay, too
            m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * square
            w = w - 0.1 * np.sqrt(1 - 0.999**step) / (1 - 0.9**step) * m / (np.sqrt(v) + 1e-7)
        else:
            v = v + square if name == "Adagrad" else 0.9 * v + 0.1 * square
            w = w - 0.1 * g / np.sqrt(v + 1e-7)
    return w


optimizers = {
    "SGD": lambda: keras.optimizers.SGD(0.1, momentum=0.9),
    "Adam": lambda: keras.optimizers.Adam(0.1),
    "RMSprop": lambda: keras.optimizers.RMSprop(0.1),
    "Adagrad": lambda: keras.optimizers.Adagrad(0.1),
}
wrong = set()
print(f"Keras {keras.__version__} on {keras.config.backend()}: largest difference of a weight after 3 steps")
for what, batches, reg in [
    ("unique rows", UNIQUE, None),
    ("repeated rows", REPEATED, None),
    ("repeated rows, L2(0)", REPEATED, keras.regularizers.L2(0.0)),
]:
    for name, make in optimizers.items():
        weights = learned(make(), batches, reg)
        right, other = (np.abs(weights - by_hand(name, batches, it)).max() for it in (False, True))
        print(f"  {what:22}{name:9}by the paper {right:.1e}, by a sum of squares {other:.1e}")
        if right > 1e-4:
            assert other < 1e-4, "it is neither"
            wrong.add((what, name))
expected = {("repeated rows", name) for name in ("Adam", "RMSprop", "Adagrad")}
assert wrong == (expected if sys.argv[1] == "wrong" else set()), "the behaviour has changed"
PYTHON
for backend in tensorflow jax; do
    python3 -m venv "$folder/on-$backend"
done
"$folder/on-tensorflow/bin/pip" install --quiet "keras==3.15.1" "tensorflow-cpu==2.21.0" "numpy==2.4.6"
"$folder/on-jax/bin/pip" install --quiet "keras==3.15.1" "jax==0.10.2" "numpy==2.4.6"
export TF_CPP_MIN_LOG_LEVEL=3
KERAS_BACKEND=tensorflow "$folder/on-tensorflow/bin/python" "$folder/compare.py" wrong
KERAS_BACKEND=jax "$folder/on-jax/bin/python" "$folder/compare.py" right
