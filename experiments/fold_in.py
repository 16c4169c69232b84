"""Users folded in, against the same users trained in from scratch: how alike their rankings are.

python experiments/fold_in.py [DATASET] [USERS] [RATINGS] [ALGORITHM…]

USERS users are left out of training. Each is folded in by RATINGS of her ratings, and also trained in
with them; the scores of all items that she has not given are compared by Spearman's rank correlation,
and her best ten by how many they have in common. `again` is the same between two trainings with
different seeds: the most that can be asked of a model with a random start. ms is the median of folding
in and scoring the whole catalogue.
"""

from __future__ import annotations

import sys
import time

import numpy as np
from scipy.stats import spearmanr

from recli import registry
from recli.algorithms import Algorithm, Configured, scored
from recli.data.load import load


def main(
    dataset: str = "movielens-small", users: str = "10", given: str = "20", *names: str
) -> None:
    data = load(dataset)
    ratings = data.ratings
    rng = np.random.default_rng(0)
    counts = np.bincount(ratings.users)
    chosen = rng.choice(np.flatnonzero(counts >= 2 * int(given)), int(users), replace=False)
    print(f"{'':20}{'rank correlation':>18}{'again':>8}{'of 10':>8}{'again':>8}{'ms':>10}")
    others = np.flatnonzero(~np.isin(ratings.users, chosen))
    trainset = data.trainset(others)
    for name in names or registry.names("algorithm"):
        configured, rows = Configured.of(name), []
        algorithm = configured.create(0).fit(trainset)
        for user in chosen:
            hers = rng.permutation(np.flatnonzero(ratings.users == user))[: int(given)]
            items = trainset.inner_items[ratings.items[hers]]
            by_code(algorithm.fold_in(items, ratings.values[hers]), 0)  # compiles
            started = time.perf_counter()
            found = by_code(algorithm.fold_in(items, ratings.values[hers]), 0)
            seconds = time.perf_counter() - started
            together = data.trainset(np.concatenate([others, hers]))
            trained = [
                by_code(configured.create(seed).fit(together), together.n_users - 1)
                for seed in (0, 1)
            ]
            left = np.setdiff1d(np.arange(len(found)), ratings.items[hers])
            a, b, c = found[left], trained[0][left], trained[1][left]
            rows.append(
                (correlation(a, b), correlation(b, c), top(a, b), top(b, c), 1000 * seconds)
            )
        mean, again, common, common_again, _ = np.mean(rows, axis=0)
        milliseconds = np.median([row[-1] for row in rows])
        print(
            f"{name:20}{mean:18.3f}{again:8.3f}{common:8.1f}{common_again:8.1f}{milliseconds:10.1f}",
            flush=True,
        )


def by_code(algorithm: Algorithm, user: int) -> np.ndarray:
    """The scores of the catalogue for a user by her inner id."""
    trainset = algorithm.trainset
    [(_, scores)] = scored(algorithm, trainset, trainset.user_codes[[user]], 0, exclude_seen=False)
    return scores[0, trainset.inner_items]


def correlation(a: np.ndarray, b: np.ndarray) -> float:
    return float(spearmanr(a, b).statistic)


def top(a: np.ndarray, b: np.ndarray) -> int:
    best = [set(np.argsort(-scores, kind="stable")[:10].tolist()) for scores in (a, b)]
    return len(best[0] & best[1])


if __name__ == "__main__":
    main(*sys.argv[1:])
