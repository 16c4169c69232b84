"""What `recli.tune` gives."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import optuna
import pandas as pd

from recli.algorithms import Configured
from recli.api import _html
from recli.evaluation.goals import Goal
from recli.experiments.tuning import storage
from recli.experiments.tuning.holdout import HoldoutVerdict
from recli.experiments.tuning.quiet import quiet
from recli.experiments.tuning.study import TuningRun
from recli.params import shown
from recli.records.stored_trial import StoredTrial


@dataclass(frozen=True, eq=False, repr=False)
class Tuning:
    """A search for the best hyperparameters.

    Attributes:
        goals: what was improved, the first orders
        trials: every setting that was tried, by algorithm and number; 0 are the defaults
        best_trial: the best of them
        front: those that no other beats in every goal
        locked: the best and the defaults on ratings that neither had seen, a verdict per goal; empty
            without
        importance: how much of the differences each hyperparameter explains, by algorithm
        studies: Optuna's studies, by algorithm
        folder: of the study, where results are kept; None where nothing was written
    """

    goals: tuple[Goal, ...]
    trials: tuple[StoredTrial, ...]
    best_trial: StoredTrial
    front: tuple[StoredTrial, ...]
    locked: tuple[HoldoutVerdict, ...]
    importance: dict[str, dict[str, float]]
    studies: dict[str, optuna.Study]
    folder: Path | None = None

    @classmethod
    def of(cls, run: TuningRun, folder: Path | None) -> Tuning:
        """What a run has found; its studies are copied into memory.

        Args:
            run: the run of `recli tune`
            folder: where it is kept; None: nowhere
        """
        memory = optuna.storages.InMemoryStorage()
        names = dict.fromkeys(trial.algorithm for trial in run.tried)
        with quiet():
            opened = storage.opened(run.url)
            for name in names:
                optuna.copy_study(
                    from_study_name=f"{run.id}/{name}",
                    from_storage=opened,
                    to_storage=memory,
                    to_study_name=name,
                )
            studies = {n: optuna.load_study(study_name=n, storage=memory) for n in names}
        opened.engine.dispose()
        return cls(
            run.goals,
            tuple(run.tried),
            run.best,
            tuple(run.front),
            run.locked,
            run.importance,
            studies,
            folder,
        )

    @property
    def best(self) -> Configured:
        """The algorithm with the best hyperparameters, to be evaluated or trained."""
        return self.best_trial.configured

    @property
    def study(self) -> optuna.Study:
        """Optuna's study of the best algorithm, for its plots and whatever else it offers."""
        return self.studies[self.best_trial.algorithm]

    def to_pandas(self) -> pd.DataFrame:
        """Every trial.

        Returns:
            A row per trial, the best in the first goal first, then those that have no value: algorithm,
            trial, state (`complete`, `pruned`, `failed`), a column per goal, a column per hyperparameter
            that was drawn, seconds.
        """
        rows = []
        for trial in self.trials:
            values = trial.values or (float("nan"),) * len(self.goals)
            row = {"algorithm": trial.algorithm, "trial": trial.number, "state": trial.state}
            row |= dict(zip(map(str, self.goals), values, strict=True))
            rows.append({**row, **trial.varied, "seconds": trial.seconds})
        found, first = pd.DataFrame(rows), self.goals[0]
        found["seconds"] = found.pop("seconds")
        return found.sort_values(
            str(first), ascending=not first.greater_is_better, kind="stable", ignore_index=True
        )

    def __repr__(self) -> str:
        return "\n  ".join([self._title, *self._verdicts])

    def _repr_html_(self) -> str:
        found = self.to_pandas().head(_SHOWN)
        goals, header = set(map(str, self.goals)), list(map(str, found.columns))
        cells = [
            [_cell(value, name in goals) for name, value in zip(header, row, strict=True)]
            for row in found.itertuples(index=False)
        ]
        table = _html.table(self._title, header, cells)
        return _html.page([table], self._verdicts)

    @property
    def _title(self) -> str:
        trial, best = self.best_trial, self.best.label
        values = zip(self.goals, trial.values or (), strict=True)
        reached = ", ".join(f"{goal} {value:.4f}" for goal, value in values)
        n = len(self.trials)
        return f"The best of {n} trial{'s' * (n != 1)}: {best}, {reached}"

    @property
    def _verdicts(self) -> list[str]:
        """What the locked test says."""
        return [
            f"on ratings locked away until the end: {one.goal} {one.winner:.4f}, with {one.against} "
            f"{one.defaults:.4f}"
            for one in self.locked
        ]


_SHOWN = 10


def _cell(value: object, is_goal: bool) -> str:
    if isinstance(value, float):
        return "–" if math.isnan(value) else f"{value:.4f}" if is_goal else f"{value:.4g}"
    return shown(value)
