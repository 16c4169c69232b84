"""One thing with options as the user writes it: `k-fold:n_splits=5`, `mine:Metric:p=0.8`.

The grammar is `NAME` or `NAME:OPTION=VALUE,OPTION=VALUE`, with a name as `registry.cut` finds it.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any, TypeVar

from recli import errors, params, registry
from recli.params import Value

_Made = TypeVar("_Made")


def parse(kind: str, text: str) -> tuple[Any, dict[str, Value]]:
    """The class that `text` names and every option of it that matters, defaults filled in.

    Args:
        kind: What it is, one of `registry.KINDS` whose classes declare `parameters`.
        text: As the user writes it.

    Raises:
        UsageError: For an unknown name or option, the nearest spelling first; for a value that is not
            valid; for what is not in the grammar.

    >>> parse("split", "shuffle:test_size=0.1")[1]
    {'n_splits': 5, 'test_size': 0.1}
    """
    name, rest = (part.strip() for part in registry.cut(kind, text))
    cls = registry.get(kind, name)
    name = registry.name_of(cls)
    given: dict[str, str] = {}
    for part in rest.split(",") if rest else ():
        option, equals, value = (piece.strip() for piece in part.partition("="))
        if not cls.parameters:
            raise errors.UsageError(f"'{text}': {name} takes no options. Write '{name}'.")
        if not equals or option in given:
            raise errors.UsageError(
                f"'{text}' is not NAME:OPTION=VALUE,OPTION=VALUE with each option once, as in "
                f"'{_example(cls)}'."
            )
        given[option] = value
    return cls, params.resolve(cls.parameters, given, name, kind)


def made(cls: type[_Made], **values: object) -> _Made:
    """An object of a class with these values; one of the user's may not take them.

    Args:
        cls: a class that declares parameters
        **values: of its parameters, and what every class of its kind is given

    Raises:
        UsageError: where the constructor does not take them

    >>> class Halves: pass
    >>> made(Halves, seed=0)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    recli.errors.UsageError: Halves cannot be made with seed: ...
    """
    try:
        return cls(**values)
    except TypeError as error:
        try:
            inspect.signature(cls).bind(**values)
        except TypeError as refused:
            raise errors.UsageError(
                f"{cls.__qualname__} cannot be made with {', '.join(values)}: {refused}. A dataclass "
                f"with a field for each takes them. It is in {registry.place_of(cls)}."
            ) from error
        raise  # a mistake within the constructor


def written(name: str, options: Mapping[str, Value]) -> str:
    """The text that `parse` reads so; options without a value are left out.

    Args:
        name: the name
        options: options by name

    >>> written("shuffle", {"n_splits": 5, "test_size": 0.125}), written("rmse", {})
    ('shuffle:n_splits=5,test_size=0.125', 'rmse')
    """
    given = ",".join(f"{key}={_exact(v)}" for key, v in options.items() if v is not None)
    return f"{name}:{given}" if given else name


def _exact(value: Value) -> str:
    """As `params.shown`, but with all digits of a number."""
    return repr(value).removesuffix(".0") if isinstance(value, float) else params.shown(value)


def _example(cls: Any) -> str:
    declared = params.resolve(cls.parameters, {}, "")
    return getattr(cls, "example", None) or written(registry.name_of(cls), declared)
