"""One thing with options as the user writes it: `k-fold:n_splits=5`, `rbp:p=0.8`.

The grammar is `NAME` or `NAME:OPTION=VALUE,OPTION=VALUE`. The name is a registered one in any spelling,
or a class of the user's as `module:Class`, so that `mine:Metric:p=0.8` has options too. What follows a
registered name is options; else a second part is of the name if it can be that of a class, which
`n_splits=5` cannot.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from recli import errors, params, registry
from recli.params import Value


def parts(kind: str, text: str) -> tuple[str, str]:
    """The name and what is written after it, both without spaces around.

    >>> parts("split", "LastN: n=5"), parts("metric", "mine:Metric:p=0.8"), parts("metric", "rmse")
    (('LastN', 'n=5'), ('mine:Metric', 'p=0.8'), ('rmse', ''))
    """
    name, _, rest = (part.strip() for part in text.partition(":"))
    if rest and errors.plain(name) not in map(errors.plain, registry.names(kind)):
        inner, _, after = (part.strip() for part in rest.partition(":"))
        if inner.isidentifier():
            return f"{name}:{inner}", after
    return name, rest


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
    name, rest = parts(kind, text)
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


def written(name: str, options: Mapping[str, Value]) -> str:
    """The text that `parse` reads so; options without a value are left out.

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
