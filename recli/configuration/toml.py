"""Values and keys as TOML has them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date, time


def toml(value: object) -> str:
    """A value as it stands behind the equals sign.

    Args:
        value: a text, number, truth value or time, or a list or table of these

    >>> print(toml("Ω"), toml([0.5, 5]), toml(True), toml({"view": 1.0, "add to": "x"}))
    "Ω" [0.5, 5] true { view = 1.0, "add to" = "x" }
    >>> print(toml(float("nan")), toml(float("inf")))
    nan inf
    """
    if isinstance(value, Mapping):
        inner = ", ".join(f"{key(str(name))} = {toml(one)}" for name, one in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(toml, value))}]"
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, float):
        return float.__repr__(value)  # numpy's own would name its type
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return json.dumps(value)


def key(name: str) -> str:
    """A key, in quotes where it has to be.

    Args:
        name: the key

    >>> print(key("n_factors"), key("add to cart"))
    n_factors "add to cart"
    """
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else toml(name)
