"""What a sampler is, and how it is found by its name."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from recli import errors, registry
from recli.experiments.tuning.quiet import quiet

if TYPE_CHECKING:
    from optuna.samplers import BaseSampler


class Sampler:
    """A way to propose settings.

    Attributes:
        several_goals: whether it can improve several goals at once
        is_grid: whether the settings are those of a grid, which are queued before it is asked
        is_sequence: whether its draws are a sequence, whose place the study keeps. Any other sampler is
            made anew for each trial, from the trial's seed
        needs: the packages that it imports besides Optuna, and how each is installed
    """

    several_goals: ClassVar[bool] = False
    is_grid: ClassVar[bool] = False
    is_sequence: ClassVar[bool] = False
    needs: ClassVar[Mapping[str, str]] = {}

    def make(self, seed: int, n_goals: int) -> BaseSampler:
        """Optuna's sampler, whose draws depend on `seed` and the trials of the study alone.

        Args:
            seed: what is drawn at random is drawn by it
            n_goals: how many goals there are
        """
        raise NotImplementedError


def default_sampler(n_goals: int) -> str:
    """`gp`, which finds more in few trials; `tpe` where there are several goals.

    Args:
        n_goals: how many goals there are
    """
    return "gp" if n_goals == 1 else "tpe"


def sampler(name: str, seed: int, n_goals: int) -> BaseSampler:
    """The sampler of that name; every trial's draws depend on `seed` and its number alone.

    So a study that was interrupted goes on as it would have, and of many workers no two draw the
    same.

    Raises:
        UsageError: for a name that is none, or of a sampler that cannot have several goals
        MissingExtraError: if its packages are missing

    Args:
        name: the name
        seed: what is drawn at random is drawn by it
        n_goals: how many goals there are
    """
    found: Sampler = registry.get("sampler", name)()
    for package, install in found.needs.items():
        with registry.importing(f"The sampler '{name}'", install):
            importlib.import_module(package)
    if n_goals > 1 and not found.several_goals:
        able = [n for n in registry.names("sampler") if registry.get("sampler", n).several_goals]
        raise errors.UsageError(
            f"The sampler '{name}' takes one goal. For several: {', '.join(able)}."
        )
    if found.is_sequence:
        with quiet():
            return found.make(seed, n_goals)
    from recli.experiments.tuning.by_number import ByNumber

    with quiet():
        return ByNumber(lambda of_trial: found.make(of_trial, n_goals), seed)
