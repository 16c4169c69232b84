"""The search: a study of Optuna's for each algorithm, tried in turn until the budget is spent."""

from __future__ import annotations

import json
import math
import sys
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import optuna
from optuna.storages import RDBStorage, RetryHeartbeatStaleTrialCallback
from optuna.study import StudyDirection

from recli import errors, registry
from recli.algorithms import Configured
from recli.evaluation.goals import Goal
from recli.experiments.tuning import pruners, samplers, storage
from recli.experiments.tuning.external_trials import Told
from recli.experiments.tuning.quiet import quiet
from recli.experiments.tuning.space import Space
from recli.experiments.tuning.trials import FAILURES, Trials
from recli.experiments.tuning.watch import NOBODY, Watch
from recli.params import Value
from recli.ranking.recommender import settings
from recli.records.stored_trial import PARAMS, REASON, StoredTrial, counts

_WAIT = 1.0  # seconds between looks at what other workers do


@dataclass(frozen=True)
class Budget:
    """When to stop: after so many trials of all algorithms together, or so many seconds.

    Attributes:
        trials: how many trials
        timeout: how long, seconds; None for no limit
    """

    trials: int
    timeout: float | None = None


@dataclass(frozen=True)
class Method:
    """How the search goes: names of a sampler and a pruner, and the seed.

    Attributes:
        sampler: the name of the sampler
        pruner: the name of the pruner
        seed: what is drawn at random is drawn by it
    """

    sampler: str = "gp"
    pruner: str = pruners.DEFAULT_PRUNER
    seed: int = 0


