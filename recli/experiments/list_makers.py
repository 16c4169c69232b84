"""The algorithm that makes the lists where the user names none, and how good lists are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recli import errors
from recli.algorithms import Configured
from recli.data.dataset import Dataset
from recli.experiments.held_out import list_qualities
from recli.models.list_quality import FLOOR, ORIGIN, ListQuality
from recli.records.measured import measured_lists

LIST_MAKERS = ("ease", "item-knn", "rp3beta")
"""Ranking models that need no extra and learn 100,000 ratings in about a second, each another way: a
linear model, neighbours, walks on the graph. The first is taken where nothing tells them apart."""
_SCALES = "item-knn"  # its memory grows with the ratings, that of ease with the square of the items
_MOST_COMPARED = 500_000  # ratings: above, to fit them all takes longer than one waits for a list
_PATIENCE = 60.0  # seconds of fitting: for longer, lists are not measured unasked
_MOST_FOR_EASE = 10_000  # users or items, whichever are fewer: its inverse takes 0.8 GB


@dataclass(frozen=True)
class ChosenAlgorithm:
    """The algorithm taken; what its lists reach, if that was measured; why it, if nobody named it.

    Attributes:
        configured: an algorithm with its parameters
        quality: how good its lists are; None where that was not measured
        why: why it was taken, for people
    """

    configured: Configured
    quality: ListQuality | None = None
    why: str = ""

    @property
    def origin(self) -> dict[str, Any]:
        """What a model should keep of it."""
        return {} if self.quality is None else {ORIGIN: self.quality.document()}


def best_list_maker(dataset: Dataset, seed: int, threshold: float) -> ChosenAlgorithm:
    """The algorithm of `LIST_MAKERS`, or `most-popular`, that makes the best lists of these data.

    Each learns from four fifths of the ratings and is measured by nDCG@10 on the rest. More than
    500,000 ratings are not compared but chosen for by their size: `ease` where users or items are
    few enough for it, else `item-knn`.

    Args:
        dataset: the ratings, and what is known of items and users
        seed: what is drawn at random is drawn by it
        threshold: the rating from which on an item is liked
    """
    n_ratings, ratings = len(dataset.ratings), dataset.ratings
    if n_ratings > _MOST_COMPARED:
        small = min(ratings.n_users, ratings.n_items) <= _MOST_FOR_EASE
        name = LIST_MAKERS[0] if small else _SCALES
        why = f"{name}, by the size of the data; 'recli evaluate' compares"
        return ChosenAlgorithm(Configured.of(name), why=why)
    line_up = [Configured.of(name) for name in (*LIST_MAKERS, FLOOR)]
    try:
        found = list_qualities(dataset, line_up, seed, threshold)
    except errors.RecliError:
        name = LIST_MAKERS[0]
        return ChosenAlgorithm(
            Configured.of(name), why=f"{name}, since the data are too few to compare"
        )
    ranked = sorted(found, key=lambda name: -found[name].ndcg)
    best = found[ranked[0]]
    reached = ", ".join(f"{name} {found[name].ndcg:.4f}" for name in ranked)
    why = f"{ranked[0]}, whose lists are the best on {best.measured} (nDCG@10: {reached})"
    return ChosenAlgorithm(Configured.of(ranked[0]), best, why)


def lists_document(
    results: Path,
    dataset: Dataset,
    configured: Configured,
    seed: int,
    threshold: float,
    fit_seconds: float,
) -> dict[str, Any]:
    """What the lists of an algorithm reach, as the origin of a model keeps it.

    By the newest run that measured it on the same data, else by a quick look at ratings that are held
    back. Where neither can be had `unmeasured` says why: that is so for a class of the user's own and
    where fitting took more than a minute.

    Args:
        results: the results folder
        dataset: the ratings, and what is known of items and users
        configured: an algorithm with its parameters
        seed: what is drawn at random is drawn by it
        threshold: the rating from which on an item is liked
        fit_seconds: seconds of wall clock that the fit took
    """
    name = configured.name
    quality = measured_lists(results, dataset, configured, threshold)
    if quality is not None:
        return quality.document()
    measures = f"'recli evaluate -a {name} -a {FLOOR}' measures it."
    if not configured.is_own:
        return {"unmeasured": f"{name} does not come with recli. {measures}"}
    if fit_seconds > _PATIENCE:
        return {"unmeasured": f"that takes as long as to train, {fit_seconds:.0f} s. {measures}"}
    try:
        found = list_qualities(dataset, [configured], seed, threshold)
    except errors.RecliError as error:
        return {"unmeasured": str(error)}
    if name not in found:
        return {"unmeasured": f"{name} cannot learn from four fifths of the ratings."}
    return found[name].document()
