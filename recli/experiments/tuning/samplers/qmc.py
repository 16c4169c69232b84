"""A quasi-random sequence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recli.experiments.tuning.samplers._base import Sampler

if TYPE_CHECKING:
    from optuna.samplers import BaseSampler


class QMC(Sampler):
    """Settings spread more evenly than by chance: a scrambled Sobol sequence."""

    several_goals = True
    is_sequence = True

    def make(self, seed: int, n_goals: int) -> BaseSampler:
        from optuna.samplers import QMCSampler

        return QMCSampler(seed=seed, scramble=True, warn_independent_sampling=False)
