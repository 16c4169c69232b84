"""CPU seconds that list-makers take to learn, beside those of other libraries with the same parameters.

    python experiments/list_makers.py [DATASET …] [--times 5]

Four fifths of the ratings, drawn with seed 0, as one sparse matrix of preferences for all; one thread of
everything. Each pair takes turns, and of each the least of so many times counts, after one that compiles
and warms. Of the peers those take part that are installed: irspack, implicit and rusket. Ratios below 1:
recli is quicker.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.metadata
import os
import time
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import scipy.sparse
import threadpoolctl

from recli.algorithms import Configured
from recli.data.load import load

Matrix = scipy.sparse.csr_matrix
PARAMETERS: dict[str, dict[str, Any]] = {
    "ease": {"reg": 200.0},
    "slim": {"l1": 1.0, "l2": 100.0},
    "item-knn": {"k": 100, "shrinkage": 10.0},
    "rp3beta": {"alpha": 1.0, "beta": 0.65, "k": 400},
    "ials": {"n_factors": 64, "n_epochs": 15, "reg": 30.0, "alpha": 5.0},
}


def irspack(x: Matrix) -> Iterator[tuple[str, Callable[[], Any]]]:
    from irspack import recommenders as r

    n = x.shape[0]
    yield "ease", lambda: r.DenseSLIMRecommender(x, reg=200.0).learn()
    yield (
        "slim",
        lambda: r.SLIMRecommender(
            x, alpha=101 / n, l1_ratio=1 / 101, tol=1e-4, n_iter=1000, n_threads=1
        ).learn(),
    )
    yield (
        "item-knn",
        lambda: r.CosineKNNRecommender(
            x, shrinkage=10.0, normalize=True, top_k=100, n_threads=1
        ).learn(),
    )
    yield (
        "rp3beta",
        lambda: r.RP3betaRecommender(x, alpha=1.0, beta=0.65, top_k=400, n_threads=1).learn(),
    )
    yield (
        "ials",
        lambda: r.IALSRecommender(
            x, n_components=64, alpha0=0.2, reg=30.0, train_epochs=15, n_threads=1
        ).learn(),
    )


def implicit(x: Matrix) -> Iterator[tuple[str, Callable[[], Any]]]:
    from implicit.cpu.als import AlternatingLeastSquares
    from implicit.nearest_neighbours import CosineRecommender

    yield (
        "ials",
        lambda: AlternatingLeastSquares(
            64, 30.0, 5.0, iterations=15, num_threads=1, random_state=0
        ).fit(x.astype(np.float32), show_progress=False),
    )
    yield "item-knn", lambda: CosineRecommender(100, num_threads=1).fit(x, show_progress=False)


def rusket(x: Matrix) -> Iterator[tuple[str, Callable[[], Any]]]:
    import rusket as r

    yield "ease", lambda: r.EASE(regularization=200.0).fit(x)
    yield "item-knn", lambda: r.ItemKNN(method="cosine", k=100).fit(x)
    yield (
        "ials",
        lambda: r.ALS(factors=64, regularization=30.0, alpha=5.0, iterations=15, cg_iters=3).fit(x),
    )


def seconds(what: Callable[[], Any]) -> float:
    """CPU seconds of the whole process."""
    with (
        open(os.devnull, "w") as nowhere,  # for bars
        contextlib.redirect_stdout(nowhere),
        contextlib.redirect_stderr(nowhere),
    ):
        begun = time.process_time()
        what()
        return time.process_time() - begun


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("datasets", nargs="*", default=["ml-100k"])
    parser.add_argument("--times", type=int, default=5)
    typed = parser.parse_args()
    warnings.simplefilter("ignore")
    os.environ |= {"RAYON_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}  # for those not yet imported
    threadpoolctl.threadpool_limits(1)
    print(
        "| dataset | model | recli, CPU s | peer | its CPU s | ratio |\n|---|---|---|---|---|---|"
    )
    for name in typed.datasets:
        dataset = load(name)
        kept = np.random.default_rng(0).random(len(dataset.ratings)) < 0.8
        trainset = dataset.trainset(np.flatnonzero(kept), threshold=4.0)

        def learn(algorithm: str, data: Any = trainset) -> Any:
            of = PARAMETERS[algorithm] | {"preferences": "all"}
            return Configured.of(algorithm, of).create(0).fit(data)

        x = Matrix(learn("item-knn").preferred)
        for peer in (irspack, implicit, rusket):
            with contextlib.suppress(ImportError):
                version = importlib.metadata.version(peer.__name__)
                for algorithm, other in peer(x):
                    pair = (lambda a=algorithm: learn(a)), other
                    taken = [[seconds(one) for one in pair] for _ in range(typed.times + 1)][1:]
                    ours, theirs = np.min(taken, axis=0)
                    told = f"{ours:.3f} | {peer.__name__} {version} | {theirs:.3f} | {ours / theirs:.2f}"
                    print(f"| {name} | {algorithm} | {told} |", flush=True)


if __name__ == "__main__":
    main()
