"""What contracts share: expectations that stand on the class, and options to try."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from recli.params import Bool, Choice, Float, Int, Parameter, Value


def expected(contract: object, subject: object, name: str) -> Any:
    """What the class of tests says of `name`, else what the tested class says of itself.

    Args:
        contract: a class of tests
        subject: what is tested
        name: the name
    """
    return getattr(contract, name, getattr(subject, name))


def other_value(parameter: Parameter) -> Value:
    """A valid value that is not the default; None where the declaration does not tell any.

    Args:
        parameter: a declared option
    """
    if isinstance(parameter, Bool):
        return not parameter.default
    if isinstance(parameter, Choice):
        return next((option for option in parameter.options if option != parameter.default), None)
    if not isinstance(parameter, Int | Float):
        return None
    return next((value for value in _numbers(parameter) if _is_valid(parameter, value)), None)


def _numbers(parameter: Int | Float) -> Iterator[Value]:
    default = parameter.default or 0
    assert isinstance(default, int | float)
    if isinstance(parameter, Int):
        yield from ((1, default + 2) if default > 10 else (default + 2 if default else 5,))
        yield from (default + 1, default - 1)
    yield from ((default * 1.5, default / 2) if default else (0.03, 0.5))
    yield from (parameter.low, parameter.high)


def _is_valid(parameter: Int | Float, value: Value) -> bool:
    whole = isinstance(value, int) or not isinstance(parameter, Int)
    assert isinstance(value, int | float)
    return whole and parameter.low <= value <= parameter.high and value != parameter.default


def check_declarations(parameters: Sequence[Parameter]) -> None:
    """Every option has a name of its own, a line of help, a domain, and a default within it.

    Args:
        parameters: declared options
    """
    names = [parameter.name for parameter in parameters]
    assert len(set(names)) == len(names), f"declared twice: {names}"
    for parameter in parameters:
        assert parameter.help, f"{parameter.name} has no line of help"
        assert "\n" not in parameter.help, f"the help of {parameter.name} is more than a line"
        assert parameter.domain, f"{parameter.name} does not say what it takes"
        assert parameter.default is None or parameter.check(parameter.default) == parameter.default
        if parameter.otherwise:
            assert parameter.otherwise in names[: names.index(parameter.name)]
            assert parameter.default is None


def given_with(parameters: Sequence[Parameter], name: str, value: Value) -> dict[str, Value]:
    """An option and those without which it means nothing.

    Args:
        parameters: declared options
        name: the name
        value: a value of the option
    """
    by_name = {parameter.name: parameter for parameter in parameters}
    given = {name: value}
    needed = by_name[name].when
    while needed is not None:
        given[needed[0]] = needed[1][0]
        needed = by_name[needed[0]].when
    return given


@contextlib.contextmanager
def global_random_state(seed: int) -> Iterator[None]:
    """With numpy's global generator so seeded; it is as before afterwards, and has to be left alone.

    Args:
        seed: what is drawn at random is drawn by it
    """
    before = np.random.get_state()
    np.random.seed(seed)
    seeded = np.random.get_state()[1].tolist()  # type: ignore[index]
    try:
        yield
        now = np.random.get_state()[1].tolist()  # type: ignore[index]
        assert now == seeded, "numpy's global random state was used; take a generator of the seed"
    finally:
        np.random.set_state(before)
