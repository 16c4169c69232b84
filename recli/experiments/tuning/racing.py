"""A race: a setting against the best so far, fold by fold, until it can hardly win any more."""

from __future__ import annotations

import math

import numpy as np
import scipy.stats
from optuna.pruners import BasePruner
from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState


class Racing(BasePruner):
    """Stops a trial whose mean over all folds will hardly be better than the best one's.

    Folds are hard or easy for all settings alike, so what counts is the difference to the best trial on
    the same folds. Of n folds k are known, with mean difference d and noise s; what d lacks of the
    difference over all n has the standard error s √(1/k − 1/n), as for any sample of a finite whole
    (Cochran 1977, chapter 2). The trial is stopped where d is worse than the best by more than t of
    those, the quantile of Student's distribution at `level`. The variance s² is pooled over the trials
    that went to the end, n − 1 degrees of freedom from each; until there are two, nobody is stopped.

    Source: racing, Maron and Moore 1997 ("The Racing Algorithm"), on paired differences, Birattari et
    al. 2002 ("A Racing Algorithm for Configuring Metaheuristics"). There the number of folds is open;
    where it is fixed the last ones have little left to tell, hence the smaller error.

    Args:
        n_folds: n; a trial reports the value of each fold, with steps from 0
        level: chance of stopping a trial that is just as good as the best, at each look
    """

    def __init__(self, n_folds: int, level: float = 0.05) -> None:
        self._n_folds, self._level = n_folds, level

    def prune(self, study: Study, trial: FrozenTrial) -> bool:
        """Whether the trial is to stop.

        Args:
            study: the study, as Optuna has it
            trial: the trial, as Optuna has it
        """
        mine = _sign(study) * _values(trial)
        k = len(mine)
        if not 1 <= k < self._n_folds:
            return False
        found = self._best_and_noise(study)
        if found is None:
            return False
        best, noise, degrees = found
        return float(np.mean(mine - best[:k])) > self._behind(k, noise, degrees)

    def first_fold_limit(self, study: Study) -> float | None:
        """The value of the first fold beyond which a trial stops.

        Of a single fold it is what the best has: there is nothing after it to make up for it.

        Args:
            study: the study, as Optuna has it

        Returns:
            None where nobody is stopped yet.
        """
        if self._n_folds == 1:
            return min(
                (_values(trial)[0] for trial in self._ended(study)),
                key=lambda value: _sign(study) * value,
                default=None,
            )
        found = self._best_and_noise(study)
        if found is None:
            return None
        best, noise, degrees = found
        return _sign(study) * float(best[0] + self._behind(1, noise, degrees))

    def _behind(self, k: int, noise: float, degrees: int) -> float:
        """How far a trial may be behind the best after `k` folds, to go on."""
        error = math.sqrt(noise * (1 / k - 1 / self._n_folds))
        return max(0.0, float(scipy.stats.t.isf(self._level, degrees)) * error)

    def _best_and_noise(self, study: Study) -> tuple[np.ndarray, float, int] | None:
        """The best by fold, lower is better; the variance of differences, and its degrees of freedom."""
        whole = [_values(trial) for trial in self._ended(study)]
        if not whole:
            return None
        folds = _sign(study) * np.array(whole)
        best = folds[np.argmin(folds.mean(axis=1))]
        # The best is no measure of noise to itself, nor is a setting that comes to the same.
        differences = (folds - best)[(folds != best).any(axis=1)]
        if not len(differences):
            return None
        noise = float(differences.var(axis=1, ddof=1).mean())
        return best, noise, len(differences) * (self._n_folds - 1)

    def _ended(self, study: Study) -> list[FrozenTrial]:
        """The trials that were measured on all folds."""
        ended = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
        return [trial for trial in ended if len(trial.intermediate_values) == self._n_folds]


def _sign(study: Study) -> float:
    return 1.0 if study.direction.name == "MINIMIZE" else -1.0


def _values(trial: FrozenTrial) -> np.ndarray:
    """What a trial has reported, by fold."""
    return np.array([value for _, value in sorted(trial.intermediate_values.items())], float)
