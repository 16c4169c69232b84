"""`recli.train`."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from recli.api._arguments import checked, mapping
from recli.api.algorithm import AlgorithmLike, algorithm
from recli.api.load import Source, as_dataset
from recli.api.model import Model
from recli.evaluation.make_protocol import liked_from, purpose
from recli.evaluation.metric_names import Purpose
from recli.experiments.default_algorithm import default
from recli.experiments.default_line_up import check_suits
from recli.experiments.list_makers import ChosenAlgorithm
from recli.models import model as models
from recli.ranking.list_options import ListOptions
from recli.ranking.recommender import lists_of, recommender


def train(
    dataset: Source,
    of: AlgorithmLike | None = None,
    *,
    goal: Purpose | None = None,
    threshold: float | None = None,
    lists: Mapping[str, Any] | None = None,
    seed: int = 0,
) -> Model:
    """Fit an algorithm on all ratings.

    Args:
        dataset: what `recli.load` gives, or what it takes
        of: the algorithm, as `recli.algorithm` takes it; by default a few that make lists are compared
            on a fifth of the ratings, and the best is taken
        goal: what a default is for, good `lists` or well predicted `ratings`
        threshold: ratings from here on count as liked; by default from the scale
        lists: how the model makes its lists unless it is told otherwise, by the options of
            `Model.recommend`: `{"min_ratings": 10}`
        seed: of the algorithm

    Returns:
        The model, to recommend, to predict and to save. Nothing is written.

    Raises:
        UsageError: there is no such algorithm, or it cannot learn from these data
        MissingExtraError: the packages that the algorithm takes are not installed

    >>> import recli
    >>> model = recli.train("movielens-small", "most-popular")
    >>> model.recommend(42, n=2)[["rank", "item", "title"]].values.tolist()
    [[1, 593, 'Silence of the Lambs, The'], [2, 608, 'Fargo']]
    """
    data, seed = as_dataset(dataset), checked("seed", seed)
    liked = liked_from(data, checked("threshold", threshold))
    wanted = purpose(checked("goal", goal), data)
    choice = default(data, wanted, seed, liked) if of is None else ChosenAlgorithm(algorithm(of))
    check_suits([choice.configured], data)
    given = mapping("lists", lists, '{"min_ratings": 10}')
    options = ListOptions.of(given) if given else lists_of(choice.configured)
    of_choice = {} if str(options) else choice.origin  # measured by lists of the scores alone
    stored = models.train(data, choice.configured, seed, liked, of_choice)
    configured = choice.configured
    if configured.is_named:
        configured = recommender(configured, ListOptions())
    stored = dataclasses.replace(stored, configured=configured, lists=options.document())
    return Model(stored, choice.configured.name)
