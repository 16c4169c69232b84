"""Values by the names of their parameters: read, checked, drawn, nested as files have them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from recli import errors
from recli.params._declared import Parameter, Trial
from recli.params._text import Value, shown


def assignments(
    texts: Iterable[str], option: str = "-p", example: str = "n_factors=50"
) -> dict[str, str]:
    """`["k=20", "sim_options.name=cosine"]` as a dictionary of texts.

    Args:
        texts: What was given, as name=value.
        option: The option that gave them, for messages.
        example: An assignment that is right, for messages.

    Returns:
        The values by name, as text.

    Raises:
        UsageError: For a text without an equals sign, or a name given twice.
    """
    found: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        name = name.strip()
        if not equals or not name:
            raise errors.UsageError(
                f"'{option} {text}' is not name=value, as in '{option} {example}'."
            )
        if name in found:
            raise errors.UsageError(f"Parameter '{name}' is given twice.")
        found[name] = value.strip()
    return found


def resolve(
    declared: Sequence[Parameter], given: Mapping[str, object], owner: str, kind: str = "algorithm"
) -> dict[str, Value]:
    """Every parameter that matters, checked, defaults filled in.

    Args:
        declared: The parameters that there are.
        given: Values by name, as text or not.
        owner: The name of what has the parameters.
        kind: What the owner is, as `recli show` calls it.

    Returns:
        The values by name, in declared order.

    Raises:
        UsageError: For a name that the owner does not have, a value out of bounds, or a parameter that
            `given` sets although another parameter makes it meaningless.
    """
    by_name = {parameter.name: parameter for parameter in declared}
    for name in given:
        if name not in by_name:
            hint = f"'recli show {kind} {owner}' explains them."
            raise errors.unknown(f"parameter of {owner}", name, by_name, hint)
    values: dict[str, Value] = {}
    for name, parameter in by_name.items():
        if _matters(parameter, values):
            values[name] = parameter.check(given[name]) if name in given else parameter.default
        elif name in given:
            assert parameter.when is not None
            other, wanted = parameter.when
            choice = " or ".join(f"{other}={shown(value)}" for value in wanted)
            raise errors.UsageError(
                f"Parameter '{name}' of {owner} only matters with {choice}: add that, or leave it out."
            )
    return values


def suggest(declared: Sequence[Parameter], trial: Trial) -> dict[str, Value]:
    """Every parameter that matters: the tunable ones as drawn, the others' defaults.

    Args:
        declared: The parameters that there are.
        trial: Draws the values.

    Returns:
        The values by name, in declared order.
    """
    values: dict[str, Value] = {}
    for parameter in declared:
        if _matters(parameter, values):
            tunable = parameter.tunable
            values[parameter.name] = parameter.suggest(trial) if tunable else parameter.default
    return values


def _matters(parameter: Parameter, values: Mapping[str, Value]) -> bool:
    if parameter.when is None:
        return True
    other, wanted = parameter.when
    return values.get(other) in wanted


def nested(flat: Mapping[str, Value]) -> dict[str, Any]:
    """Dotted names as dictionaries in dictionaries.

    Args:
        flat: Values by dotted name.

    Returns:
        The dictionaries.

    >>> nested({"k": 20, "sim_options.name": "cosine"})
    {'k': 20, 'sim_options': {'name': 'cosine'}}
    """
    result: dict[str, Any] = {}
    for name, value in flat.items():
        *path, last = name.split(".")
        inner = result
        for key in path:
            inner = inner.setdefault(key, {})
        inner[last] = value
    return result


def flat(nested_values: Mapping[str, Any], prefix: str = "") -> dict[str, Value]:
    """The inverse of `nested`.

    Args:
        nested_values: Dictionaries in dictionaries.
        prefix: What stands before every name.

    Returns:
        Values by dotted name.

    >>> flat({"k": 20, "sim_options": {"name": "cosine"}})
    {'k': 20, 'sim_options.name': 'cosine'}
    """
    result: dict[str, Value] = {}
    for key, value in nested_values.items():
        if isinstance(value, Mapping):
            result.update(flat(value, f"{prefix}{key}."))
        else:
            result[f"{prefix}{key}"] = value
    return result


def difference(declared: Sequence[Parameter], values: Mapping[str, Value]) -> dict[str, Value]:
    """The values that are not the declared defaults.

    Args:
        declared: The parameters that there are.
        values: By name.

    Returns:
        Some of `values`, in their order.
    """
    defaults = {parameter.name: parameter.default for parameter in declared}
    return {k: v for k, v in values.items() if k not in defaults or v != defaults[k]}
