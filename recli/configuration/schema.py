"""The JSON Schema of a kind of file, for editors and other programs."""

from __future__ import annotations

import dataclasses
import inspect
import re
from typing import Any

import msgspec

from recli.configuration.kinds import FieldKind, fields, required

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema(table: type, title: str) -> dict[str, Any]:
    """The JSON Schema of a file, draft 2020-12.

    It is the stricter one in form: names in another spelling and numbers written as text are none of
    it. What depends on several keys it leaves to recli.

    Args:
        table: the dataclass that declares the file
        title: what the file is
    """
    about = inspect.cleandoc(table.__doc__ or "").partition("\n\n")[0]
    return {"$schema": DIALECT, "title": title, "description": about, **of(FieldKind.of(table))}


def of(kind: FieldKind) -> dict[str, Any]:
    """The JSON Schema of one value.

    Args:
        kind: its type
    """
    if kind.made:
        return of(FieldKind.of(kind.made.of))
    if kind.is_many:
        one = of(kind.element)
        return {"anyOf": [one, {"type": "array", "items": one, "minItems": 1, "uniqueItems": True}]}
    if kind.keyed:
        return {"type": "object", "additionalProperties": of_table(kind.element, kind.keyed)}
    if kind.is_table:
        return of_table(kind)
    if kind.options:
        return {"anyOf": list(map(of, kind.options))}
    if kind.is_list:
        return {"type": "array", "items": of(kind.element)}
    if kind.is_mapping:
        return {"type": "object", "additionalProperties": of(kind.element)}
    return _text(kind, msgspec.json.schema(kind.hint))


def _text(kind: FieldKind, plain: dict[str, Any]) -> dict[str, Any]:
    if kind.choices:
        return {"enum": list(kind.choices)}
    for check in kind.checks:
        if check.names:
            like = {"type": "string", "pattern": check.pattern}
            return {"anyOf": [{"enum": list(check.names)}, like]}
    return plain


def of_table(kind: FieldKind, known: str | None = None) -> dict[str, Any]:
    """The JSON Schema of a dataclass.

    Args:
        kind: the dataclass
        known: a field that is no key
    """
    said = descriptions(kind.core)
    keys = {name: one for name, one in fields(kind.core).items() if name != known}
    defaults = {field.name: field.default for field in dataclasses.fields(kind.core)}
    needed = {name for check in kind.checks for name in check.needs} | {*required(kind.core)}
    return {
        "type": "object",
        "properties": {
            name: {"description": said[name], **of(one)}
            | ({} if name in needed else _default(defaults[name]))
            for name, one in keys.items()
        },
        "required": [name for name in keys if name in needed],
        "additionalProperties": False,
    }


def _default(value: object) -> dict[str, Any]:
    """A default that a file could have."""
    plain = list(value) if isinstance(value, tuple) else [value]
    if all(isinstance(one, bool | int | float | str) for one in plain):
        return {"default": plain if isinstance(value, tuple) else value}
    return {}


def descriptions(table: type) -> dict[str, str]:
    """What the docstring of a dataclass, and of its bases, says of its fields.

    Args:
        table: the dataclass
    """
    found: dict[str, str] = {}
    for cls in reversed(table.__mro__):
        _, _, section = inspect.cleandoc(cls.__doc__ or "").partition("\nAttributes:\n")
        section = re.split(r"\n(?=\S)", section)[0]
        for name, text in re.findall(r"^    (\w+): (.*(?:\n {5,}.*)*)", section, re.MULTILINE):
            found[name] = " ".join(text.split())
    return found
