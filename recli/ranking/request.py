"""What is asked of a model, and how it is made of what lists should be like."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from recli.models.model import FittedModel
from recli.ranking.filters import candidates
from recli.ranking.list_options import ListOptions
from recli.ranking.lower_bound import Sort
from recli.ranking.rerankers._base import Reranker
from recli.ranking.reranking import check_rerankers, rerankers


@dataclass(frozen=True, eq=False)
class Request:
    """Who gets how many of which items.

    Attributes:
        users: int32[n_users], codes in the ratings of the model
        n: the longest that a list may be
        candidates: bool[n_catalogue] by item code, what may be recommended; None is everything
        exclude_seen: whether what a user has rated is left out
        withheld: what is left out for single users, see `Dataset.withheld`; None is nothing
        sort: what goes first, see `sorted_by`
        rerankers: applied in their order to the lists that the scores give
    """

    users: np.ndarray
    n: int = 10
    candidates: np.ndarray | None = None
    exclude_seen: bool = True
    withheld: np.ndarray | None = None
    sort: Sort = "score"
    rerankers: tuple[Reranker, ...] = field(default=())

    def pool(self, n_catalogue: int) -> int:
        """How many of the best items have to be found for a user.

        Args:
            n_catalogue: how many items the catalogue has
        """
        needed = [reranker.pool(self.n, n_catalogue) for reranker in self.rerankers]
        return min(max([self.n, *needed]), n_catalogue)


def request_of(
    options: ListOptions,
    whole: FittedModel,
    users: np.ndarray,
    n: int,
    *,
    seed: int = 0,
    model: FittedModel | None = None,
) -> Request:
    """What is asked for lists of `n` items.

    Args:
        options: What the lists should be like.
        whole: The model as it was trained.
        users: int32[n_users], codes in `model`.
        n: The longest that a list may be.
        seed: What the places that `explore` leaves to chance are drawn by.
        model: The model with a user folded in; by default `whole`.

    Raises:
        UsageError: A condition or a field is not understood, or nothing tells what items are alike.
        DataError: The model lacks the times or the item table that are asked for.
        NotFoundError: No item is left.
    """
    model = model or whole
    # One of whom nothing is known gets a list of another algorithm, which may not say how sure it is.
    unsure = whole.algorithm.has_deviations and not model.algorithm.has_deviations
    return Request(
        users=users,
        n=n,
        candidates=candidates(options, whole),
        exclude_seen=options.exclude_seen,
        sort="score" if unsure else options.sort,
        rerankers=rerankers(options, whole, model, seed),
    )


def check_options(options: ListOptions, model: FittedModel) -> None:
    """Raise what `request_of` and the lists themselves would raise, before the model is fitted.

    Args:
        options: What the lists should be like.
        model: Its algorithm may be fitted or not.

    Raises:
        UsageError, DataError, NotFoundError: As `request_of` does; UsageError too where the algorithm
            does not know what lists are to be sorted by.
    """
    candidates(options, model)
    check_rerankers(options, model)
    if options.sort == "lower-bound" and not model.algorithm.has_deviations:
        nobody = np.empty(0, np.int32)
        model.algorithm.deviations_of_pairs(nobody, nobody)
