"""Lists, where one value does as well."""

from __future__ import annotations

from typing import Any

from recli import errors
from recli.configuration.toml import toml


def listed(value: object) -> list[Any]:
    """The list itself, or the one value as a list.

    Args:
        value: what a file says

    Raises:
        UsageError: the list is empty, or has something twice
    """
    values = value if isinstance(value, list) else [value]
    if not values:
        raise errors.UsageError("is an empty list. Name one at least, or leave it out.")
    for number, one in enumerate(values):
        if one in values[:number]:
            raise errors.UsageError(f"{toml(one)} is there twice.")
    return values
