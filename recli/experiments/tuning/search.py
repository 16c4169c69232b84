"""The search: a study of Optuna's for each algorithm, tried in turn until the budget is spent."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import optuna
from optuna.storages import RDBStorage, RetryHeartbeatStaleTrialCallback
from optuna.study import StudyDirection

from recli.experiments.tuning import samplers, storage
from recli.experiments.tuning.goals import Goal
from recli.experiments.tuning.samplers import quiet
from recli.experiments.tuning.space import Space
from recli.experiments.tuning.trials import FAILURES, Trials
from recli.experiments.tuning.tried import Tried, counts

_WAIT = 1.0  # seconds between looks at what other workers do


@dataclass(frozen=True)
class Budget:
    """When to stop: after so many trials of all algorithms together, or so many seconds."""

    trials: int
    timeout: float | None = None


@dataclass(frozen=True)
class Method:
    """How the search goes: names of a sampler and a pruner, and the seed."""

    sampler: str = "tpe"
    pruner: str = "wilcoxon"
    seed: int = 0


class Search:
    """One search over the spaces of one or more algorithms, each with an equal share of the budget.

    Each algorithm has a study of its own, called `name/algorithm`: samplers learn from settings that
    have the same parameters, and the grid, GP and CMA-ES know no others.

    terms: what the trials depend on, which another worker has to share
    """

    def __init__(
        self,
        store: RDBStorage,
        name: str,
        spaces: Sequence[Space],
        trials: Trials,
        method: Method,
        terms: Mapping[str, Any],
        n_settings: int,
    ) -> None:
        self.spaces = {space.start.name: space for space in spaces}
        self.trials = trials
        self.goals = trials.goals
        self._limits = dict.fromkeys(self.spaces, math.inf)
        self.studies: dict[str, optuna.Study] = {}
        for algorithm, space in self.spaces.items():
            first = [space.defaults]
            if method.sampler == "grid":
                share = n_settings // len(self.spaces)
                first += [setting for setting in space.grid(share) if setting != space.defaults]
            if method.sampler == "grid" or not space.tunable:
                self._limits[algorithm] = len(first)
            self.studies[algorithm] = storage.join(
                store,
                f"{name}/{algorithm}",
                [_direction(goal) for goal in self.goals],
                samplers.sampler(method.sampler, method.seed, len(self.goals)),
                samplers.pruner(method.pruner, len(trials.folds)),
                {**terms, "fixed": space.fixed, "space": space.document()},
                first,
            )

    def run(
        self,
        n_trials: int,
        on_trial: Callable[[Tried], None] = lambda trial: None,
        on_fold: Callable[[int], None] = lambda n: None,
    ) -> None:
        """Trials of each algorithm in turn, until there are `n_trials` or the time is up.

        The defaults of each are tried in any case. Where other workers are at the last trials, it
        waits for them, to take up those of a worker that goes away.
        """
        while (algorithm := self._next(n_trials)) is not None:
            if algorithm:
                self.step(algorithm, on_trial, on_fold)
            else:
                time.sleep(_WAIT)

    def step(
        self,
        algorithm: str,
        on_trial: Callable[[Tried], None] = lambda trial: None,
        on_fold: Callable[[int], None] = lambda n: None,
    ) -> None:
        """One more trial of an algorithm. Interrupted by Ctrl-C, it waits to be taken up again."""
        study = self.studies[algorithm]
        numbers: list[int] = []
        objective = self.trials.objective(self.spaces[algorithm], on_fold)

        def noted(trial: optuna.Trial) -> Any:
            numbers.append(trial.number)
            return objective(trial)

        try:
            study.optimize(
                noted,
                n_trials=1,
                catch=FAILURES,
                callbacks=[lambda _, trial: on_trial(Tried.of(algorithm, trial))],
            )
        except KeyboardInterrupt:
            for number in numbers:
                trial = study.trials[number]
                if not counts(trial):
                    with quiet():
                        RetryHeartbeatStaleTrialCallback()(study, trial)
            raise

    def tried(self) -> list[Tried]:
        """All trials that count, by algorithm and number."""
        return [
            Tried.of(algorithm, trial)
            for algorithm, study in self.studies.items()
            for trial in study.get_trials(deepcopy=False)
            if counts(trial)
        ]

    @property
    def finished(self) -> list[Tried]:
        """The trials that gave values."""
        return [trial for trial in self.tried() if trial.state == "complete"]

    def _next(self, n_trials: int) -> str | None:
        """The algorithm whose turn it is; empty where others are at the last ones; None: done."""
        states = optuna.trial.TrialState
        counted: dict[str, int] = {}
        n_running = 0
        for algorithm, study in self.studies.items():
            found = study.get_trials(deepcopy=False)
            counted[algorithm] = sum(map(counts, found))
            n_running += sum(trial.state == states.RUNNING for trial in found)
        begun = [algorithm for algorithm, n in counted.items() if n]
        if time.monotonic() > self.trials.deadline:
            return next((name for name in counted if name not in begun), None)
        open_ones = [name for name, n in counted.items() if n < self._limits[name]]
        if sum(counted.values()) < n_trials and open_ones:
            return min(open_ones, key=lambda name: counted[name])
        if not n_running:
            return None
        with quiet():
            for study in self.studies.values():
                optuna.storages.fail_stale_trials(study)
        return ""


def _direction(goal: Goal) -> StudyDirection:
    return StudyDirection.MAXIMIZE if goal.greater_is_better else StudyDirection.MINIMIZE
