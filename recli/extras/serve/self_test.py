"""Whether a model can be trusted to answer."""

from __future__ import annotations

import time

import numpy as np

from recli import errors
from recli.models.fold_in import Rated, fold_in
from recli.models.model import FittedModel
from recli.ranking import by_norm
from recli.ranking.lists import recommend
from recli.ranking.ranked_lists import RankedLists
from recli.ranking.recommender import remembered
from recli.ranking.request import Request, request_of

_N = 10
_QUICK = 0.002  # seconds: what the way to another thread and back takes on a busy machine
_TIMES = 3


def check(model: FittedModel) -> bool:
    """Whether a list takes no longer than the way to another thread and back, after a test of the model.

    Raises what `request_of` does where lists cannot be made as the model was trained to
    make them.

    Afterwards all is loaded and compiled that the first request would otherwise wait for.

    Args:
        model: a fitted model

    Raises:
        DataError: unless all that it has learned is finite, and it makes lists for the first, the
            middle and the last user, and for one who is folded in, if that takes no training
    """
    for name, learned in (model.algorithm.state() or {}).items():
        numbers = isinstance(learned, np.ndarray) and learned.dtype.kind == "f"
        if numbers and not np.isfinite(learned).all():
            raise errors.DataError(f"What it has learned as '{name}' is not finite.")
    by_norm.prepare(model)
    trainset = model.trainset
    users = trainset.user_codes[[0, trainset.n_users // 2, -1]]
    for lists in recommend(model, Request(users, _N)):
        _check(model, lists)
    if model.algorithm.folds_in:
        mine = trainset.rated(0)
        top = np.full(len(mine), trainset.ratings.liking, np.float64)
        folded, code = fold_in(model, Rated(trainset.item_codes[mine], top))
        for lists in recommend(folded, Request(np.array([code], np.int32), _N)):
            _check(folded, lists)
    return min(_seconds(model, users[:1]) for _ in range(_TIMES)) < _QUICK


def _seconds(model: FittedModel, user: np.ndarray) -> float:
    started = time.perf_counter()
    list(recommend(model, request_of(remembered(model), model, user, _N)))
    return time.perf_counter() - started


def _check(model: FittedModel, lists: RankedLists) -> None:
    for items, scores in zip(lists.items, lists.scores, strict=True):
        there = items >= 0
        found, values = items[there], scores[there]
        if not np.isfinite(values).all():
            raise errors.DataError("Its scores are not finite.")
        if (np.diff(values) > 0).any():
            raise errors.DataError("Its lists are not sorted by score.")
        if len(np.unique(found)) < len(found) or (found >= model.trainset.n_catalogue).any():
            raise errors.DataError("Its lists name items twice, or items that do not exist.")
