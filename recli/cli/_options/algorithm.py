"""The one algorithm that a command is about."""

from __future__ import annotations

from pathlib import Path

from recli import errors
from recli.algorithms import Configured
from recli.data.dataset import Dataset
from recli.evaluation.metric_names import Purpose
from recli.experiments import params_file as files_of_params
from recli.experiments.list_makers import ChosenAlgorithm, best_list_maker
from recli.params import assignments

_WITH_FEATURES, _WITHOUT = "content-based", "svd"


def default(dataset: Dataset, purpose: Purpose, seed: int, threshold: float) -> ChosenAlgorithm:
    """The algorithm where none is named.

    For lists, the best of the list-makers; for ratings, content-based if items have features, else SVD.
    """
    if purpose == "lists":
        return best_list_maker(dataset, seed, threshold)
    return _rating_predictor(dataset, {})


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

    Raises UsageError when `-a` names another algorithm than the file, and for `-p` where it is not
    known of which algorithm.
    """
    given = assignments(params)
    if params_file is None:
        if algorithm:
            return ChosenAlgorithm(Configured.of(algorithm, given))
        if purpose == "ratings":
            return _rating_predictor(dataset, given)
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


def _rating_predictor(dataset: Dataset, given: dict[str, str]) -> ChosenAlgorithm:
    name = _WITH_FEATURES if dataset.has_features else _WITHOUT
    with_or_without = "with" if dataset.has_features else "without"
    return ChosenAlgorithm(
        Configured.of(name, given), why=f"{name}, for ratings {with_or_without} item features"
    )
