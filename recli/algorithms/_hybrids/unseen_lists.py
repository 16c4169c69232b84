"""Lists in which there are items that users like and of which the members do not know it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import surprise

from recli.algorithms._configured import Configured
from recli.algorithms._contract.catalogue import catalogue_size
from recli.algorithms._hybrids.inner_folds import InnerFold, inner_folds
from recli.algorithms._hybrids.members import Members
from recli.algorithms._hybrids.scales import Scale
from recli.data.trainset import threshold

_ENOUGH = (
    500  # lists: from one inner fold of MovieLens 100K weights are learned as well as from more
)
_NUMBERS = 1 << 25  # scores: 256 MiB


@dataclass(frozen=True)
class UnseenLists:
    """What members say of the whole catalogue to users who like some of it unknown to them.

    Attributes:
        scores: float64[n_members, n_lists, n_catalogue], on the scale that was asked for.
        candidates: bool[n_lists, n_catalogue], items that the members have no rating of by the user.
        liked: bool[n_lists, n_catalogue], those of the candidates that the user likes.
        activity: float64[n_lists], the share of the ratings known to the members that the user gave.
        popularity: float64[n_lists, n_catalogue], the share that the items have of them.
    """

    scores: np.ndarray
    candidates: np.ndarray
    liked: np.ndarray
    activity: np.ndarray
    popularity: np.ndarray


def unseen_lists(
    members: Mapping[str, Configured],
    trainset: surprise.Trainset,
    n_folds: int,
    seed: int,
    scale: Scale | None,
) -> UnseenLists:
    """The lists of users in one inner fold after the other, until there are enough.

    Args:
        members: The members by name, not fitted.
        trainset: The ratings.
        n_folds: How many folds there are; each member is fitted for every one that is used.
        seed: Of the folds, the members, and of who is taken where there are more users than needed.
        scale: Of the scores, as for `Members`.

    Returns:
        The lists; none where nobody likes anything.
    """
    n_items = catalogue_size(trainset)
    room = max(1, _NUMBERS // (n_items * len(members)))
    rng = np.random.default_rng(seed)
    found = [_none(len(members), n_items)]
    for fold in inner_folds(trainset, n_folds, seed):
        liked = fold.values >= threshold(trainset)
        users = np.unique(fold.users[liked & (fold.users >= 0)])
        if not len(users):
            continue
        users = np.sort(rng.permutation(users)[:room])
        fitted = Members.fitted(members, fold.training, seed, scale)
        found.append(_of_fold(fitted, fold, users, liked))
        room -= len(users)
        if not room or sum(len(one.liked) for one in found) >= _ENOUGH:
            break
    parts = [list(_arrays(one)) for one in found]
    scores, *others = zip(*parts, strict=True)
    return UnseenLists(np.concatenate(scores, axis=1), *map(np.concatenate, others))


def _of_fold(fitted: Members, fold: InnerFold, users: np.ndarray, liked: np.ndarray) -> UnseenLists:
    """The lists of some users, int[n], ascending, of whom each likes an item."""
    candidates = fitted.candidates(users)
    row: np.ndarray = np.searchsorted(users, fold.users)
    row[row == len(users)] = 0
    chosen = liked & (users[row] == fold.users) & (fold.items >= 0)
    of_user = np.zeros(candidates.shape, bool)
    of_user[row[chosen], fold.items[chosen]] = True
    return UnseenLists(
        np.stack(list(fitted.of_users(users))),
        candidates,
        of_user & candidates,
        fitted.activity(users),
        np.tile(fitted.popularity(), (len(users), 1)),
    )


def _none(n_members: int, n_items: int) -> UnseenLists:
    nothing: np.ndarray = np.empty((0, n_items), bool)
    scores = np.empty((n_members, 0, n_items))
    return UnseenLists(scores, nothing, nothing, np.empty(0), np.empty((0, n_items)))


def _arrays(lists: UnseenLists) -> Iterator[np.ndarray]:
    yield from (lists.scores, lists.candidates, lists.liked, lists.activity, lists.popularity)
