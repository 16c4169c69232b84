"""Warm against cold, refresh after refresh: the RMSE of the ratings that come next.

python experiments/warm_start.py [DATASET] [time|random] [ROUNDS]

A model is trained on the first 80 % of the ratings, by time or in random order, and then ROUNDS times
on an equal share of the rest more; each time it predicts the share that follows. `kept` is the first
model all along, `cold` is trained anew each time, `warm` starts each time from the one before, with a
quarter of the epochs. Means over the rounds, seconds of all fits, and the RMSE of the last round, by when
what a warm start does to old ratings has added up.
"""

from __future__ import annotations

import itertools
import sys
import time

import numpy as np

from recli.algorithms import Algorithm, Configured
from recli.data.load import load

LINE_UP = (
    ("svd", {}),
    ("svd", {"reg_all": 0.1, "n_epochs": 50}),
    ("svdpp", {}),
    ("svdpp", {"reg_all": 0.1, "n_epochs": 50}),
)


def main(dataset: str = "movielens-small", order: str = "time", rounds: str = "10") -> None:
    data = load(dataset)
    ratings = data.ratings
    rows = np.random.default_rng(0).permutation(len(ratings))
    if order == "time":
        rows = np.argsort(ratings.times, kind="stable")
    cuts = np.linspace(0.8, 1.0, int(rounds) + 2) * len(ratings)
    parts = [(rows[: int(a)], rows[int(a) : int(b)]) for a, b in itertools.pairwise(cuts)]
    print(f"{'':44}{'RMSE':>8}{'last':>8}{'seconds':>9}")
    for name, given in LINE_UP:
        configured = Configured.of(name, given)
        first = configured.create(0).fit(data.trainset(parts[0][0]))
        configured.create(0).fit_from(first, data.trainset(parts[0][0]))  # compiles
        for how in ("kept", "cold", "warm"):
            model, found, seconds = first, [], 0.0
            for train, following in parts[1:]:
                trainset = data.trainset(train)
                trainset.by_user  # noqa: B018, the same work for both
                started = time.perf_counter()
                if how == "cold":
                    model = configured.create(0).fit(trainset)
                elif how == "warm":
                    model = configured.create(0).fit_from(model, trainset)
                seconds += time.perf_counter() - started
                found.append(rmse(model, data, following))
            label = f"{configured.label} {how}"
            print(f"{label:44}{np.mean(found):8.4f}{found[-1]:8.4f}{seconds:9.2f}", flush=True)


def rmse(model: Algorithm, data: object, rows: np.ndarray) -> float:
    ratings, trainset = data.ratings, model.trainset
    users, items = trainset.inner_users[ratings.users[rows]], ratings.items[rows]
    predicted = model.predict_pairs(users, trainset.inner_items[items])
    return float(np.sqrt(np.mean((predicted - ratings.values[rows]) ** 2)))


if __name__ == "__main__":
    main(*sys.argv[1:])
