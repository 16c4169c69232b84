"""A trial as it is told: in tables, on disk, in reports."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from recli import errors, json_documents
from recli.algorithms import Configured
from recli.params import Value
from recli.ranking.recommender import of_settings

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial

PARAMS, FOLDS, REASON, STOPPED, BEFORE = "params", "folds", "reason", "stopped", "before"
LOSSES = "losses"
"""What a trial keeps beside what Optuna does: every parameter as JSON; values by fold and goal; why it
failed or stopped; whether it stopped early, so that its value in Optuna is foreseen; the seconds of a
fold that was measured before the trial began; what each epoch lost on what was held out of the first."""
State = Literal["complete", "pruned", "failed", "running"]
_STATES: dict[str, State] = {"COMPLETE": "complete", "PRUNED": "pruned", "FAIL": "failed"}


@dataclass(frozen=True)
class StoredTrial:
    """A trial as it is told: in tables, on disk, in reports.

    Attributes:
        algorithm: the name of the algorithm
        number: within the study of its algorithm, 0 are the defaults
        state: how it ended
        values: one for each goal; None unless complete
        folds: for each fold that was measured, one value for each goal
        params: every parameter that mattered
        varied: those that were drawn
        seconds: wall-clock time that it took
        reason: why it failed or was stopped early
    """

    algorithm: str
    number: int
    state: State
    values: tuple[float, ...] | None
    folds: tuple[tuple[float, ...], ...]
    params: dict[str, Value]
    varied: dict[str, Value]
    seconds: float
    reason: str = ""

    @classmethod
    def of(cls, algorithm: str, trial: FrozenTrial) -> StoredTrial:
        """A trial of Optuna's, as a study of ours keeps it.

        Args:
            algorithm: the name of the algorithm
            trial: Optuna's
        """
        state = _STATES.get(trial.state.name, "running")
        if trial.user_attrs.get(STOPPED):
            state = "pruned"
        duration = trial.duration
        return cls(
            algorithm=algorithm,
            number=trial.number,
            state=state,
            values=tuple(trial.values) if state == "complete" else None,
            folds=tuple(
                tuple(math.nan if value is None else value for value in fold)
                for fold in trial.user_attrs.get(FOLDS, ())
            ),
            params=_params(algorithm, trial),
            varied=dict(trial.params),
            seconds=trial.user_attrs.get(BEFORE, 0.0) + duration.total_seconds()
            if duration
            else 0.0,
            reason=trial.user_attrs.get(REASON, ""),
        )

    @property
    def configured(self) -> Configured:
        """The algorithm with these parameters."""
        return of_settings(self.algorithm, self.params)


def _params(algorithm: str, trial: FrozenTrial) -> dict[str, Value]:
    """Every parameter of a trial. Raises DataError for what is no table of values."""
    try:
        found = json_documents.parsed(trial.user_attrs.get(PARAMS, "{}"))
    except ValueError as error:
        raise errors.DataError(
            f"Trial {trial.number} of {algorithm}: its parameters are damaged: {error}."
        ) from None
    return dict(found)


def counts(trial: FrozenTrial) -> bool:
    """Whether a trial takes from the budget: not one that waits, nor one whose worker went away.

    Args:
        trial: Optuna's
    """
    if trial.state.name == "FAIL":
        return REASON in trial.user_attrs
    return trial.state.name != "WAITING"
