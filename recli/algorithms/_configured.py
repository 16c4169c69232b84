"""An algorithm by name with its parameters, before it is fitted."""

from __future__ import annotations

import importlib
import inspect
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import surprise

from recli import errors, params, registry
from recli.algorithms._base import Algorithm, adapted
from recli.params import Literal, Parameter, Value


@dataclass(frozen=True)
class Configured:
    """A registered algorithm, or a user's own `module:Class`, with every parameter that matters."""

    name: str
    params: dict[str, Value] = field(default_factory=dict)

    @classmethod
    def of(
        cls, name: str, given: Mapping[str, object] | None = None, to_fit: bool = True
    ) -> Configured:
        """`name` in any spelling, with checked parameters.

        Raises UsageError, and MissingExtraError if it is to be fitted and the packages that it takes
        are not installed.
        """
        if ":" not in name:
            name = registry.resolve("algorithm", name)
            if to_fit:
                registry.check_installed("algorithm", name)
        given = given or {}
        configured = cls(name, params.resolve(declared(name, given), given, name))
        if len(configured.parts) > 1:
            configured.create(0)  # parts that do not go together are an error now
        return configured

    @property
    def parts(self) -> tuple[str, ...]:
        """Names of the algorithm and of those that it is made of."""
        cls = class_of(self.name)
        made_of = cls.made_of(self.params) if issubclass(cls, Algorithm) else ()
        return (self.name, *made_of)

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
        """Whether it is one of recli's algorithms, and no part of it is a user's class."""
        return not any(":" in part for part in self.parts)

    @property
    def needs_features(self) -> bool:
        """Whether it, or a part of it, does nothing without item features."""
        return any(getattr(cls, "needs_features", False) for cls in self.classes)

    @property
    def releases_gil(self) -> bool:
        """Whether several can work on threads, as most of recli's algorithms can."""
        return self.is_own and registry.get("algorithm", self.name).releases_gil

    @property
    def label(self) -> str:
        """The name, and the parameters that differ from their defaults, to three digits.

        Those of the members of a hybrid are left out: see `whole_label`.
        """
        of_members = tuple(f"{part}." for part in self.parts[1:])
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
        """The algorithm, not fitted; `seed` is its `random_state` if it has one."""
        cls = class_of(self.name)
        return adapted(cls(**self.arguments(cls, seed)))

    def arguments(self, cls: type, seed: int) -> dict[str, Any]:
        """The parameters, seed and silence, as the constructor of `cls` takes them."""
        takes = inspect.signature(cls).parameters
        open_ended = any(p.kind is p.VAR_KEYWORD for p in takes.values())
        # A nested option of None is left out: Surprise then takes its own default. A member's is not.
        of_members = tuple(f"{part}." for part in self.parts[1:])
        given = {
            name: value
            for name, value in self.params.items()
            if value is not None or "." not in name or name.startswith(of_members)
        }
        found = {"random_state": seed, "verbose": False, **params.nested(given)}
        optional = {"random_state", "verbose"}
        return {k: v for k, v in found.items() if k in takes or (open_ended and k not in optional)}


def class_of(name: str) -> type[surprise.AlgoBase]:
    """The class of a registered algorithm or of `module:Class`."""
    return _own_class(name) if ":" in name else registry.get("algorithm", name)


def declared(name: str, given: Mapping[str, object] | None = None) -> tuple[Parameter, ...]:
    """The hyperparameters of an algorithm; of a foreign class, what its signature has.

    given: parameters that may bring others along, as the members of a hybrid do
    """
    return declared_by(class_of(name), name, given)


def declared_by(
    cls: type[surprise.AlgoBase], name: str, given: Mapping[str, object] | None = None
) -> tuple[Parameter, ...]:
    """The hyperparameters of the class of an algorithm, see `declared`."""
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


def _own_class(name: str) -> type[surprise.AlgoBase]:
    """The class that `module:Class` names; modules in the current folder are found too."""
    module_name, _, class_name = name.partition(":")
    if not all(part.isidentifier() for part in [*module_name.split("."), class_name]):
        raise errors.UsageError(
            f"'{name}' is not module:Class, as in 'my_package.my_module:MyAlgo'."
        )
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{module_name}.".startswith(f"{error.name}."):
            raise
        raise errors.UsageError(
            f"There is no module '{module_name}' in {here} or among the installed packages."
        ) from None
    cls = getattr(module, class_name, None)
    if cls is None:
        classes = [key for key, value in vars(module).items() if _is_algorithm(value)]
        raise errors.unknown(f"algorithm in {module_name}", class_name, classes)
    if not _is_algorithm(cls):
        raise errors.UsageError(f"'{name}' is not a subclass of surprise.AlgoBase.")
    own: type[surprise.AlgoBase] = cls
    return own


def _is_algorithm(value: object) -> bool:
    is_algorithm = inspect.isclass(value) and issubclass(value, surprise.AlgoBase)
    return is_algorithm and value is not surprise.AlgoBase
