"""Who proposes settings, and who stops bad ones early, by the names of the command line.

Optuna is imported where it is used: the names are for `--help` too.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from recli import errors
from recli.experiments.tuning.quiet import quiet

if TYPE_CHECKING:
    import optuna

_P_WORSE = 0.3
"""Wilcoxon's level: p is at least 1/4 after two folds, so two that are both worse are enough."""


DEFAULT_PRUNER = "racing"
"""Saves the most folds at the same final value: `experiments/pruning.py`."""


def default_sampler(n_goals: int) -> str:
    """`gp`, which finds more in few trials; `tpe` where there are several goals."""
    return "gp" if n_goals == 1 else "tpe"


def sampler(name: str, seed: int, n_goals: int) -> optuna.samplers.BaseSampler:
    """The sampler of that name; every trial's draws depend on `seed` and its number alone.

    So a study that was interrupted goes on as it would have, and of many workers no two draw the
    same. Raises UsageError for a name that is none or cannot have several goals, MissingExtraError
    where its packages are missing.
    """
    if name not in SAMPLERS:
        raise errors.unknown("sampler", name, SAMPLERS)
    for package, extra in _NEEDS.get(name, {}).items():
        if importlib.util.find_spec(package) is None:
            raise errors.MissingExtraError(
                f"The sampler '{name}' needs {package}, which is not installed: pip install {extra}"
            )
    if n_goals > 1 and name not in _SEVERAL_GOALS:
        raise errors.UsageError(
            f"The sampler '{name}' takes one goal. For several: {', '.join(_SEVERAL_GOALS)}."
        )
    if name == "qmc":  # a sequence, whose place the study keeps
        with quiet():
            return SAMPLERS[name](seed, n_goals)
    from recli.experiments.tuning.by_number import ByNumber

    with quiet():
        return ByNumber(lambda of_trial: SAMPLERS[name](of_trial, n_goals), seed)


def pruner(name: str, n_folds: int) -> optuna.pruners.BasePruner:
    """The pruner of that name. Raises UsageError for a name that is none."""
    if name not in PRUNERS:
        raise errors.unknown("pruner", name, PRUNERS)
    with quiet():
        return PRUNERS[name](n_folds)


def sees_means(pruner_name: str) -> bool:
    """Whether a pruner compares the means of the folds so far, not fold with fold."""
    return pruner_name in ("median", "hyperband")


def _tpe(seed: int, n_goals: int) -> Any:
    from optuna.samplers import TPESampler

    # Learning rate, epochs and regularisation make sense together only; the groups are those of
    # conditional parameters. With several goals Optuna advises one by one.
    together = n_goals == 1
    return TPESampler(seed=seed, multivariate=together, group=together)


def _gp(seed: int, n_goals: int) -> Any:
    from recli.experiments.tuning.gaussian_process import GaussianProcess

    return GaussianProcess(seed, _tpe(seed, n_goals))


def _cmaes(seed: int, n_goals: int) -> Any:
    from optuna.samplers import CmaEsSampler

    return CmaEsSampler(seed=seed, warn_independent_sampling=False)


def _random(seed: int, n_goals: int) -> Any:
    from optuna.samplers import RandomSampler

    return RandomSampler(seed=seed)


def _qmc(seed: int, n_goals: int) -> Any:
    from optuna.samplers import QMCSampler

    return QMCSampler(seed=seed, scramble=True, warn_independent_sampling=False)


def _racing(n_folds: int) -> Any:
    from recli.experiments.tuning.racing import Racing

    return Racing(n_folds)


def _wilcoxon(n_folds: int) -> Any:
    from optuna.pruners import WilcoxonPruner

    return WilcoxonPruner(p_threshold=_P_WORSE)


def _median(n_folds: int) -> Any:
    from optuna.pruners import MedianPruner

    return MedianPruner(n_startup_trials=5)


def _hyperband(n_folds: int) -> Any:
    from optuna.pruners import HyperbandPruner

    return HyperbandPruner(min_resource=1, max_resource=n_folds, reduction_factor=2)


def _none(n_folds: int) -> Any:
    from optuna.pruners import NopPruner

    return NopPruner()


SAMPLERS: dict[str, Callable[[int, int], Any]] = {
    "gp": _gp,
    "tpe": _tpe,
    "cmaes": _cmaes,
    "random": _random,
    "grid": _random,  # its settings are enqueued
    "qmc": _qmc,
}
PRUNERS: dict[str, Callable[[int], Any]] = {
    "racing": _racing,
    "wilcoxon": _wilcoxon,
    "median": _median,
    "hyperband": _hyperband,
    "none": _none,
}
_NEEDS = {"cmaes": {"cmaes": "'recli[tune]'"}}
_SEVERAL_GOALS = ("tpe", "random", "grid", "qmc")
