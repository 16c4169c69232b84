"""What is checked around learning: memory before, convergence after."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import surprise

from recli import errors, memory, registry
from recli.params import LowerFor, Parameter

NO_MATRIX = "Predictions and rankings need no such matrix."
"""Advice where a matrix of all pairs, which is only for code that asks for it, does not fit."""


class Guarded:
    """The part of an algorithm that refuses what does not fit and what did not converge."""

    parameters: ClassVar[tuple[Parameter, ...]] = ()
    fitted: tuple[str, ...] = ()
    """Attributes that `fit` sets and that a stored model holds. Empty: a stored model is refitted.

    Of a hybrid also those of its members, after their names.
    """

    def _state_bytes(self, trainset: surprise.Trainset) -> int:
        """What `fit` holds at most because its parameters ask for it, bytes; not the ratings."""
        return 0

    def _check_fits(self, n_bytes: int, purpose: str, advice: str | None = None) -> None:
        """Raise TooLargeError if `n_bytes` are not free; without advice: lower what sizes it."""
        free = memory.available()
        if n_bytes > free:
            sized_by = self._lowered_for("memory")
            advice = advice or f"Lower {' or '.join(sized_by)}."
            settings = ", ".join(f"{name}={getattr(self, name)}" for name in sized_by)
            raise errors.TooLargeError(
                f"{registry.name_of(type(self))}{settings and f' with {settings}'} needs "
                f"{memory.shown(n_bytes)} for {purpose}, {memory.shown(free)} are free. "
                f"{advice}"
            )

    def _check_converged(self) -> None:
        # Vectors of finite norm have a finite inner product, so that every prediction is finite too.
        found = (getattr(self, name, None) for name in {"bu", "bi", *self.fitted})
        learned = [np.ravel(state) for state in found if not (state is None or type(state) is list)]
        with np.errstate(over="ignore", invalid="ignore"):
            converged = all(np.isfinite(np.dot(array, array)) for array in learned)
        if not converged:
            names = self._lowered_for("divergence")
            starts = [name for name in names if name.startswith("init_")]
            rates = self._largest([name for name in names if name not in starts])
            raise errors.DivergedError(
                f"{registry.name_of(type(self))} diverged: what it learned is no longer finite. "
                f"Lower {' or '.join([*rates, *starts] or self._lowered_for('memory'))}."
            )

    def _lowered_for(self, what: LowerFor) -> list[str]:
        """The parameters that help against "memory" or "divergence" where they are lowered."""
        return [parameter.name for parameter in self.parameters if parameter.lower_for == what]

    def _largest(self, rates: list[str]) -> list[str]:
        """Of the rates, that of all parts, unless some part has a larger one."""
        if "lr_all" not in rates:
            return rates
        of_parts = {name: getattr(self, name) for name in rates if name in vars(self)}
        largest = [name for name, rate in of_parts.items() if rate == max(of_parts.values())]
        return ["lr_all"] if len(largest) == len(of_parts) else largest
