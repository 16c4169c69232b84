"""A sampler whose draws do not depend on what the process drew before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler
from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState

from recli.experiments.tuning.quiet import quiet


class ByNumber(BaseSampler):
    """For each trial a sampler made anew, from a seed that `seed` and the trial's number give.

    Args:
        make: the sampler of a seed, which finds all else that it needs in the study
        seed: what is drawn at random is drawn by it
    """

    def __init__(self, make: Callable[[int], BaseSampler], seed: int) -> None:
        self._make = make
        self._seed = seed
        self._of_trial = make(seed)

    def before_trial(self, study: Study, trial: FrozenTrial) -> None:
        """Make the sampler of this trial.

        Args:
            study: the study, as Optuna has it
            trial: the trial, as Optuna has it
        """
        [seed] = np.random.SeedSequence([self._seed, trial.number]).generate_state(1)
        with quiet():
            self._of_trial = self._make(int(seed))
        self._of_trial.before_trial(study, trial)

    def infer_relative_search_space(
        self, study: Study, trial: FrozenTrial
    ) -> dict[str, BaseDistribution]:
        return self._of_trial.infer_relative_search_space(study, trial)

    def sample_relative(
        self, study: Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        return self._of_trial.sample_relative(study, trial, search_space)

    def sample_independent(
        self, study: Study, trial: FrozenTrial, param_name: str, param_distribution: Any
    ) -> Any:
        return self._of_trial.sample_independent(study, trial, param_name, param_distribution)

    def after_trial(self, study: Study, trial: FrozenTrial, state: TrialState, values: Any) -> None:
        self._of_trial.after_trial(study, trial, state, values)
