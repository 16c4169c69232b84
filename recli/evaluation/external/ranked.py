"""Ranked lists that another program made, for the users of each fold's test."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from recli import errors
from recli.data.dataset import Dataset
from recli.data.ratings import Ratings
from recli.data.sources.location import Location
from recli.data.splits._base import Fold
from recli.data.tie_order import TieOrder
from recli.evaluation.external.rows import FileRows, counted, read
from recli.evaluation.fold_outcome import Listed
from recli.evaluation.lists import tested_pairs


def read_lists(
    file: Location, dataset: Dataset, folds: Sequence[Fold], k: int, exclude_seen: bool = True
) -> tuple[tuple[Listed, ...], tuple[str, ...]]:
    """The lists of the users of each fold's test, and where the tested items stand in them.

    A list is ordered by rank, the lowest first; without ranks by score, the highest first, ties as in
    lists of recli by a model with the seed 0 (`TieOrder`). A user of the test without a row has an
    empty list, and rows of users who are not in the test are left out.

    Args:
        file: columns user, item, rank or score, and fold where there are several
        dataset: what the program learned from
        folds: what it learned from and was to be tested on
        k: places of the lists that are kept; shorter ones end in -1
        exclude_seen: whether a list may not have an item that its user has in the training

    Returns:
        The lists of each fold, and what is to be known of the file, a sentence each.

    Raises:
        NotFoundError, DataError: as `rows.read` does; DataError for an item twice in a list, two items
            at one rank, an item of the training, and what is no number
    """
    rows = read(file, dataset, len(folds), "", "rank score")
    order = _ordered(rows, dataset.ratings)
    _refuse_repeated(rows, order)
    if exclude_seen:
        _refuse_seen(rows, dataset, folds)
    scores = None if "rank" in rows.columns else rows.numbers("score")
    found, n_others = [], 0
    for number, fold in enumerate(folds):
        own = order[rows.folds[order] == number]
        tested = np.isin(rows.users[own], dataset.ratings.users[fold.test])
        n_others += int(np.count_nonzero(~tested))
        found.append(_listed(rows, own[tested], scores, dataset, fold, k, exclude_seen))
    return tuple(found), tuple(_notes(found, n_others, k))


def _ordered(rows: FileRows, ratings: Ratings) -> np.ndarray:
    """The rows by fold, by user, and within a list from the first place on, int64[n]."""
    if "rank" in rows.columns:
        rank = rows.numbers("rank")
        order = np.lexsort((rank, rows.users, rows.folds))
        alike = np.zeros(len(order), bool)
        same = (np.diff(rows.folds[order]) == 0) & (np.diff(rows.users[order]) == 0)
        alike[order[1:]] = same & (np.diff(rank[order]) == 0)
        rows.refuse(alike, "have the rank of another item", "Every place of a list has one item.")
        return order
    if "score" in rows.columns:
        ties = TieOrder.of(ratings, np.arange(len(ratings.user_ids)), seed=0)
        drawn = ties.draws(rows.users, rows.items)
        return np.lexsort((drawn, -rows.numbers("score"), rows.users, rows.folds))
    raise errors.DataError(
        f"{rows.file}: no column for rank or score, so nothing says which item comes first. It has "
        f"{', '.join(rows.table.names)}."
    )


def _refuse_repeated(rows: FileRows, order: np.ndarray) -> None:
    frame = pd.DataFrame({"fold": rows.folds, "user": rows.users, "item": rows.items}).loc[order]
    repeated = np.zeros(len(order), bool)
    repeated[order] = frame.duplicated().to_numpy()
    rows.refuse(repeated, "have an item that is in the list already", "Write each item once.")


def _refuse_seen(rows: FileRows, dataset: Dataset, folds: Sequence[Fold]) -> None:
    ratings = dataset.ratings
    pairs = rows.users.astype(np.int64) * len(ratings.item_ids) + rows.items
    seen = np.zeros(len(pairs), bool)
    for number, fold in enumerate(folds):
        own = np.flatnonzero(rows.folds == number)
        seen[own] = np.isin(pairs[own], ratings.pairs[fold.train])
    rows.refuse(
        seen,
        "recommend what the user has in the training of that fold already",
        "recli's own lists are without, so the two would not be comparable. Leave such items out, or let "
        "all lists have them with '--include-seen'. Or are the folds others?",
    )


def _listed(
    rows: FileRows,
    own: np.ndarray,
    scores: np.ndarray | None,
    dataset: Dataset,
    fold: Fold,
    k: int,
    exclude_seen: bool,
) -> Listed:
    """The lists of one fold, whose rows in their order are `own`, int64[n]."""
    ratings, n_items = dataset.ratings, len(dataset.ratings.item_ids)
    users, tested_rows, tested_items, _ = tested_pairs(ratings, fold.test)
    row, item = np.searchsorted(users, rows.users[own]), rows.items[own]
    lengths = np.bincount(row, minlength=len(users))
    place = np.arange(len(own)) - (np.cumsum(lengths) - lengths)[row]
    items = np.full((len(users), k), -1, np.int32)
    near = place < k
    items[row[near], place[near]] = item[near]
    midrank, tied = place + 1.0, np.zeros((len(users), k), bool)
    if scores is not None:
        equal = np.append((np.diff(row) == 0) & (np.diff(scores[own]) == 0), False)[: len(own)]
        tied[row[near], place[near]] = equal[near]
        by_user = pd.DataFrame({"row": row, "score": scores[own]}).groupby("row")["score"]
        midrank = by_user.rank(ascending=False).to_numpy()
    keys = row.astype(np.int64) * n_items + item
    order = np.argsort(keys)
    wanted = tested_rows.astype(np.int64) * n_items + tested_items
    at = np.searchsorted(keys[order], wanted)
    there = np.append(keys[order], -1)[at] == wanted
    places, midranks = np.full(len(wanted), -1, np.int64), np.full(len(wanted), np.nan)
    places[there], midranks[there] = place[order[at[there]]], midrank[order[at[there]]]
    n_candidates = np.full(len(users), n_items, np.int64)
    if exclude_seen:
        seen = np.unique(ratings.pairs[fold.train]) // n_items
        n_candidates -= np.bincount(seen, minlength=len(ratings.user_ids))[users]
    return Listed(items, n_candidates, places, midranks, tied, n_ranked=lengths)


def _notes(found: Sequence[Listed], n_others: int, k: int) -> list[str]:
    lengths, n_candidates = (
        np.concatenate([getattr(listed, name) for listed in found])
        for name in ("n_ranked", "n_candidates")
    )
    n_empty = int(np.count_nonzero(lengths == 0))
    n_short = int(np.count_nonzero((lengths > 0) & (lengths < np.minimum(k, n_candidates))))
    said = []
    if n_others:
        said.append(
            f"{counted(n_others, 'row')} of users who are not in that fold's test: left out"
        )
    if n_empty:
        said.append(
            f"{n_empty:,} of {counted(len(lengths), 'user')} of the tests without a list: it counts as "
            "an empty one"
        )
    if n_short:
        said.append(
            f"{n_short:,} of {counted(len(lengths), 'list')} shorter than {k} places: what they lack "
            "counts as no hit"
        )
    return said
