"""Chance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recli.experiments.tuning.samplers._base import Sampler

if TYPE_CHECKING:
    from optuna.samplers import BaseSampler


class Random(Sampler):
    """Settings drawn at random."""

    several_goals = True

    def make(self, seed: int, n_goals: int) -> BaseSampler:
        from optuna.samplers import RandomSampler

        return RandomSampler(seed=seed)