class Search:
    """One search over the spaces of one or more algorithms, each with an equal share of the budget.

    Each algorithm has a study of its own, called `name/algorithm`: samplers learn from settings that
    have the same parameters, and the grid, GP and CMA-ES know no others.

    Args:
        name: the name
        spaces: the parameters of each algorithm that are tuned
        method: how parameters are drawn and trials are stopped
        terms: what the trials depend on, which another worker has to share
        store: where the trials are kept
        trials: what a trial does
        n_settings: how many trials there may be in all
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
        self._store, self._name, self._method, self._terms = store, name, method, terms
        self.spaces = {space.start.name: space for space in spaces}
        self.trials = trials
        self.goals = trials.goals
        self._limits = dict.fromkeys(self.spaces, math.inf)
        self._heard: set[int] = set()
        storage.check(store, f"{name}/", terms)
        self.studies: dict[str, optuna.Study] = {}
        is_grid = registry.get("sampler", method.sampler).is_grid
        for algorithm, space in self.spaces.items():
            first = [space.defaults]
            if is_grid:
                share = n_settings // len(self.spaces)
                first += [setting for setting in space.grid(share) if setting != space.defaults]
            if is_grid or not space.tunable:
                self._limits[algorithm] = len(first)
            about = {"fixed": space.fixed, "space": space.document()}
            self.studies[algorithm] = self._join(algorithm, first, {**terms, **about})

    def run(
        self,
        n_trials: int,
        watch: Watch = NOBODY,
    ) -> None:
        """Trials of each algorithm in turn, until there are `n_trials` or the time is up.

        The defaults of each are tried in any case. Where other workers are at the last trials, it
        waits for them, to take up those of a worker that goes away.

        Args:
            n_trials: how many trials
            watch: told of what happens
        """
        while (algorithm := self._next(n_trials)) is not None:
            if algorithm:
                self.step(algorithm, watch)
            else:
                time.sleep(_WAIT)

    def step(
        self,
        algorithm: str,
        watch: Watch = NOBODY,
    ) -> None:
        """One more trial of an algorithm. Interrupted by Ctrl-C, it waits to be taken up again.

        Args:
            algorithm: the name of the algorithm
            watch: told of what happens
        """
        objective = self.trials.objective(self.spaces[algorithm].configured, watch.on_fold)
        self._optimize(algorithm, objective, watch)

    def _optimize(
        self,
        algorithm: str,
        objective: Callable[[optuna.Trial], Any],
        watch: Watch,
    ) -> None:
        study = self.studies[algorithm]
        numbers: list[int] = []

        def noted(trial: optuna.Trial) -> Any:
            numbers.append(trial.number)
            return objective(trial)

        try:
            study.optimize(
                noted,
                n_trials=1,
                catch=FAILURES,
                callbacks=[lambda _, trial: watch.on_trial(StoredTrial.of(algorithm, trial))],
            )
        except KeyboardInterrupt:
            for number in numbers:
                trial = study.trials[number]
                if not counts(trial):
                    with quiet():
                        RetryHeartbeatStaleTrialCallback()(study, trial)
            raise

    def ask(self) -> StoredTrial:
        """The next setting of the algorithm whose turn it is, to be measured elsewhere."""
        algorithm = self._next(sys.maxsize)
        if not algorithm:
            raise errors.UsageError("The grid is used up: there is no setting left to ask for.")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that nobody's heart beats for it
            trial = self.studies[algorithm].ask()
        configured = self.spaces[algorithm].configured(trial)
        trial.set_user_attr(PARAMS, json.dumps(settings(configured)))
        trial.set_user_attr(REASON, "failed elsewhere")  # if it is told so
        return StoredTrial.of(algorithm, self.studies[algorithm].trials[trial.number])

    def tell(self, told: Told) -> None:
        """Take down what came out elsewhere.

        Args:
            told: a trial that was made elsewhere

        Raises:
            UsageError: for a trial that does not wait for it
        """
        algorithm = told.algorithm or next(iter(self.studies))
        if algorithm not in self.studies or (not told.algorithm and len(self.studies) > 1):
            raise errors.unknown("algorithm in the study", told.algorithm, self.studies)
        study = self.studies[algorithm]
        waiting = [t.number for t in study.trials if t.state == optuna.trial.TrialState.RUNNING]
        if told.number not in waiting:
            numbers = ", ".join(map(str, waiting)) or "none: '--ask' gives one"
            raise errors.UsageError(
                f"Trial {told.number} of {algorithm} does not wait for a value. Waiting: {numbers}."
            )
        if told.values and len(told.values) != len(self.goals):
            names = ", ".join(map(str, self.goals))
            raise errors.UsageError(f"A trial has {len(self.goals)} values: {names}.")
        if told.values:
            study.tell(told.number, list(told.values))
        else:
            study.tell(told.number, state=optuna.trial.TrialState.FAIL)

    def measure(
        self,
        configured: Configured,
        watch: Watch = NOBODY,
    ) -> None:
        """One trial of one setting, in a study of its own, unless that has it already.

        Args:
            configured: an algorithm with its parameters
            watch: told of what happens
        """
        algorithm = configured.name
        if algorithm not in self.studies:
            self.studies[algorithm] = self._join(algorithm, [], self._terms)
        known = [trial.params for trial in self.tried() if trial.algorithm == algorithm]
        if settings(configured) not in known:
            objective = self.trials.objective(lambda trial: configured, watch.on_fold)
            self._optimize(algorithm, objective, watch)

    def count(self, algorithm: str) -> int:
        """The trials of an algorithm that count.

        Args:
            algorithm: the name of the algorithm
        """
        return sum(map(counts, self.studies[algorithm].get_trials(deepcopy=False)))

    def has_room(self, algorithm: str) -> bool:
        """Whether an algorithm has settings left.

        Args:
            algorithm: the name of the algorithm
        """
        return self.count(algorithm) < self._limits[algorithm]

    def tried(self) -> list[StoredTrial]:
        """All trials that count, by algorithm and number."""
        return [
            StoredTrial.of(algorithm, trial)
            for algorithm, study in self.studies.items()
            for trial in study.get_trials(deepcopy=False)
            if counts(trial)
        ]

    @property
    def finished(self) -> list[StoredTrial]:
        """The trials that gave values."""
        return [trial for trial in self.tried() if trial.state == "complete"]

    def _join(
        self, algorithm: str, first: Sequence[Mapping[str, Value]], terms: Mapping[str, Any]
    ) -> optuna.Study:
        return storage.join(
            self._store,
            f"{self._name}/{algorithm}",
            [_direction(goal) for goal in self.goals],
            samplers.sampler(self._method.sampler, self._method.seed, len(self.goals)),
            pruners.pruner(self._method.pruner, len(self.trials.folds)),
            terms,
            first,
        )

    def _next(self, n_trials: int) -> str | None:
        """The algorithm whose turn it is; empty where others are at the last ones; None: done."""
        states = optuna.trial.TrialState
        counted: dict[str, int] = {}
        at_work: list[optuna.trial.FrozenTrial] = []
        left_behind = None
        for algorithm, study in self.studies.items():
            found = study.get_trials(deepcopy=False)
            counted[algorithm] = sum(map(counts, found))
            # What others measure elsewhere (`ask`) nobody waits for.
            running = [trial for trial in found if trial.state == states.RUNNING]
            at_work += [trial for trial in running if REASON not in trial.user_attrs]
            waiting = (trial for trial in found if trial.state == states.WAITING)
            if any("failed_trial" in trial.system_attrs for trial in waiting):
                left_behind = algorithm
        begun = [algorithm for algorithm, n in counted.items() if n]
        if time.monotonic() > self.trials.deadline:
            return next((name for name in counted if name not in begun), None)
        open_ones = [name for name, n in counted.items() if n < self._limits[name]]
        if sum(counted.values()) < n_trials and open_ones:
            return min(open_ones, key=lambda name: counted[name])
        if left_behind or not at_work:
            return left_behind
        for trial in at_work:
            # A worker that went away before its heart first beat would never be missed.
            if trial._trial_id not in self._heard:
                self._store.record_heartbeat(trial._trial_id)
                self._heard.add(trial._trial_id)
        with quiet():
            for study in self.studies.values():
                optuna.storages.fail_stale_trials(study)
        return ""


def _direction(goal: Goal) -> StudyDirection:
    return StudyDirection.MAXIMIZE if goal.greater_is_better else StudyDirection.MINIMIZE
