"""What a fitted algorithm makes of a fold's test: predicted ratings and ranked lists."""

from __future__ import annotations

import dataclasses

import numpy as np

from recli import kernels
from recli.algorithms import Algorithm
from recli.data.tie_order import TieOrder
from recli.data.training_statistics import TrainingStatistics
from recli.evaluation.lists import EvaluatedLists, Tested, tested_pairs
from recli.evaluation.predictions import Predictions
from recli.evaluation.sampled_negatives import among_sampled
from recli.models.model import FittedModel
from recli.ranking.list_options import ListOptions
from recli.ranking.lists import lists_of_scores, with_scores
from recli.ranking.request import request_of


def predict(algorithm: Algorithm, statistics: TrainingStatistics, test: np.ndarray) -> Predictions:
    """The predictions for the rows `test`, int64[n].

    Args:
        algorithm: a fitted algorithm
        statistics: what the training ratings and the item table show
        test: int64[n], rows that are tested, ascending
    """
    ratings, trainset = statistics.dataset.ratings, statistics.trainset
    users, items = ratings.users[test], ratings.items[test]
    estimates = algorithm.estimate_pairs(trainset.inner_users[users], trainset.inner_items[items])
    impossible = np.isnan(estimates)
    estimates[impossible] = algorithm.default_prediction()
    return Predictions(
        ratings.values[test], np.clip(estimates, *trainset.rating_scale), users, impossible
    )


def recommend(
    model: FittedModel,
    statistics: TrainingStatistics,
    test: np.ndarray,
    k: int,
    memory_limit: int | None = None,
    options: ListOptions = ListOptions(),  # noqa: B008, it is frozen
    sampled_negatives: int = 0,
    ranks: bool = True,
) -> EvaluatedLists:
    """The list of every user of the test, as `recli recommend` makes it, and what the test says of it.

    A list of fewer than `k` places is the beginning of that of `k`: where re-ranking goes by the
    length, another than would be made if fewer were asked for.

    Args:
        model: Fitted on the training rows, see `models.model.of_training`. Its seed draws what
            `explore` leaves to chance.
        statistics: The training rows, which may be shared by several models.
        test: int64[n], rows of the ratings.
        k: How long the lists are.
        memory_limit: Bytes, see `recli.algorithms.scored`.
        options: What may be in the lists, and how they are re-ranked. By default the candidates are
            all items of the catalogue less the user's in the training rows, ranked by score. What the
            dataset withholds (`Dataset.withheld`) is in no list: whether it is liked is not known here.
        sampled_negatives: How many of the candidates are kept beside the user's relevant test items, see
            `among_sampled`; 0 for all.
        ranks: Whether to find out where each tested item ranks, which takes as long as all the rest.

    Returns:
        Lists after filters and re-ranking; `n_candidates`, `places`, `midranks` and `tied` of the
        ranking by score among the candidates that the filters leave, which re-ranking does not change.

    Raises:
        UsageError: The limit is too small for one user, and as `request_of` does, as also
            DataError and NotFoundError.
    """
    users, rows, items, values = tested_pairs(statistics.dataset.ratings, test)
    request = dataclasses.replace(
        request_of(options, model, users, k, seed=model.seed),
        withheld=statistics.dataset.withheld,
    )
    lists = np.full((len(users), k), -1, np.int32)
    tied = np.zeros((len(users), k), bool)
    n_candidates = np.empty(len(users), np.int64)
    trainset, codes = model.trainset, model.trainset.item_codes
    inner = trainset.inner_items[items]
    order = TieOrder.of(statistics.dataset.ratings, users, model.seed).by(codes)
    before = np.empty(len(items), np.int64) if ranks else None
    midranks = np.empty(len(items)) if ranks else None
    start = 0
    for ranked, scores in with_scores(model, request, memory_limit, held=k):
        chunk = slice(start, start + len(scores))
        tests = slice(*np.searchsorted(rows, (chunk.start, chunk.stop)))
        if sampled_negatives:
            tested, relevant = np.zeros((2, *scores.shape), bool)
            pairs = rows[tests] - start, items[tests]
            tested[pairs], relevant[pairs] = True, values[tests] >= statistics.threshold
            by_code = among_sampled(  # what is drawn goes by the order of codes
                np.take(scores, trainset.inner_items, axis=1),
                users[chunk],
                tested,
                relevant,
                sampled_negatives,
                model.seed,
            )
            # Nothing else is a candidate.
            scores = np.take(by_code, codes, axis=1)  # noqa: PLW2901
            ranked = lists_of_scores(users[chunk], scores, codes, order.part(chunk), request)  # noqa: PLW2901
        lists[chunk, : ranked.items.shape[1]] = ranked.items
        by_score = (ranked.plain or ranked).scores
        n_candidates[chunk], n_last = kernels.candidates.counted(scores, by_score[:, -1].copy())
        tied[chunk, : by_score.shape[1]] = _tied(by_score, n_last)
        if before is not None and midranks is not None:
            before[tests], midranks[tests] = kernels.ranks_of_items.ranks_of_items(
                scores, rows[tests] - start, inner[tests], order.rows[chunk], order.columns
            )
        start = chunk.stop
    return EvaluatedLists(
        users=users,
        items=lists,
        n_candidates=n_candidates,
        tested=Tested(rows, items, values, before, midranks),
        relevant=values >= statistics.threshold,
        statistics=statistics,
        tied=tied,
    )


def _tied(listed: np.ndarray, n_last: np.ndarray) -> np.ndarray:
    """Whether the candidate that comes next has the score of each place.

    bool[n_users, n_places], by the scores of the places, float64[n_users, n_places], NaN where there is
    none, and how many candidates have that of the last place, int64[n_users].
    """
    tied = np.empty(listed.shape, bool)
    tied[:, :-1] = listed[:, :-1] == listed[:, 1:]
    tied[:, -1] = n_last > (listed == listed[:, [-1]]).sum(axis=1)
    return tied
