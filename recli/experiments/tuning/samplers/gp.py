"""Bayesian optimisation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recli.experiments.tuning.samplers._base import Sampler

if TYPE_CHECKING:
    from optuna.samplers import BaseSampler


class GP(Sampler):
    """A Gaussian process, for the few dozens of trials that people wait for.

    Parameters that matter in some settings only are drawn by `tpe`.
    """

    def make(self, seed: int, n_goals: int) -> BaseSampler:
        from recli.experiments.tuning.gaussian_process import GaussianProcess
        from recli.experiments.tuning.samplers.tpe import TPE

        return GaussianProcess(seed, TPE().make(seed, n_goals))
