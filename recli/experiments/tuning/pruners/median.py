"""The median."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING

from recli.experiments.tuning.pruners._base import Pruner

if TYPE_CHECKING:
    from optuna.pruners import BasePruner
    from optuna.study import Study

_FEWEST = 5
"""Trials that have to have ended."""


class Median(Pruner):
    """Stops what is worse than the median of the others after as many folds."""

    by_means = True

    def make(self, n_folds: int) -> BasePruner:
        from optuna.pruners import MedianPruner

        return MedianPruner(n_startup_trials=_FEWEST)

    def first_fold_limit(self, study: Study, n_folds: int) -> float | None:
        from optuna.trial import TrialState

        ended = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
        first = [t.intermediate_values[0] for t in ended if 0 in t.intermediate_values]
        return statistics.median(first) if len(first) >= _FEWEST else None
