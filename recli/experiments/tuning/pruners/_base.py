"""What a pruner is, and how it is found by its name."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from recli import registry
from recli.experiments.tuning.quiet import quiet

if TYPE_CHECKING:
    from optuna.pruners import BasePruner

DEFAULT_PRUNER = "racing"
"""Saves the most folds at the same final value: `experiments/pruning.py`."""


class Pruner:
    """A way to stop bad settings after their first folds.

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


def pruner(name: str, n_folds: int) -> BasePruner:
    """The pruner of that name.

    Args:
        name: the name
        n_folds: how many folds

    Raises:
        UsageError: for a name that is none
    """
    found: Pruner = registry.get("pruner", name)()
    with quiet():
        return found.make(n_folds)


def by_means(name: str) -> bool:
    """Whether the pruner of that name compares means of folds.

    Args:
        name: the name
    """
    return bool(registry.get("pruner", name).by_means)
