"""What a fitted algorithm makes of a fold's test: predicted ratings and ranked lists."""

from __future__ import annotations

import numpy as np

from recli import kernels
from recli.algorithms import Algorithm, best, scored
from recli.data.training_statistics import TrainingStatistics
from recli.evaluation.lists import EvaluatedLists, Tested, tested_pairs
from recli.evaluation.predictions import Predictions


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
    users, rows, items, values = tested_pairs(statistics, test)
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
        ranks_of_items = kernels.ranks_of_items.ranks_of_items
        before[tests], midranks[tests] = ranks_of_items(scores, rows[tests] - start, items[tests])
    return EvaluatedLists(
        users=users,
        items=lists,
        n_candidates=n_candidates,
        tested=Tested(rows, items, values, before, midranks),
        relevant=values >= statistics.threshold,
        statistics=statistics,
    )
