"""Optuna's usual sampler."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recli.experiments.tuning.samplers._base import Sampler

if TYPE_CHECKING:
    from optuna.samplers import BaseSampler


class TPE(Sampler):
    """The tree-structured Parzen estimator: where good settings are denser than bad ones.

    Source: Bergstra et al., Algorithms for hyper-parameter optimization, NIPS 2011.
    """

    several_goals = True

    def make(self, seed: int, n_goals: int) -> BaseSampler:
        from optuna.samplers import TPESampler

        # Learning rate, epochs and regularisation make sense together only; the groups are those of
        # conditional parameters. With several goals Optuna advises one by one.
        together = n_goals == 1
        return TPESampler(seed=seed, multivariate=together, group=together)
