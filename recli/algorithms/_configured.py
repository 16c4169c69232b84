"""An algorithm by name with its parameters, before it is fitted."""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import surprise

from recli import errors, params, registry
from recli.algorithms._base import Algorithm
from recli.algorithms._contract.adapted import adapted
from recli.algorithms._contract.constructor import accepted
from recli.params import Literal, Parameter, Value


@dataclass(frozen=True)
class Configured:
    """A registered algorithm, or a user's own `module:Class`, with every parameter that matters.

    Attributes:
        name: The registered name, or `module:Class`.
        params: The values by dotted name, checked.
    """

    name: str
    params: dict[str, Value] = field(default_factory=dict)

    @classmethod
    def of(
        cls, name: str, given: Mapping[str, object] | None = None, to_fit: bool = True
    ) -> Configured:
        """An algorithm with checked parameters.

        Args:
            name: In any spelling.
            given: Values by dotted name, as text or not; defaults for the others.
            to_fit: Whether it is to be fitted, for which its packages have to be installed.

        Returns:
            The algorithm, not fitted.

        Raises:
            UsageError: For an unknown name, an unknown parameter or a value out of bounds.
            MissingExtraError: If it is to be fitted and packages that it takes are not installed.
        """
        name = registry.resolve("algorithm", name)
        given = given or {}
        configured = cls(name, params.resolve(declared(name, given), given, name))
        if to_fit:
            for part in configured.parts:
                registry.check_installed("algorithm", part)
        if len(configured.parts) > 1:
            configured.create(0)  # parts that do not go together are an error now
        return configured

    @property
    def parts(self) -> tuple[str, ...]:
        """Names of the algorithm and of those that it is made of."""
        return (self.name, *self._made_of.values())

    @property
    def _made_of(self) -> dict[str, str]:
        """See `Algorithm.made_of`."""
        cls = class_of(self.name)
        return cls.made_of(self.params) if issubclass(cls, Algorithm) else {}

    @property
    def _of_members(self) -> tuple[str, ...]:
        """What the names of the parameters of members begin with."""
        return tuple(f"{member}." for member in self._made_of)

    @property
    def is_named(self) -> bool:
        """Whether its name and parameters say all of it, so that it can be made again from these."""
        return True

    @property
    def classes(self) -> tuple[type[surprise.AlgoBase], ...]:
        """The classes of its `parts`."""
        return tuple(map(class_of, self.parts))

    @property
    def is_own(self) -> bool:
        """Whether it is one of recli's algorithms, and so are all parts of it."""
        return set(self.parts) <= set(registry.names("algorithm"))

    @property
    def needs_features(self) -> bool:
        """Whether it, or a part of it, does nothing without item features."""
        return any(getattr(cls, "needs_features", False) for cls in self.classes)

    @property
    def uses_threshold(self) -> bool:
        """Whether what it gives depends on the rating from which an item counts as liked.

        What a class of recli's says of itself does not hold for a class from elsewhere that inherits it.
        """
        cls = class_of(self.name)
        unsaid = itertools.takewhile(lambda base: "uses_threshold" not in vars(base), cls.__mro__)
        if any(base.__module__.partition(".")[0] != "recli" for base in unsaid):
            return True
        return issubclass(cls, Algorithm) and cls.uses_threshold(self.params)

    @property
    def releases_gil(self) -> bool:
        """Whether several can work on threads, as most of recli's algorithms can."""
        return self.is_own and registry.get("algorithm", self.name).releases_gil

    @property
    def label(self) -> str:
        """The name, and the parameters that differ from their defaults, to three digits.

        Those of the members of a hybrid are left out: see `whole_label`.
        """
        of_members = self._of_members
        return self._labelled(
            {k: v for k, v in self.changed.items() if not k.startswith(of_members)}
        )

    @property
    def whole_label(self) -> str:
        """`label` with the parameters of members."""
        return self._labelled(self.changed)

    @property
    def changed(self) -> dict[str, Value]:
        """The parameters that differ from their defaults."""
        return params.difference(declared(self.name, self.params), self.params)

    def _labelled(self, changed: Mapping[str, Value]) -> str:
        texts = [f"{name}={params.short(value)}" for name, value in changed.items()]
        return f"{self.name} ({', '.join(texts)})" if texts else self.name

    def __str__(self) -> str:
        return self.label

    def create(self, seed: int) -> Algorithm:
        """The algorithm, not fitted.

        Args:
            seed: Its `random_state`, if it has one.

        Returns:
            A new instance behind recli's contract.
        """
        cls = class_of(self.name)
        return adapted(cls(**self.arguments(cls, seed)))

    def arguments(self, cls: type, seed: int) -> dict[str, Any]:
        """The parameters, seed and silence, as a constructor takes them.

        Args:
            cls: The class to make.
            seed: Its `random_state`, if it has one.

        Returns:
            The keyword arguments.
        """
        own = issubclass(cls, Algorithm)
        takes = accepted(cls) if own else inspect.signature(cls).parameters
        # A nested option of None is left out: Surprise then takes its own default. A member's is not.
        of_members = self._of_members
        given = {
            name: value
            for name, value in self.params.items()
            if value is not None or "." not in name or name.startswith(of_members)
        }
        besides = {"random_state": seed, "verbose": False}
        return {k: v for k, v in besides.items() if k in takes} | params.nested(given)


def class_of(name: str) -> type[surprise.AlgoBase]:
    """The class of a registered algorithm or of `module:Class`.

    Args:
        name: One of these, in any spelling.

    Returns:
        A subclass of `surprise.AlgoBase`.

    Raises:
        UsageError: If there is none.
    """
    found: type[surprise.AlgoBase] = registry.get("algorithm", name)
    return found


def declared(name: str, given: Mapping[str, object] | None = None) -> tuple[Parameter, ...]:
    """The hyperparameters of an algorithm; of a foreign class, what its signature has.

    Args:
        name: A registered name or `module:Class`.
        given: Values that may bring further parameters along, as the members of a hybrid do.

    Returns:
        The parameters, in order.

    Raises:
        UsageError: For an unknown name, or a foreign class whose constructor has an argument without a
            default.
    """
    return declared_by(class_of(name), name, given)


def declared_by(
    cls: type[surprise.AlgoBase], name: str, given: Mapping[str, object] | None = None
) -> tuple[Parameter, ...]:
    """The hyperparameters of the class of an algorithm, see `declared`.

    Args:
        cls: The class of an algorithm.
        name: What it is called, for errors.
        given: Values of parameters by dotted name.
    """
    if issubclass(cls, Algorithm):
        return cls.declared(given or {})
    found = []
    for parameter in inspect.signature(cls).parameters.values():
        if parameter.kind in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL):
            continue
        if parameter.name in ("random_state", "verbose"):
            continue
        if parameter.default is parameter.empty:
            raise errors.UsageError(
                f"{name}: the argument '{parameter.name}' of its constructor needs a default."
            )
        found.append(Literal(parameter.name, parameter.default, "see the class"))
    return tuple(found)
