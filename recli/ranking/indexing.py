"""An index for a model, and how well lists are made by it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from recli import registry
from recli.algorithms import Configured
from recli.algorithms._contract.products import ByProducts
from recli.models.item_index import EXTRA, ItemIndex
from recli.models.model import FittedModel
from recli.ranking.lists import recommend, with_scores
from recli.ranking.request import Request

RECALL = 0.99
"""The share of the ten best items of exact lists that lists by an index have at least."""
_N, _USERS = 10, 500
_DEPTHS = (32, 64, 128, 256, 512, 1024)


def check(configured: Configured) -> None:
    """Raise what `indexed` would raise of any model of an algorithm, before it is fitted.

    Args:
        configured: an algorithm with its parameters

    Raises:
        UsageError, MissingExtraError: as `indexed` does
    """
    algorithm = configured.create(0)
    if type(algorithm).item_vectors is ByProducts.item_vectors:
        algorithm.item_vectors(np.empty(0, np.int64))
    registry.room(EXTRA, "codes")


def indexed(model: FittedModel) -> tuple[FittedModel, float]:
    """The model with an index, if one finds enough, and the share of exact lists that it finds.

    As many candidates as that takes are asked for, by lists of ten of some of the users.

    Args:
        model: a fitted model

    Returns:
        The model as it is where no index finds `RECALL` of the lists.

    Raises:
        UsageError: if its scores are no products
        MissingExtraError: without the packages for it
    """
    codes = registry.room(EXTRA, "codes").Codes
    trainset, rng = model.trainset, np.random.default_rng(model.seed)
    items = np.arange(trainset.n_catalogue)
    vectors = model.algorithm.item_vectors(items)
    learned = np.flatnonzero(~np.isnan(vectors).any(axis=1))
    found = codes.of(items[learned], vectors[learned])
    users = rng.permutation(trainset.user_codes)[:_USERS].astype(np.int32)
    # What users have seen is not left out: with it, more candidates are asked for.
    request = Request(users, _N, exclude_seen=False)
    exact = [lists.items for lists, _ in with_scores(model, request)]
    recall = 0.0
    for depth in _DEPTHS:
        candidate = replace(model, index=ItemIndex(found, depth, recall, len(users)))
        made = [lists.items for lists in recommend(candidate, request)]
        recall = _recall(np.concatenate(exact), np.concatenate(made))
        if recall >= RECALL:
            return replace(
                model, index=ItemIndex(found, depth, round(recall, 4), len(users))
            ), recall
    return model, recall


def _recall(exact: np.ndarray, made: np.ndarray) -> float:
    """The share of the items in exact lists that the others have; int32[n_users, n], -1 for none."""
    there = exact >= 0
    found = (exact[:, :, None] == made[:, None, :]).any(axis=2)
    return float(found[there].mean())


def wanted_again(model: FittedModel) -> bool:
    """Whether a model that takes the place of this one should have an index, too, and can have one.

    Args:
        model: the model that is replaced
    """
    return model.index is not None and registry.installed(EXTRA)
