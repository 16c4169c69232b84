"""What the states of a round hand on to those after them."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from recli.algorithms import Algorithm
from recli.data.dataset import Dataset
from recli.data.training_statistics import TrainingStatistics
from recli.events.refreshing.comparison import ModelComparison
from recli.events.refreshing.progress import Progress
from recli.models.model import FittedModel


@dataclass(frozen=True, eq=False)
class Taken:
    """The model and its dataset with the events that came since.

    Attributes:
        model: the model as it is, which has learned from some of the events or from none
        manifest: what that model says of itself
        past: the documents of what was decided about it so far, the newest first
        dataset: what it was trained on, and all events
        progress: how far the dataset has taken the log in
        positions: the position in the log of the last event of each rating or interaction of the
            dataset, 0 for none, int64[n]
    """

    model: FittedModel
    manifest: Mapping[str, Any]
    past: Sequence[Mapping[str, Any]]
    dataset: Dataset
    progress: Progress
    positions: np.ndarray

    @property
    def learned(self) -> int:
        """The position of the last event that the model has learned, 0 for none."""
        return self.progress.learned(self.manifest)

    @property
    def later(self) -> np.ndarray:
        """Whether a rating is of an event that the model has not learned, bool[n]."""
        return self.positions > self.learned

    @functools.cached_property
    def fresh(self) -> np.ndarray:
        """Which of them are of a pair of user and item that the model has no rating of, bool[n]."""
        ratings, n_items = self.dataset.ratings, len(self.dataset.ratings.item_ids)
        old = self.model.trainset.ratings
        users = ratings.user_ids.codes(old.user_ids.text)[old.users].astype(np.int64)
        items = ratings.item_ids.codes(old.item_ids.text)[old.items]
        pairs = ratings.users.astype(np.int64) * n_items + ratings.items
        return self.later & ~np.isin(pairs, users * n_items + items)


@dataclass(frozen=True, eq=False)
class Candidate:
    """A candidate, and the ratings that it has not learned from.

    Attributes:
        algorithm: that of the model, fitted on the training ratings of `statistics`
        statistics: of the dataset without the ratings to compare on
        test: rows of the dataset to compare on, int64[n_test]
    """

    algorithm: Algorithm
    statistics: TrainingStatistics
    test: np.ndarray


@dataclass(frozen=True, eq=False)
class Compared:
    """How the candidate does beside the model as it is.

    Attributes:
        comparison: the two in one measure
        lists: how good the candidate's lists are, as a model keeps it; None where ratings were compared
            or no list could be measured
    """

    comparison: ModelComparison
    lists: Mapping[str, Any] | None
