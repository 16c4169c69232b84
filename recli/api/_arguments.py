"""What arguments may be; a name means the same in every call, so it is declared once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, get_args

from recli import errors
from recli.evaluation.metric_names import Purpose
from recli.params import Choice, Float, Int, Parameter

_DECLARED: dict[str, Parameter] = {
    parameter.name: parameter
    for parameter in (
        Int("seed", 0, "of what is left to chance", low=0, high=2**32 - 1),
        Int("jobs", -1, "folds at work at once, -1 for one per core", low=-1),
        Int("memory_limit", None, "bytes", low=1),
        Int("sampled_negatives", None, "items that are sampled for each user", low=1),
        Int("n", 10, "how many", low=1),
        Int("min_ratings", 5, "those with fewer are left out", low=0),
        Int("trials", None, "settings to try", low=1),
        Float("timeout", None, "seconds", low=0),
        Float("holdout", 0.2, "share of the ratings", low=0, high=0.9999),
        Float("threshold", None, "ratings from here on count as liked"),
        Choice("goal", None, "which metrics come first", options=get_args(Purpose)),
    )
}


def checked(name: str, value: object) -> Any:
    """The argument as its declaration has it, a number of numpy as one of Python.

    Args:
        name: what the argument is called
        value: what was given

    Raises:
        UsageError: the declaration does not allow it
    """
    declared = _DECLARED[name]
    if isinstance(value, str) and not isinstance(declared, Choice):  # as the command line has it
        raise errors.UsageError(f"`{name}={value!r}` should be a number, without quotes.")
    found = declared.check(value)
    if name == "jobs" and found == 0:
        raise errors.UsageError("`jobs=0`: it is a number of processes, or -1, one per core.")
    return found


def texts(name: str, given: str | Iterable[str]) -> tuple[str, ...]:
    """One text or several.

    Args:
        name: what the argument is called
        given: what was given

    Raises:
        UsageError: it is anything else
    """
    found = (given,) if isinstance(given, str) else given
    several = tuple(found) if isinstance(found, Iterable) else (None,)
    if not all(isinstance(one, str) for one in several):
        raise errors.UsageError(f"`{name}={given!r}` should be a text, or a list of texts.")
    return several


def mapping(name: str, given: Mapping[str, Any] | None, example: str) -> dict[str, Any]:
    """A dictionary, an empty one for None.

    Args:
        name: what the argument is called
        given: what was given
        example: a dictionary that is right, for the message

    Raises:
        UsageError: it is anything else
    """
    if given is not None and not isinstance(given, Mapping):
        raise errors.UsageError(f"`{name}={given!r}` should be a dictionary: `{name}={example}`.")
    return dict(given or {})


def path(name: str, given: object) -> Path:
    """A path.

    Args:
        name: what the argument is called
        given: what was given

    Raises:
        UsageError: it is neither a path nor text
    """
    if not isinstance(given, str | Path):
        raise errors.UsageError(f"`{name}={given!r}` should be a path, as text or as a `Path`.")
    return Path(given)
