"""Which items may be recommended."""

from __future__ import annotations

from datetime import UTC, datetime, time

import numpy as np

from recli import errors
from recli.data.tables import where
from recli.models.model import FittedModel
from recli.ranking.fields import field
from recli.ranking.list_options import ListOptions
from recli.ranking.listed_ids import known


def candidates(options: ListOptions, model: FittedModel) -> np.ndarray | None:
    """The items of the catalogue that may be recommended to anybody.

    Args:
        options: Their `candidates`, `exclude`, `where`, `min_ratings` and `since`. Ids that the model
            does not know are nothing that it recommends.
        model: The model as it was trained; its training ratings are counted, whatever else is known.

    Returns:
        bool[n_catalogue] by item code, or None where all may be recommended.

    Raises:
        UsageError: The condition cannot be understood.
        DataError: The model lacks the times or the item table that are asked for.
        NotFoundError: None of the candidates is known, or no item is left.
    """
    ids, ratings = model.trainset.ratings.item_ids, model.trainset.own_ratings
    n = len(ids)
    let_through = []
    if options.candidates is not None:
        listed = known(options.candidates, ids, "items", "The list of candidates")
        let_through.append(np.isin(np.arange(n), listed.codes))
    if options.exclude:
        let_through.append(~np.isin(np.arange(n), ids.codes(options.exclude)))
    if options.where is not None:
        let_through.append(where.parse(options.where)(lambda name: field(model, name)))
    if options.min_ratings:
        let_through.append(ratings.item_counts >= options.min_ratings)
    if options.since is not None:
        midnight = datetime.combine(options.since, time(), UTC)
        let_through.append(_first_rated(model) >= int(midnight.timestamp()) * ratings.per_second)
    if not let_through:
        return None
    left = np.logical_and.reduce(let_through)
    if not left.any():
        raise errors.NotFoundError(
            f"None of the {n:,} items of the catalogue is left: all are filtered out."
        )
    return None if left.all() else left


def _first_rated(model: FittedModel) -> np.ndarray:
    """int64[n_catalogue], when an item was rated first; if never, at the end of time."""
    ratings = model.trainset.own_ratings
    if ratings.times is None:
        raise errors.DataError(
            f"The ratings of {model.dataset.get('name', '')} have no times, so that none of its items is "
            "known to be fresh. For a date in the item table there is `where`."
        )
    first = np.full(len(ratings.item_ids), np.iinfo(np.int64).max)
    np.minimum.at(first, ratings.items, ratings.times)
    return first
