"""What is checked around learning: memory before, what was learned after."""

from __future__ import annotations

import functools
import logging
import math
from typing import Any, ClassVar

import numpy as np
import surprise

from recli import errors, memory, registry
from recli.algorithms._contract.catalogue import triples
from recli.params import LowerFor, Parameter

NO_MATRIX = "Predictions and rankings need no such matrix."
"""Advice where a matrix of all pairs, which is only for code that asks for it, does not fit."""


_LARGE = 100
"""Steps of gradient descent are made for stars: from here on ratings may be what makes it diverge."""
_LOG = logging.getLogger("recli")


class Guarded:
    """The part of an algorithm that refuses what does not fit and what did not converge."""

    trainset: Any  # recli's own or Surprise's
    beside_fitted: ClassVar[tuple[str, ...]] = ("bu", "bi")
    """Attributes that `fit` may set and that are looked at as those in `fitted` are."""

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
        numbers = [state for state in self._learned if isinstance(state, float)]
        with np.errstate(over="ignore", invalid="ignore"):
            norms = [np.dot(array, array) for array in self._learned_arrays]
        if not all(map(math.isfinite, (*numbers, *norms))):
            raise self._diverged()

    def _diverged(self) -> errors.DivergedError:
        """That it did, and what to lower."""
        names = self._lowered_for("divergence")
        starts = [name for name in names if name.startswith("init_")]
        rates = self._largest([name for name in names if name not in starts])
        advice = [f"Lower {' or '.join([*rates, *starts])}."] if names else []
        return errors.DivergedError(
            f"{registry.name_of(type(self))} diverged: what it learned is no longer finite. "
            f"{' '.join([*advice, *self._of_large_ratings()])}".rstrip()
        )

    def _of_large_ratings(self) -> list[str]:
        """What to do about ratings that are large, if they are."""
        largest = max(map(abs, self.trainset.rating_scale))
        if largest <= _LARGE:
            return []
        return [
            f"Ratings of {largest:g} are large: divide them, to lie from 1 to 5 for instance, or where "
            "they count something, say `implicit=True` and take an algorithm that makes lists."
        ]

    def _warn_of_nothing(self) -> None:
        """Say so where all that was learned is 0: whatever it predicts then, it tells nobody apart."""
        arrays = self._learned_arrays
        if not arrays or any(array.any() for array in arrays):
            return
        values = triples(self.trainset)[2]
        same = f" All of them are {values[0]:g}." if values.min() == values.max() else ""
        names = self._lowered_for("zeros")
        advice = f" Lower {' or '.join(names)}, if you want more of it." if names else ""
        said_once(
            f"{registry.name_of(type(self))} has learned nothing from {len(values):,} ratings: all that "
            f"it keeps is 0, and its lists do not tell users apart.{same}{advice}"
        )

    @property
    def _learned(self) -> list[Any]:
        """What was learned, but for texts."""
        found = (getattr(self, name, None) for name in {*self.beside_fitted, *self.fitted})
        return [state for state in found if not (state is None or type(state) is list)]

    @property
    def _learned_arrays(self) -> list[np.ndarray]:
        """Those of numbers, flat."""
        arrays = (state for state in self._learned if isinstance(state, np.ndarray))
        return [np.ravel(array) for array in arrays if array.dtype.kind == "f"]

    def _lowered_for(self, what: LowerFor) -> list[str]:
        """The parameters that help against that where they are lowered; those that matter here."""
        return [
            parameter.name
            for parameter in self.parameters
            if parameter.lower_for == what and self._matters(parameter)
        ]

    def _matters(self, parameter: Parameter) -> bool:
        """Whether a parameter has an effect beside the values of the others."""
        if parameter.when is None:
            return True
        [other] = [each for each in self.parameters if each.name == parameter.when[0]]
        owner, _, key = other.name.partition(".")
        given = getattr(self, owner)
        value = given.get(key, other.default) if key else given
        return value in parameter.when[1] and self._matters(other)

    def _largest(self, rates: list[str]) -> list[str]:
        """Of the rates, that of all parts, unless some part has a larger one."""
        if "lr_all" not in rates:
            return rates
        of_parts = {name: getattr(self, name) for name in rates if name in vars(self)}
        largest = [name for name, rate in of_parts.items() if rate == max(of_parts.values())]
        return ["lr_all"] if len(largest) == len(of_parts) else largest


@functools.cache
def said_once(message: str) -> None:
    """Log a message, the first time that it is to be said: a run fits an algorithm on many folds.

    Args:
        message: What is said.
    """
    _LOG.warning("%s", message)
