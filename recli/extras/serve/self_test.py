"""Whether a model can be trusted to answer."""

from __future__ import annotations

import numpy as np

from recli import errors
from recli.recommend.fold_in import Rated, fold_in
from recli.recommend.lists import Lists, Request, recommend
from recli.recommend.model import Model

_N = 10


def check(model: Model) -> None:
    """Raise DataError unless the model makes lists for the first, the middle and the last user, and for
    one who is folded in, if that takes no training.

    Afterwards all is loaded and compiled that the first request would otherwise wait for.
    """
    trainset = model.trainset
    users = trainset.user_codes[[0, trainset.n_users // 2, -1]]
    for lists in recommend(model, Request(users, _N)):
        _check(model, lists)
    if model.algorithm.folds_in:
        mine = trainset.rated(0)
        top = np.full(len(mine), trainset.rating_scale[1], np.float64)
        folded, code = fold_in(model, Rated(trainset.item_codes[mine], top))
        for lists in recommend(folded, Request(np.array([code], np.int32), _N)):
            _check(folded, lists)


def _check(model: Model, lists: Lists) -> None:
    for items, scores in zip(lists.items, lists.scores, strict=True):
        there = items >= 0
        found, values = items[there], scores[there]
        if not np.isfinite(values).all():
            raise errors.DataError("Its scores are not finite.")
        if (np.diff(values) > 0).any():
            raise errors.DataError("Its lists are not sorted by score.")
        if len(np.unique(found)) < len(found) or (found >= model.trainset.n_catalogue).any():
            raise errors.DataError("Its lists name items twice, or items that do not exist.")
