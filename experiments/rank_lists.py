"""CPU seconds that ranking takes in an evaluation, beside irspack: score, mask, top 10, six metrics.

    python experiments/rank_lists.py [DATASET …] [--times 5]

Always 40,000 users and 8,000 items, drawn with a long tail, which `most-popular` ranks; of each dataset
what `item-knn` and `ease` make of it. Four fifths of the ratings, drawn with seed 0, are learned from,
and the rest is liked, all of it; models are fitted beforehand, with the same parameters. One thread of
everything. All take turns, and of each the least of so many times counts, after one that compiles and
warms. A ratio below 1: recli is quicker.

`kept` is what an evaluation with a results folder makes in place of that: 50 places and the rank of every
tested item, so that any other metric needs no fit. Both nDCG@10 are printed: where the models are the
same they differ by what decides between equal scores; the two kNN are cosines of other weights.
"""

from __future__ import annotations

import os

os.environ |= dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1"
)

import argparse
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse
from irspack import evaluation, recommenders

from recli.algorithms import Configured
from recli.data.dataset import Dataset
from recli.data.description import Description, RatingsSource
from recli.data.ids import Ids
from recli.data.load import load
from recli.data.ratings import Ratings
from recli.data.training_statistics import TrainingStatistics
from recli.evaluation.fold import measure
from recli.evaluation.fold_outcome import Wanted, fold_outcome, to_keep
from recli.evaluation.metric_names import Measure

K = 10
METRICS = ("ndcg", "map", "recall", "precision", "hit-rate", "gini")
N_USERS, N_ITEMS, PER_USER = 40_000, 8_000, 50
ALL = {"preferences": "all"}
Matrix = scipy.sparse.csr_matrix
PAIRS: dict[str, tuple[dict[str, Any], Callable[[Matrix], Any]]] = {
    "most-popular": (ALL, recommenders.TopPopRecommender),
    "item-knn": (
        ALL | {"k": 100, "shrinkage": 10.0},
        lambda x: recommenders.CosineKNNRecommender(
            x, shrinkage=10.0, normalize=True, top_k=100, n_threads=1
        ),
    ),
    "ease": (ALL | {"reg": 200.0}, lambda x: recommenders.DenseSLIMRecommender(x, reg=200.0)),
}


def drawn() -> Dataset:
    """Interactions whose items are the rarer, the later they come."""
    rng = np.random.default_rng(0)
    users = np.repeat(np.arange(N_USERS), PER_USER)
    items = np.minimum(rng.exponential(N_ITEMS / 8, len(users)).astype(int), N_ITEMS - 1)
    pairs = np.unique(users * N_ITEMS + rng.permutation(N_ITEMS)[items])
    ids = [Ids(np.array([*map(str, range(n))], object)) for n in (N_USERS, N_ITEMS)]
    users, items = np.divmod(pairs.astype(np.int32), N_ITEMS)
    ratings = Ratings(*ids, users, items, np.ones(len(pairs)), None, (1.0, 1.0), implicit=True)
    return Dataset("drawn", Description("", Path(), RatingsSource()), ratings)


def sides(dataset: Dataset, name: str) -> tuple[Callable[[], float], ...]:
    """What ranks and measures the lists of a model: ours, that keeps more, the peer; each gives nDCG."""
    ratings, (params, peer) = dataset.ratings, PAIRS[name]
    learned = np.random.default_rng(0).random(len(ratings)) < 0.8
    test = np.flatnonzero(~learned)
    statistics = TrainingStatistics(dataset, np.flatnonzero(learned), ratings.scale[0])
    configured = Configured.of(name, params)
    algorithm = configured.create(0).fit(statistics.trainset)
    measures = [Measure.parse(f"{metric}@{K}") for metric in METRICS]
    wanted = Wanted.by(measures)
    kept = to_keep(wanted, configured, statistics, test, 1 << 40)

    def ours(made: Wanted) -> float:
        outcome = fold_outcome(statistics, test, configured, made, 0, fit=lambda *_: algorithm)
        return measure(outcome, statistics, test, measures).metrics[f"ndcg@{K}"]

    def matrix(rows: np.ndarray) -> Matrix:
        pairs = ratings.users[rows], ratings.items[rows]
        shape = len(ratings.user_ids), len(ratings.item_ids)
        return Matrix((np.ones(len(rows)), pairs), shape)

    fitted = peer(matrix(np.flatnonzero(learned))).learn()
    evaluator = evaluation.Evaluator(matrix(test), cutoff=K, n_threads=1)
    return lambda: ours(wanted), lambda: ours(kept), lambda: evaluator.get_score(fitted)["ndcg"]


def seconds(what: Callable[[], Any]) -> float:
    """CPU seconds of the whole process."""
    begun = time.process_time()
    what()
    return time.process_time() - begun


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("datasets", nargs="*", default=["movielens-small"])
    parser.add_argument("--times", type=int, default=5)
    typed = parser.parse_args()
    warnings.simplefilter("ignore")
    print("| dataset | model | recli, CPU s | kept | irspack | ratio | kept | nDCG | irspack's |")
    print("|---|---|---|---|---|---|---|---|---|")
    cases = [("40,000 × 8,000", drawn(), "most-popular")]
    cases += [
        (name, load(name), model) for name in typed.datasets for model in ("item-knn", "ease")
    ]
    for title, dataset, name in cases:
        every = sides(dataset, name)
        ndcg, _, other = (one() for one in every)
        taken = [[seconds(one) for one in every] for _ in range(typed.times)]
        ours, kept, peer = np.min(taken, axis=0)
        told = f"{ours:.3f} | {kept:.3f} | {peer:.3f} | {ours / peer:.2f} | {kept / peer:.2f}"
        print(f"| {title} | {name} | {told} | {ndcg:.4f} | {other:.4f} |", flush=True)


if __name__ == "__main__":
    main()
