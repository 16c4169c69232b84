"""A CSV of N synthetic ratings: load it, fit one SVD on nine tenths, and say seconds and memory.

python experiments/large.py make ml-1m 25000000 large.csv
python experiments/large.py run large.csv
"""

from __future__ import annotations

import sys
import time

import numpy as np
import pyarrow as pa
import pyarrow.csv

from recli import memory
from recli.algorithms import Configured
from recli.data.expand import expand
from recli.data.load import load
from recli.data.training_statistics import TrainingStatistics
from recli.evaluation.metrics.rmse import RMSE
from recli.evaluation.outcome import predict


def make(name: str, n_ratings: str, path: str) -> None:
    ratings = expand(load(name), int(n_ratings), seed=0).ratings
    columns = {"user": ratings.users, "item": ratings.items, "rating": ratings.values}
    pa.csv.write_csv(pa.table(columns), path)
    print(f"{len(ratings):,} ratings, {ratings.n_users:,} users, {ratings.n_items:,} items")


def run(path: str) -> None:
    started = time.perf_counter()

    def say(what: str) -> None:
        nonlocal started
        seconds, started = time.perf_counter() - started, time.perf_counter()
        print(
            f"{what:36} {seconds:7.1f} s, at most {memory.peak():,.0f} MiB until then", flush=True
        )

    dataset = load(path)
    say("load")
    n = len(dataset.ratings)
    tested = np.zeros(n, bool)
    tested[np.random.default_rng(0).choice(n, n // 10, replace=False)] = True
    statistics = TrainingStatistics(dataset, np.flatnonzero(~tested), threshold=4.0)
    trainset = statistics.trainset
    trainset.by_user  # noqa: B018, grouped here, so that it is not in the time of fitting
    say("trainset")
    svd = Configured.of("svd").create(seed=0)
    svd.fit(trainset)
    fitted = time.perf_counter() - started
    say("SVD, 100 factors, 20 epochs")
    rmse = RMSE()(predict(svd, statistics, np.flatnonzero(tested)))
    say("predict")
    each = fitted / (trainset.n_ratings * 20) * 1e9
    print(
        f"RMSE {rmse:.4f}; {each:.0f} ns per rating and epoch, over {trainset.n_ratings:,} ratings"
    )


if __name__ == "__main__":
    {"make": make, "run": run}[sys.argv[1]](*sys.argv[2:])
