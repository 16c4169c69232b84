"""An algorithm that is at hand as a class or an instance, and may have no name to find it by."""

from __future__ import annotations

import copy
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

import surprise

from recli import errors, params, registry
from recli.algorithms._base import Algorithm
from recli.algorithms._configured import Configured, declared_by
from recli.algorithms._contract.adapted import adapted
from recli.params import Value


@dataclass(frozen=True)
class GivenAlgorithm(Configured):
    """An algorithm by its class or by an instance of it, which cannot be found by its name alone.

    Attributes:
        source: a class, as one that was written in a notebook; or an instance, which is copied for
            every fit, with the parameters and the random state that it has
    """

    source: type[surprise.AlgoBase] | surprise.AlgoBase = field(default=surprise.AlgoBase)

    @property
    def is_named(self) -> bool:
        return False

    @property
    def classes(self) -> tuple[type[surprise.AlgoBase], ...]:
        return (self.source if isinstance(self.source, type) else type(self.source),)

    @property
    def _made_of(self) -> dict[str, str]:
        return {}

    def create(self, seed: int) -> Algorithm:
        if isinstance(self.source, type):
            return adapted(self.source(**self.arguments(self.source, seed)))
        return adapted(copy.deepcopy(self.source))

    @property
    def changed(self) -> dict[str, Value]:
        if not isinstance(self.source, type):
            return {}
        return params.difference(declared_by(self.source, self.name, self.params), self.params)


def of_class(cls: type[surprise.AlgoBase], given: Mapping[str, object]) -> Configured:
    """A class as a configured algorithm, with checked parameters.

    By its name where there is one: a registered algorithm, or a class that can be imported.

    Args:
        cls: The class of an algorithm.
        given: Values of parameters by dotted name.

    Raises:
        UsageError: For what is no algorithm, and as `Configured.of` does.
    """
    if not issubclass(cls, surprise.AlgoBase):
        raise errors.UsageError(f"{cls.__name__} is not a subclass of surprise.AlgoBase.")
    package = cls.__module__.partition(".")[0]
    if package == "recli" and registry.name_of(cls) in registry.names("algorithm"):
        return Configured.of(registry.name_of(cls), given)
    name = _name(cls)
    if _is_found(cls, name):
        return Configured.of(name, given)
    return GivenAlgorithm(name, params.resolve(declared_by(cls, name, given), given, name), cls)


def of_instance(algorithm: surprise.AlgoBase) -> Configured:
    """An algorithm that is made already; it is copied for every fit.

    Args:
        algorithm: an algorithm, fitted or not
    """
    return GivenAlgorithm(_name(type(algorithm)), {}, algorithm)


def _name(cls: type) -> str:
    """`module:Class`, by the package alone where that has the class too."""
    package = cls.__module__.partition(".")[0]
    short = f"{package}:{cls.__name__}"
    return short if _is_found(cls, short) else f"{cls.__module__}:{cls.__name__}"


def _is_found(cls: type, name: str) -> bool:
    """Whether this name leads to the class in another process too."""
    module = name.partition(":")[0]
    found = getattr(sys.modules.get(module), cls.__name__, None)
    return found is cls and module != "__main__"
