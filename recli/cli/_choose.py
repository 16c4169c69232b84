"""The one algorithm that a command is about."""

from __future__ import annotations

from pathlib import Path

from recli import errors
from recli.algorithms import Configured
from recli.data.dataset import Dataset
from recli.experiments import params_file as files_of_params
from recli.params import assignments

_WITH_FEATURES, _WITHOUT = "content-based", "svd"


def default(dataset: Dataset, given: dict[str, str] | None = None) -> Configured:
    """The algorithm where none is named: content-based if items have features, otherwise SVD."""
    return Configured.of(_WITH_FEATURES if dataset.has_features else _WITHOUT, given)


def choose(
    algorithm: str | None, params: tuple[str, ...], params_file: Path | None, dataset: Dataset
) -> Configured:
    """What `-a`, `-p` and `--params` say together; `-p` goes before the file.

    Raises UsageError when `-a` names another algorithm than the file.
    """
    given = assignments(params)
    if params_file is None:
        return Configured.of(algorithm, given) if algorithm else default(dataset, given)
    configured = files_of_params.read(params_file, given)
    if algorithm is not None and Configured.of(algorithm).name != configured.name:
        raise errors.UsageError(
            f"{params_file} holds parameters of {configured.name}, not of {algorithm}. "
            "Leave out one of the two."
        )
    return configured
