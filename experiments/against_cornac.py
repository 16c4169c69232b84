"""SVD of recli beside the matrix factorisation of Cornac (C++, float32): seconds to fit one fold.

Both with 100 factors, 20 epochs, biases, the same rates, one thread, the same training ratings.

    pip install cornac
    python experiments/against_cornac.py ml-100k
"""

from __future__ import annotations

import sys
import time

import cornac

from recli.algorithms import Configured
from recli.data.load import load
from recli.data.splits.k_fold import KFold

REPEATS = 7


def main(name: str) -> None:
    dataset = load(name, {}, "error", "error")
    [fold, *_] = KFold(5, seed=0).folds(dataset)
    ratings = dataset.ratings
    rows = list(
        zip(
            ratings.users[fold.train].tolist(),
            ratings.items[fold.train].tolist(),
            ratings.values[fold.train].tolist(),
            strict=True,
        )
    )
    theirs = cornac.data.Dataset.from_uir(rows)
    trainset = dataset.trainset(fold.train)
    seconds: dict[str, list[float]] = {"recli": [], "cornac": []}
    for _ in range(REPEATS + 1):  # the first ones compile, and do not count
        svd = Configured.of("svd").create(seed=0)
        started = time.perf_counter()
        svd.fit(trainset)
        seconds["recli"].append(time.perf_counter() - started)
        peer = cornac.models.MF(
            k=100, max_iter=20, learning_rate=0.005, lambda_reg=0.02, num_threads=1, seed=0
        )
        started = time.perf_counter()
        peer.fit(theirs)
        seconds["cornac"].append(time.perf_counter() - started)
    for who, measured in seconds.items():
        best, median = min(measured[1:]), sorted(measured[1:])[REPEATS // 2]
        print(f"{who:7} median {median:.4f} s, least {best:.4f} s, of {REPEATS}")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "movielens-small")
