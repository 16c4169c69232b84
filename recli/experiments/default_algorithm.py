"""The algorithm to train where nobody names one."""

from __future__ import annotations

from collections.abc import Mapping

from recli.algorithms import Configured
from recli.data.dataset import Dataset
from recli.evaluation.metric_names import Purpose
from recli.experiments.list_makers import ChosenAlgorithm, best_list_maker

_WITH_FEATURES, _WITHOUT = "content-based", "svd"


def default(dataset: Dataset, purpose: Purpose, seed: int, threshold: float) -> ChosenAlgorithm:
    """The algorithm where none is named.

    For lists, the best of the list-makers; for ratings, content-based if items have features, else SVD.

    Args:
        dataset: the ratings, and what is known of items and users
        purpose: what the algorithm is wanted for: `lists` or `ratings`
        seed: what is drawn at random is drawn by it
        threshold: the rating from which on an item is liked
    """
    if purpose == "lists":
        return best_list_maker(dataset, seed, threshold)
    return rating_predictor(dataset, {})


def rating_predictor(dataset: Dataset, given: Mapping[str, object]) -> ChosenAlgorithm:
    """Content-based if items have features, else SVD, with these parameters.

    Args:
        dataset: the ratings, and what is known of items and users
        given: values of parameters by dotted name
    """
    name = _WITH_FEATURES if dataset.has_features else _WITHOUT
    with_or_without = "with" if dataset.has_features else "without"
    return ChosenAlgorithm(
        Configured.of(name, given), why=f"{name}, for ratings {with_or_without} item features"
    )
