"""The median."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recli.experiments.tuning.pruners._base import Pruner

if TYPE_CHECKING:
    from optuna.pruners import BasePruner


class Median(Pruner):
    """Stops what is worse than the median of the others after as many folds."""

    by_means = True

    def make(self, n_folds: int) -> BasePruner:
        from optuna.pruners import MedianPruner

        return MedianPruner(n_startup_trials=5)
