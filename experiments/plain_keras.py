"""Two embeddings and their product: recli's `embedding-dot` beside the same model in plain Keras.

    python experiments/plain_keras.py [DATASET] [FOLDS] [EPOCHS] [BATCH_SIZE] [SIDE,…]

On the first FOLDS of five each side fits in a process of its own, with the backend that `KERAS_BACKEND`
names, at the same time, so that what else the machine does meets them alike; and on one thread, as
recli has it: for so small a step two are slower, on a busy machine ten times. What is timed is the fit
alone: Keras is loaded, and the ratings are arrays.

    recli     `embedding-dot`
    plain     the script below, by the same seeds and batches as recli: on TensorFlow by tf.data
    tutorial  the same by a shuffle of its own: tf.data's on TensorFlow, else that of `keras.Model.fit`
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable

import numpy as np

from recli.algorithms import Configured
from recli.data.dataset import Dataset
from recli.data.load import load
from recli.data.splits._base import Fold
from recli.data.splits.k_fold import KFold
from recli.data.trainset import Trainset

SEED = 0
N_FACTORS = 50
REG = 1e-6
LEARNING_RATE = 0.001
VALIDATION = 0.1
PATIENCE = 3
THREADS = ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")


def plain(trainset: Trainset, n_epochs: int, batch_size: int, shuffled: bool) -> tuple:
    """The embeddings of users and items, and the number of epochs."""
    import keras

    seed = int(np.random.RandomState(SEED).randint(2**31 - 1))
    keras.utils.set_random_seed(seed)
    user, item = keras.Input((), dtype="int32"), keras.Input((), dtype="int32")
    l2 = keras.regularizers.L2
    users = keras.layers.Embedding(trainset.n_users, N_FACTORS, embeddings_regularizer=l2(REG))
    items = keras.layers.Embedding(trainset.n_items, N_FACTORS, embeddings_regularizer=l2(REG))
    model = keras.Model([user, item], keras.layers.Dot(axes=1)([users(user), items(item)]))
    model.compile(optimizer=keras.optimizers.Adam(LEARNING_RATE), loss="mse")

    n = trainset.n_ratings
    columns = trainset.users, trainset.items, trainset.values
    arrays = [column.astype(kind) for column, kind in zip(columns, ("i4", "i4", "f4"), strict=True)]
    n_held_out = round(VALIDATION * n)
    drawn = np.random.default_rng(seed).permutation(n)
    learned, held_out = drawn[n_held_out:], np.sort(drawn[:n_held_out])
    # Whose only ratings were drawn would have none to learn from: these are learned from.
    known = [np.isin(ids[held_out], ids[learned]) for ids in arrays[:2]]
    learned = np.sort(np.concatenate([learned, held_out[~np.logical_and(*known)]]))
    held_out = held_out[np.logical_and(*known)]
    pipeline = tutorial if shuffled else same
    history = model.fit(
        **pipeline([array[learned] for array in arrays], n_epochs, batch_size, seed),
        validation_data=([array[held_out] for array in arrays[:2]], arrays[2][held_out]),
        validation_batch_size=batch_size,
        epochs=n_epochs,
        callbacks=[keras.callbacks.EarlyStopping(patience=PATIENCE, restore_best_weights=True)],
        verbose=0,
    )
    return *(layer.get_weights()[0] for layer in (users, items)), len(history.epoch)


def tutorial(arrays: list[np.ndarray], n_epochs: int, batch_size: int, seed: int) -> dict:
    users, items, values = arrays
    if os.environ["KERAS_BACKEND"] == "tensorflow":
        import tensorflow

        data = tensorflow.data.Dataset.from_tensor_slices(((users, items), values))
        data = data.shuffle(len(values), seed=seed).batch(batch_size)
        return {"x": data.prefetch(tensorflow.data.AUTOTUNE), "shuffle": False}
    return {"x": [users, items], "y": values, "batch_size": batch_size}


def same(arrays: list[np.ndarray], n_epochs: int, batch_size: int, seed: int) -> dict:
    import keras

    n = len(arrays[0])
    n_batches = -(-n // batch_size)

    def drawn(epoch: int) -> np.ndarray:
        return np.random.default_rng([seed, epoch]).permutation(n)

    if os.environ["KERAS_BACKEND"] == "tensorflow":
        import tensorflow

        def epoch(order):
            users, items, values = (tensorflow.gather(array, order) for array in arrays)
            data = tensorflow.data.Dataset.from_tensor_slices(((users, items), values))
            return data.batch(batch_size)

        orders = np.array([drawn(number) for number in range(n_epochs)])
        data = tensorflow.data.Dataset.from_tensor_slices(orders).flat_map(epoch)
        data = data.prefetch(tensorflow.data.AUTOTUNE)
        return {"x": data, "steps_per_epoch": n_batches, "shuffle": False}

    class Batches(keras.utils.PyDataset):
        epoch = 0
        order = drawn(0)

        def __len__(self) -> int:
            return n_batches

        def __getitem__(self, number: int) -> tuple:
            some = self.order[number * batch_size : (number + 1) * batch_size]
            users, items, values = (array[some] for array in arrays)
            return (users, items), values

        def on_epoch_end(self) -> None:
            self.epoch += 1
            self.order = drawn(self.epoch)

    return {"x": Batches(), "shuffle": False}


def answer(side: str, name: str, n_epochs: int, batch_size: int) -> None:
    """Fit each fold whose number comes on a line, and print what came out on a line."""
    dataset = load(name)
    folds = list(KFold(n_splits=5, seed=SEED).folds(dataset))
    if side == "recli":
        from recli.extras.keras.backend import keras
    else:
        import keras  # noqa: F401, it is loaded before time is taken
    for line in sys.stdin:
        print(json.dumps(fit(side, dataset, folds[int(line)], n_epochs, batch_size)), flush=True)


def fit(side: str, dataset: Dataset, fold: Fold, n_epochs: int, batch_size: int) -> dict:
    """RMSE on the test of a fold, and what the fit took."""
    trainset = dataset.trainset(fold.train)
    ratings, test = dataset.ratings, fold.test
    users = trainset.inner_users[ratings.users[test]]
    items = trainset.inner_items[ratings.items[test]]
    cpu, wall = time.process_time(), time.perf_counter()
    if side == "recli":
        given = {"n_epochs": n_epochs, "batch_size": batch_size, "n_factors": N_FACTORS}
        algorithm = Configured.of("embedding-dot", given).create(SEED).fit(trainset)
    else:
        pu, qi, n_done = plain(trainset, n_epochs, batch_size, side == "tutorial")
    took = {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall}
    if side == "recli":
        predicted, n_done = algorithm.predict_pairs(users, items), len(algorithm.losses)
    else:
        known = (users >= 0) & (items >= 0) & (items < trainset.n_items)
        predicted = np.full(len(test), trainset.values.mean())
        predicted[known] = np.sum(pu[users[known]] * qi[items[known]], axis=1)
        predicted = predicted.clip(*ratings.scale)
    errors = predicted - ratings.values[test]
    return took | {"rmse": float(np.sqrt(np.mean(errors**2))), "epochs": n_done}


def process(*given: str) -> subprocess.Popen:
    command = [sys.executable, __file__, "answer", *given]
    environment = os.environ | dict.fromkeys(THREADS, "1")
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=environment)  # noqa: S603


def asked(processes: Iterable[subprocess.Popen], fold: int) -> list[dict]:
    """What each made of the fold, at the same time."""
    for process in processes:
        process.stdin.write(f"{fold}\n")
        process.stdin.flush()
    return [json.loads(process.stdout.readline()) for process in processes]


def quartiles(ratios: Iterable[float]) -> str:
    low, median, high = np.quantile(list(ratios), [0.25, 0.5, 0.75])
    return f"{median:.3f} ({low:.3f} to {high:.3f})"


def main(
    name: str = "ml-100k",
    n_folds: str = "5",
    n_epochs: str = "50",
    batch_size: str = "256",
    sides: str = "recli,plain",
) -> None:
    names = sides.split(",")
    processes = {side: process(side, name, n_epochs, batch_size) for side in names}
    found = {side: [] for side in names}
    print("| fold | side | RMSE | epochs | CPU s | wall s |\n|---|---|---|---|---|---|", flush=True)
    for fold in range(int(n_folds)):
        for side, one in zip(names, asked(processes.values(), fold), strict=True):
            found[side].append(one)
            print(
                f"| {fold} | {side} | {one['rmse']:.5f} | {one['epochs']} | {one['cpu']:.1f} | "
                f"{one['wall']:.1f} |",
                flush=True,
            )
    for side in names:
        processes[side].communicate()
    for side in names[1:]:
        pairs = list(zip(found[names[0]], found[side], strict=True))
        differences = [a["rmse"] - b["rmse"] for a, b in pairs]
        print(
            f"\n{names[0]} to {side}: RMSE {np.mean(differences):+.5f}, at most "
            f"{np.abs(differences).max():.5f} on a fold; "
            f"CPU {quartiles(a['cpu'] / b['cpu'] for a, b in pairs)}, "
            f"wall {quartiles(a['wall'] / b['wall'] for a, b in pairs)}"
        )


if __name__ == "__main__":
    if sys.argv[1:2] == ["answer"]:
        side, name, *numbers = sys.argv[2:]
        answer(side, name, *map(int, numbers))
    else:
        main(*sys.argv[1:])
