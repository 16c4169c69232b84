"""From what somebody asks for to a protocol that the data can have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from recli import errors
from recli.data.dataset import Dataset
from recli.data.splits._base import Split
from recli.data.training_statistics import missing_features
from recli.evaluation import metric_names
from recli.evaluation.grouping import Grouping
from recli.evaluation.lint import check_cutoffs
from recli.evaluation.metric_names import ALL, DEFAULT, DEFAULT_K, Measure, Purpose
from recli.evaluation.protocol import Protocol


@dataclass(frozen=True)
class ProtocolRequest:
    """How a line-up is to be compared, as somebody asks for it.

    Attributes:
        metrics: names, with `@` and a cut-off or without, or `all`; empty for the usual ones
        cutoffs: lengths of the lists, for metrics without `@`; None for the usual one
        threshold: where liking begins; None for the rule of the data
        by: what the metrics are broken down by
        split: how the ratings are split
        seed: what is drawn at random is drawn by it
        sampled_negatives: how many items are sampled for each user to rank what they like among; 0 for
            the whole catalogue
    """

    split: Split
    metrics: tuple[str, ...] = ()
    cutoffs: tuple[int, ...] | None = None
    threshold: float | None = None
    by: tuple[str, ...] = ()
    seed: int = 0
    sampled_negatives: int = 0

    def measures(self, purpose: Purpose = "ratings") -> tuple[Measure, ...]:
        """The measures named, or the usual ones, those of the purpose first. Raises UsageError.

        Args:
            purpose: what the algorithm is wanted for: `lists` or `ratings`
        """
        cutoffs = self.cutoffs or (DEFAULT_K,)
        return metric_names.measures(self.metrics or metric_names.usual(purpose), cutoffs, purpose)

    def protocol(
        self, dataset: Dataset, purpose: Purpose = "ratings"
    ) -> tuple[Protocol, tuple[str, ...]]:
        """The protocol on this dataset, and what to tell of it, a sentence each.

        Metrics that the dataset cannot have are refused, and of the usual ones and of `all` left out.

        Raises:
            UsageError: there is no such metric or group, or the data cannot have it
            DataError: the dataset lacks the features that a metric needs

        Args:
            dataset: the ratings, and what is known of items and users
            purpose: what the algorithm is wanted for: `lists` or `ratings`
        """
        known, notes = self._known(dataset, self.measures(purpose))
        missing = {m: missing_features(m.metric.features, dataset) for m in known}
        missing = {measure: reason for measure, reason in missing.items() if reason}
        if missing and ALL not in self.metrics:
            measure, reason = next(iter(missing.items()))
            raise errors.DataError(f"{measure} {reason}.")
        if missing:
            names = ", ".join(dict.fromkeys(measure.name for measure in missing))
            notes.append(f"Left out, since the dataset has no such item features: {names}")
        measures = tuple(measure for measure in known if measure not in missing)
        if self.cutoffs or any("@" in text for text in self.metrics):  # not what is usual
            check_cutoffs(measures, len(dataset.ratings.item_ids))
        by = tuple(dict.fromkeys(Grouping.parse(text, dataset).by for text in self.by))
        liked = liked_from(dataset, self.threshold)
        found = Protocol(self.split, measures, liked, self.seed, by, self.sampled_negatives)
        return found, tuple(notes)

    def _known(
        self, dataset: Dataset, measures: Sequence[Measure]
    ) -> tuple[tuple[Measure, ...], list[str]]:
        """The measures that the data can have: interactions have none of predicted ratings."""
        of_ratings = [measure for measure in measures if measure.metric.needs == "predictions"]
        if not dataset.ratings.implicit or not of_ratings:
            return tuple(measures), []
        if self.metrics not in ((), DEFAULT) and ALL not in self.metrics:
            raise no_ratings(str(of_ratings[0]), dataset)
        names = ", ".join(map(str, of_ratings))
        note = (
            f"No {names}: these are interactions, and they have no ratings to predict; what is measured "
            "is how well they are ranked."
        )
        return tuple(measure for measure in measures if measure not in of_ratings), [note]


def purpose(goal: Purpose | None, dataset: Dataset, usual: Purpose = "lists") -> Purpose:
    """What the goal says, else the usual one.

    Args:
        goal: what the algorithm is wanted for: `lists` or `ratings`; None for the usual
        dataset: the ratings, and what is known of items and users
        usual: the goal where the user says none

    Raises:
        UsageError: where there are no ratings to predict
    """
    if goal == "ratings" and dataset.ratings.implicit:
        raise errors.UsageError(
            f'`goal="ratings"`: {dataset.name} holds interactions, and no ratings to predict. Leave it '
            "out."
        )
    return goal or ("lists" if dataset.ratings.implicit else usual)


def liked_from(dataset: Dataset, threshold: float | None) -> float:
    """The rating from which an item counts as liked.

    Args:
        dataset: the ratings, and what is known of items and users
        threshold: the rating from which on an item is liked

    Raises:
        UsageError: for one off the scale
    """
    ratings, (low, high) = dataset.ratings, dataset.ratings.scale
    if threshold is None:
        return ratings.default_threshold
    if ratings.implicit and not low <= threshold <= high:
        raise errors.UsageError(
            f"`threshold={threshold:g}`: the interactions weigh {low:g} to {high:g}. Without it, all of "
            "them count as liked."
        )
    if not ratings.implicit and not low < threshold <= high:
        raise errors.UsageError(
            f"`threshold={threshold:g}`: with ratings from {low:g} to {high:g} everything or nothing "
            f"would be liked. Without it, {ratings.default_threshold:g} is taken."
        )
    return threshold


def no_ratings(metric: str, dataset: Dataset) -> errors.UsageError:
    """The error for a metric of predicted ratings where there are none.

    Args:
        metric: the name of the metric
        dataset: the ratings, and what is known of items and users
    """
    return errors.UsageError(
        f"{metric} compares predicted with true ratings, and {dataset.name} holds interactions. Take a "
        'metric of ranked lists: `metric="ndcg@10"`.'
    )
