"""How much each parameter matters, by algorithm."""

from __future__ import annotations

import warnings

import optuna

from recli.experiments.tuning.search import Search

_ENOUGH = 8  # finished trials; below, a share says nothing


def importances(search: Search) -> dict[str, dict[str, float]]:
    """By algorithm and parameter, its share of what the first goal varies by; they sum to 1.

    By PED-ANOVA (Watanabe, Bansal and Hutter, IJCAI 2023), as Optuna has it. Empty for an algorithm
    with few finished trials, or with one parameter.

    Args:
        search: the search
    """
    found, sign = {}, search.goals[0].sign
    for algorithm, study in search.studies.items():
        complete = study.get_trials(deepcopy=False, states=(optuna.trial.TrialState.COMPLETE,))
        names = {name for trial in complete for name in trial.params}
        if len(complete) < _ENOUGH or len(names) < 2:
            continue
        with warnings.catch_warnings():
            # It recalls that small is taken for good, which the sign sees to.
            warnings.simplefilter("ignore")
            shares = optuna.importance.get_param_importances(
                study, target=lambda trial: sign * trial.values[0]
            )
        found[algorithm] = {name: float(share) for name, share in shares.items()}
    return found
