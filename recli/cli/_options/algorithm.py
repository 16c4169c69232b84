"""The one algorithm that a command is about."""

from __future__ import annotations

from pathlib import Path

from recli import errors
from recli.algorithms import Configured
from recli.data.dataset import Dataset
from recli.evaluation.metric_names import Purpose
from recli.experiments import params_file as files_of_params
from recli.experiments.default_algorithm import default, rating_predictor
from recli.experiments.list_makers import ChosenAlgorithm
from recli.params import assignments


def choose(
    algorithm: str | None,
    params: tuple[str, ...],
    params_file: Path | None,
    dataset: Dataset,
    purpose: Purpose,
    seed: int,
    threshold: float,
) -> ChosenAlgorithm:
    """What `-a`, `-p` and `--params` say together; `-p` goes before the file.

    Args:
        algorithm: the name of the algorithm; None chooses one
        params: `name=value`, as typed
        params_file: a file from `recli tune`
        dataset: the ratings, and what is known of items and users
        purpose: what the algorithm is wanted for: `lists` or `ratings`
        seed: what is drawn at random is drawn by it
        threshold: the rating from which on an item is liked

    Raises:
        UsageError: when `-a` names another algorithm than the file, and for `-p` where it is not
            known of which algorithm
    """
    given = assignments(params)
    if params_file is None:
        if algorithm:
            return ChosenAlgorithm(Configured.of(algorithm, given))
        if purpose == "ratings":
            return rating_predictor(dataset, given)
        if given:
            raise errors.UsageError("'-p' sets parameters of the algorithm of '-a': name one.")
        return default(dataset, purpose, seed, threshold)
    configured = files_of_params.read(params_file, given)
    if algorithm is not None and Configured.of(algorithm).name != configured.name:
        raise errors.UsageError(
            f"{params_file} holds parameters of {configured.name}, not of {algorithm}. "
            "Leave out one of the two."
        )
    return ChosenAlgorithm(configured)
