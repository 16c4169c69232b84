"""An evolution strategy."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from recli.experiments.tuning.samplers._base import Sampler

if TYPE_CHECKING:
    from optuna.samplers import BaseSampler


class CMAES(Sampler):
    """The covariance matrix adaptation evolution strategy, for numbers in many trials.

    Source: Hansen and Ostermeier, Completely derandomized self-adaptation, 2001.
    """

    needs: ClassVar = {"cmaes": "'recli[tune]'"}

    def make(self, seed: int, n_goals: int) -> BaseSampler:
        from optuna.samplers import CmaEsSampler

        return CmaEsSampler(seed=seed, warn_independent_sampling=False)
