"""What a pruner is, and how it is found by its name."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from recli import registry
from recli.experiments.tuning.quiet import quiet

if TYPE_CHECKING:
    from optuna.pruners import BasePruner
    from optuna.study import Study

DEFAULT_PRUNER = "racing"
"""Saves the most folds at the same final value: `experiments/pruning.py`."""


class Pruner:
    """A way to stop bad settings after their first folds, or within the first.

    Attributes:
        by_means: whether it compares the means of the folds so far, rather than fold with fold
    """

    by_means: ClassVar[bool] = False

    def make(self, n_folds: int) -> BasePruner:
        """Optuna's pruner, for trials that report a value after each of `n_folds` folds.

        Args:
            n_folds: how many folds
        """
        raise NotImplementedError

    def first_fold_limit(self, study: Study, n_folds: int) -> float | None:
        """The value of the first fold beyond which it stops a trial.

        A fit that tells of its epochs is ended where these foretell no better one: that is the race of
        the folds, run before a fold is at its end.

        Args:
            study: the study, as Optuna has it, with one goal
            n_folds: how many folds

        Returns:
            None where it cannot say: then no fit is ended before its last epoch.
        """
        return None


def pruner(name: str, n_folds: int) -> BasePruner:
    """The pruner of that name.

    Args:
        name: the name
        n_folds: how many folds

    Raises:
        UsageError: for a name that is none
    """
    with quiet():
        return named(name).make(n_folds)


def named(name: str) -> Pruner:
    """The way of that name.

    Args:
        name: the name

    Raises:
        UsageError: for a name that is none
    """
    found: Pruner = registry.get("pruner", name)()
    return found
