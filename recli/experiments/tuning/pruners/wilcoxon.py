"""A test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recli.experiments.tuning.pruners._base import Pruner

if TYPE_CHECKING:
    from optuna.pruners import BasePruner

_P_WORSE = 0.3
"""The level: p is at least 1/4 after two folds, so two that are both worse are enough."""


class Wilcoxon(Pruner):
    """Wilcoxon's signed-rank test against the best on the same folds."""

    def make(self, n_folds: int) -> BasePruner:
        from optuna.pruners import WilcoxonPruner

        return WilcoxonPruner(p_threshold=_P_WORSE)
