"""Ranking what a user likes among a few sampled items in place of the whole catalogue."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from recli import errors
from recli.data.ratings import Ratings
from recli.data.splits._base import Fold


def check_number(n: int, ratings: Ratings, folds: Sequence[Fold]) -> None:
    """Raise where sampling leaves nothing out: no user has more candidates than are sampled.

    Args:
        n: how many candidates are sampled for each user
        ratings: those of the dataset
        folds: what is learned from and tested on

    Raises:
        UsageError: if so
    """
    most = max(_most_others(ratings, fold) for fold in folds)
    if n >= most:
        raise errors.UsageError(
            f"`sampled_negatives={n}`: of {len(ratings.item_ids):,} items no user has more than {most:,} "
            "that they did not rate, so that nothing would be sampled. Sample fewer, or leave it out to "
            "rank among the whole catalogue."
        )


def _most_others(ratings: Ratings, fold: Fold) -> int:
    """How many items the tested user who rated the fewest did not rate."""
    rows = np.concatenate([fold.train, fold.test])
    pairs = np.unique(np.stack([ratings.users[rows], ratings.items[rows]]), axis=1)
    rated = np.bincount(pairs[0], minlength=len(ratings.user_ids))
    return len(ratings.item_ids) - int(rated[np.unique(ratings.users[fold.test])].min())


def among_sampled(
    scores: np.ndarray,
    users: np.ndarray,
    tested: np.ndarray,
    relevant: np.ndarray,
    n: int,
    seed: int,
) -> np.ndarray:
    """The scores of each user's relevant test items and of `n` sampled others, -inf for the rest.

    The others are drawn without replacement from the candidates that the user has no test rating of, all
    of them where they are fewer. A user's draw goes by the seed and the user alone, so that all
    algorithms with the same candidates are measured on the same ones.

    It makes another metric: its value depends on n, and the order of two algorithms by it need not be
    that by the whole catalogue (Krichene and Rendle, On Sampled Metrics for Item Recommendation, KDD
    2020). Such values are in papers since He et al., Neural Collaborative Filtering, WWW 2017.

    Args:
        scores: float64[n_users, n_catalogue], -inf for what is no candidate
        users: int32[n_users], codes
        tested: bool[n_users, n_catalogue], what the user has a test rating of
        relevant: bool[n_users, n_catalogue], which of these are relevant
        n: how many others are drawn for a user
        seed: what is drawn is drawn by it

    >>> scores = np.array([[0.5, 0.1, 0.9, -np.inf]])
    >>> liked, disliked = np.array([[True, False, False, False]]), np.array([[False, True, False, False]])
    >>> among_sampled(scores, np.array([7]), liked | disliked, liked, 1, seed=0)
    array([[ 0.5, -inf,  0.9, -inf]])
    """
    found = np.where(relevant, scores, -np.inf)
    others = ~tested & (scores > -np.inf)
    for row, user in enumerate(users.tolist()):
        pool = np.flatnonzero(others[row])
        drawn = np.random.default_rng((seed, user)).choice(pool, min(n, len(pool)), replace=False)
        found[row, drawn] = scores[row, drawn]
    return found
