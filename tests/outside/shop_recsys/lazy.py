"""A sampler and a pruner."""

from __future__ import annotations

import optuna

from recli.experiments.tuning.pruners import Pruner
from recli.experiments.tuning.samplers import Sampler


class Dice(Sampler):
    """Draws as the dice fall."""

    def make(self, seed: int, n_goals: int) -> optuna.samplers.BaseSampler:
        return optuna.samplers.RandomSampler(seed=seed)


class Patient(Pruner):
    """Stops nobody."""

    def make(self, n_folds: int) -> optuna.pruners.BasePruner:
        return optuna.pruners.NopPruner()
