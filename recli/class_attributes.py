"""Registered classes as attributes of the package that they are in, imported when they are asked for."""

from __future__ import annotations

from typing import Any

from recli import errors, registry


def class_called(kind: str, name: str, package: str) -> Any:
    """The registered class of this name, for the `__getattr__` of a package.

    Args:
        kind: such as `algorithm` or `metric`, see `recli.registry.KINDS`
        name: the name
        package: the package that is asked for the name

    Raises:
        AttributeError: for any other name, the nearest spelling first
    """
    found = [other for other in registry.names(kind) if errors.plain(other) == errors.plain(name)]
    if found and name[:1].isupper():
        cls = registry.get(kind, found[0])
        if cls.__name__ == name:
            return cls
    guess = ""
    if name[:1].isupper():
        guess = f" Did you mean '{errors.nearest(name, class_names(kind))[0]}'?"
    raise AttributeError(f"module '{package}' has no attribute '{name}'.{guess}")


def class_names(kind: str) -> list[str]:
    """The names of all registered classes, sorted; every one of them is imported.

    Args:
        kind: such as `algorithm` or `metric`, see `recli.registry.KINDS`
    """
    return sorted(registry.get(kind, name).__name__ for name in registry.names(kind))
