"""One setting after another: fold by fold, stopped where it is clearly worse."""

from __future__ import annotations

import json
import logging
import math
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import optuna

from recli import errors, kernels
from recli.algorithms import Configured
from recli.data.dataset import Dataset
from recli.evaluation.fold import FoldScores
from recli.evaluation.goals import Goal
from recli.evaluation.protocol import Protocol
from recli.experiments.cross_validation import cells
from recli.experiments.interrupts import HeldBack
from recli.experiments.resources import Resources
from recli.experiments.tuning.foresight import Foresight
from recli.experiments.tuning.pruners import Pruner
from recli.ranking.recommender import settings
from recli.records.failures import CellFailure
from recli.records.stored_trial import BEFORE, FOLDS, LOSSES, PARAMS, REASON, STOPPED

_LOG = logging.getLogger("recli")


class TrialFailedError(errors.RecliError):
    """An algorithm failed on a fold: diverged, too large, not fit for the data, or wrong in its code."""


FAILURES = (TrialFailedError,)
"""What a setting may do to a trial without ending the study."""


class Trials:
    """What a trial of a study does: it draws a setting and measures it on the folds of `protocol`.

    deadline: on the clock of `time.monotonic`; at it a trial stops after its fold
    whole_defaults: whether the first of an algorithm does not
    first_fold_only: whether a trial stops after its first fold

    As many folds are at work at once as there are jobs; what they give is taken up in their order,
    so that jobs change no number: a fold that was computed in vain is forgotten.

    Args:
        dataset: the ratings, and what is known of items and users
        protocol: how the line-up is compared
        goals: what tuning improves, the first orders
        resources: how much may work at once, and with how much memory
        held_back: holds Ctrl-C back while a trial is written
        pruner: stops bad settings
    """

    def __init__(
        self,
        dataset: Dataset,
        protocol: Protocol,
        goals: Sequence[Goal],
        resources: Resources,
        held_back: HeldBack,
        pruner: Pruner,
    ) -> None:
        self.dataset, self.protocol, self.goals = dataset, protocol, tuple(goals)
        self.resources, self.held_back = resources, held_back
        self.pruner, self.deadline = pruner, math.inf
        self.whole_defaults, self.first_fold_only = True, False
        self.folds = protocol.split.folds(dataset)
        self._first: dict[str, tuple[FoldScores, float] | errors.RecliError] = {}

    def first_fold(self, configured: Configured) -> tuple[tuple[float, ...], float]:
        """What a setting reaches on the first fold, for each goal, and the seconds that it took.

        A trial of the same setting takes it from here. Compiling does not count.

        Args:
            configured: an algorithm with its parameters

        Raises:
            RecliError: one of `FAILURES`
        """
        started = kernels.clock.seconds()
        try:
            [scores] = self._measured(configured, [0])
        except FAILURES as error:
            self._first[_key(configured)] = error
            raise
        seconds = kernels.clock.seconds() - started
        self._first[_key(configured)] = scores, seconds
        return tuple(goal.value(scores) for goal in self.goals), seconds

    def means(self, configured: Configured) -> tuple[float, ...]:
        """What a setting reaches on all folds, for each goal; no trial is kept of it.

        Args:
            configured: an algorithm with its parameters
        """
        folds = list(self._measured(configured, range(len(self.folds))))
        return tuple(float(np.mean([goal.value(fold) for fold in folds])) for goal in self.goals)

    def objective(
        self,
        configure: Callable[[optuna.Trial], Configured],
        on_fold: Callable[[int], None] = lambda n: None,
    ) -> Callable[[optuna.Trial], Any]:
        """The function that Optuna minimises or maximises; `on_fold` hears how many are done.

        Args:
            configure: the algorithm with the values of a trial
            on_fold: told of every finished fold
        """

        def value(trial: optuna.Trial) -> Any:
            configured = configure(trial)
            trial.set_user_attr(PARAMS, json.dumps(settings(configured)))
            if isinstance(known := self._first.get(_key(configured)), tuple):
                trial.set_user_attr(BEFORE, known[1])
            folds: list[list[float]] = []
            try:
                for scores in self._scores(configured, self._foresight(trial.study)):
                    values = [goal.value(scores) for goal in self.goals]
                    folds.append(values)
                    if len(folds) == 1:
                        _keep_losses(trial, scores)
                    on_fold(len(folds))
                    if missing := [
                        g for g, v in zip(self.goals, values, strict=True) if math.isnan(v)
                    ]:
                        reason = f"a fold has no user to whom {missing[0]} applies"
                        trial.set_user_attr(REASON, reason)
                        return math.nan
                    if self._is_over(trial, folds):
                        break
            except errors.StoppedFitError as stopped:
                trial.set_user_attr(REASON, str(stopped))
                return self._foreseen(trial, [[stopped.foreseen]])
            except FAILURES as error:
                trial.set_user_attr(REASON, str(error))
                raise
            finally:
                trial.set_user_attr(FOLDS, _without_nan(folds))
            if len(folds) < len(self.folds):
                if len(self.goals) > 1:
                    raise optuna.TrialPruned
                return self._foreseen(trial, folds)
            means = np.mean(folds, axis=0).tolist()
            return means if len(means) > 1 else means[0]

        return value

    def _foresight(self, study: optuna.Study) -> Foresight | None:
        """What ends the fit of the first fold within its epochs; None where nothing can."""
        if len(self.goals) > 1:
            return None
        measured = [trial.user_attrs for trial in study.get_trials(deepcopy=False)]
        known = [
            (own[LOSSES], own[FOLDS][0][0]) for own in measured if LOSSES in own and FOLDS in own
        ]
        limit = self.pruner.first_fold_limit(study, len(self.folds)) if known else None
        if limit is None:
            return None
        losses, values = zip(*known, strict=True)
        return Foresight(losses, values, limit, self.goals[0].greater_is_better)

    def _scores(self, configured: Configured, foresight: Foresight | None) -> Iterator[FoldScores]:
        """What comes out on the folds, in their order; the first that fails raises TrialFailedError.

        A first fold that may end early goes alone: what others would be at work meanwhile may be in vain.
        """
        known = self._first.get(_key(configured))
        if isinstance(known, errors.RecliError):
            raise known
        if known is not None:
            yield known[0]
        elif foresight is not None:
            yield from self._measured(configured, [0], foresight)
        at_once = max(1, self.resources.n_jobs)
        begun = known is not None or foresight is not None
        for start in range(begun, len(self.folds), at_once):
            yield from self._measured(configured, range(len(self.folds))[start : start + at_once])

    def _measured(
        self, configured: Configured, numbers: Sequence[int], foresight: Foresight | None = None
    ) -> Iterator[FoldScores]:
        """What comes out on these folds, at work at once; raises as `_scores` does."""
        places = [(0, number) for number in numbers]
        listeners = {} if foresight is None else dict.fromkeys(places, foresight)
        found = cells(
            self.dataset,
            [configured],
            self.protocol,
            self.resources,
            self.folds,
            places,
            listeners=listeners,
        )
        with self.held_back.let_through():
            finished = sorted(found, key=lambda cell: cell.fold)
        for cell in finished:
            if isinstance(cell, CellFailure):
                if isinstance(cell.error, errors.StoppedFitError):
                    raise cell.error
                if isinstance(cell.error, errors.AlgorithmCodeError):
                    _LOG.warning("%s", cell.trace)  # a mistake, which somebody wants to mend
                raise TrialFailedError(str(cell.error)) from cell.error
            yield cell.scores

    def _is_over(self, trial: optuna.Trial, folds: list[list[float]]) -> bool:
        """Whether the trial is to stop before its last fold, for being bad or late."""
        done, all_of_them = len(folds), len(self.folds)
        if len(self.goals) == 1:
            so_far = [values[0] for values in folds]
            trial.report(float(np.mean(so_far)) if self.pruner.by_means else so_far[-1], done - 1)
        if done == all_of_them:
            return False
        if self.first_fold_only:
            trial.set_user_attr(REASON, f"worse than others on {done} of {all_of_them} folds")
            return True
        if time.monotonic() > self.deadline and not (trial.number == 0 and self.whole_defaults):
            trial.set_user_attr(REASON, f"the time was up after {done} of {all_of_them} folds")
            return True
        if len(self.goals) == 1 and trial.should_prune():
            trial.set_user_attr(REASON, f"worse than the best on {done} of {all_of_them} folds")
            return True
        return False

    def _foreseen(self, trial: optuna.Trial, folds: list[list[float]]) -> float:
        """What a trial that stopped would have reached: the best's mean, and the difference so far.

        Samplers learn from it as from any other value; of pruned trials they only know that they are
        worse than all that went to the end, however bad. Folds of two settings differ alike, so that a
        few tell much. Raises TrialPruned where there is no better trial to go by.
        """
        try:
            of_best = [values[0] for values in trial.study.best_trial.user_attrs.get(FOLDS, ())]
        except ValueError:
            raise optuna.TrialPruned from None
        differences = [mine[0] - best for mine, best in zip(folds, of_best, strict=False)]
        difference = float(np.mean(differences))
        if len(of_best) < len(self.folds) or self.goals[0].sign * difference <= 0:
            raise optuna.TrialPruned
        trial.set_user_attr(STOPPED, True)
        return float(np.mean(of_best)) + difference


def _keep_losses(trial: optuna.Trial, scores: FoldScores) -> None:
    """Keep what each epoch of the first fold lost on what was held out, if anything was."""
    held_out = [held_out for _, held_out in scores.losses]
    if held_out and not math.isnan(sum(held_out)):
        trial.set_user_attr(LOSSES, held_out)


def _key(configured: Configured) -> str:
    return json.dumps([configured.name, settings(configured)])


def _without_nan(folds: list[list[float]]) -> list[list[float | None]]:
    return [[None if math.isnan(value) else value for value in fold] for fold in folds]
