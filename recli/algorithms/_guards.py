"""What is checked around learning: memory before, convergence after."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import surprise

from recli import errors, memory, registry
from recli.params import Parameter


class Guarded:
    """The part of an algorithm that refuses what does not fit and what did not converge."""

    parameters: ClassVar[tuple[Parameter, ...]] = ()
    sized_by: ClassVar[tuple[str, ...]] = ()
    """Parameters by which what is learned grows, the ones to lower where memory is short."""
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
            advice = advice or f"Lower {' or '.join(self.sized_by)}."
            settings = ", ".join(f"{name}={getattr(self, name)}" for name in self.sized_by)
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
            names = [parameter.name for parameter in self.parameters]
            rates = [name for name in names if name.endswith("learning_rate")] or self._rates()
            starts = [name for name in names if name.startswith("init_")]
            raise errors.DivergedError(
                f"{registry.name_of(type(self))} diverged: what it learned is no longer finite. "
                f"Lower {' or '.join([*rates, *starts] or self.sized_by)}."
            )

    def _rates(self) -> list[str]:
        """The learning rates to lower: that of all parts, unless some part has a larger one."""
        names = [parameter.name for parameter in self.parameters]
        if "lr_all" not in names:
            return [name for name in names if name.startswith("lr_")]
        of_parts = {name: getattr(self, name) for name in names if name in vars(self)}
        of_parts = {name: rate for name, rate in of_parts.items() if name.startswith("lr_")}
        largest = [name for name, rate in of_parts.items() if rate == max(of_parts.values())]
        return ["lr_all"] if len(largest) == len(of_parts) else largest
