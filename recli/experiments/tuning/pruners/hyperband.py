"""Successive halving."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recli.experiments.tuning.pruners._base import Pruner

if TYPE_CHECKING:
    from optuna.pruners import BasePruner


class Hyperband(Pruner):
    """Successive halving, of several sizes.

    Source: Li et al., Hyperband, JMLR 2018.
    """

    by_means = True

    def make(self, n_folds: int) -> BasePruner:
        from optuna.pruners import HyperbandPruner

        return HyperbandPruner(min_resource=1, max_resource=n_folds, reduction_factor=2)
