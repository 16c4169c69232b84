"""What a fitted algorithm makes of a fold's test: predicted ratings and ranked lists."""

from __future__ import annotations

import numpy as np

from recli.algorithms import Algorithm, best, scored
from recli.data.training_statistics import TrainingStatistics
from recli.evaluation.lists import EvaluatedLists, Tested
from recli.evaluation.predictions import Predictions
from recli.kernels.ranks_of_items import ranks_of_items


def predict(algorithm: Algorithm, statistics: TrainingStatistics, test: np.ndarray) -> Predictions:
    """The predictions for the rows `test`, int64[n]."""
    ratings, trainset = statistics.dataset.ratings, statistics.trainset
    users, items = ratings.users[test], ratings.items[test]
    estimates = algorithm.estimate_pairs(trainset.inner_users[users], trainset.inner_items[items])
    impossible = np.isnan(estimates)
    estimates[impossible] = algorithm.default_prediction()
    return Predictions(
        ratings.values[test], np.clip(estimates, *trainset.rating_scale), users, impossible
    )


def recommend(
    algorithm: Algorithm,
    statistics: TrainingStatistics,
    test: np.ndarray,
    k: int,
    memory_limit: int | None = None,
) -> EvaluatedLists:
    """The `k` best candidates for every user of the rows `test`, int64[n].

    Candidates are all items of the catalogue less the user's in the training rows. Memory as for
    `scored`.
    """
    trainset = statistics.trainset
    users, rows, items, values = _tested(statistics, test)
    chunks = scored(algorithm, trainset, users, k, memory_limit=memory_limit)
    lists = np.full((len(users), k), -1, np.int32)
    n_candidates = np.empty(len(users), np.int64)
    before, midranks = np.empty(len(items), np.int64), np.empty(len(items))
    for start, scores in chunks:
        chunk = slice(start, start + len(scores))
        of_row, of_place, of_item = best(scores, min(k, statistics.n_items))
        lists[start + of_row, of_place] = of_item
        n_candidates[chunk] = np.count_nonzero(scores > -np.inf, axis=1)
        tests = slice(*np.searchsorted(rows, (chunk.start, chunk.stop)))
        before[tests], midranks[tests] = ranks_of_items(scores, rows[tests] - start, items[tests])
    return EvaluatedLists(
        users=users,
        items=lists,
        n_candidates=n_candidates,
        tested=Tested(rows, items, values, before, midranks),
        relevant=values >= statistics.threshold,
        statistics=statistics,
    )


def _tested(
    statistics: TrainingStatistics, test: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Users of the test, then row of the user, item and value for each distinct tested pair."""
    ratings = statistics.dataset.ratings
    users, rows = np.unique(ratings.users[test], return_inverse=True)
    items, values = ratings.items[test], ratings.values[test]
    order = np.lexsort((-values, items, rows))
    rows, items, values = rows[order], items[order], values[order]
    first = np.ones(len(rows), bool)
    first[1:] = (rows[1:] != rows[:-1]) | (items[1:] != items[:-1])
    return users, rows[first], items[first], values[first]
