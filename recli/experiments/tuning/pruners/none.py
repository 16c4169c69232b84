"""Nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recli.experiments.tuning.pruners._base import Pruner

if TYPE_CHECKING:
    from optuna.pruners import BasePruner


class NoPruner(Pruner):
    """Stops nothing."""

    def make(self, n_folds: int) -> BasePruner:
        from optuna.pruners import NopPruner

        return NopPruner()
