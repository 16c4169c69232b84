"""A race."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recli.experiments.tuning.pruners._base import Pruner

if TYPE_CHECKING:
    from optuna.pruners import BasePruner
    from optuna.study import Study


class RacingPruner(Pruner):
    """A race against the best on the same folds, until the mean over all will hardly be better."""

    def make(self, n_folds: int) -> BasePruner:
        from recli.experiments.tuning.racing import Racing

        return Racing(n_folds)

    def first_fold_limit(self, study: Study, n_folds: int) -> float | None:
        from recli.experiments.tuning.racing import Racing

        return Racing(n_folds).first_fold_limit(study)
