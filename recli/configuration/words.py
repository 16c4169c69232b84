"""What a value should be, in words."""

from __future__ import annotations

import msgspec

from recli import errors
from recli.configuration.kinds import FieldKind


def of(kind: FieldKind, given: object = None) -> str:
    """What a value should be, as "should be" goes on.

    Args:
        kind: its type
        given: what it is instead; of several names that it may be, the nearest come first
    """
    said = [check.words for check in kind.checks if check.words]
    if said:
        return said[-1]
    if kind.made:
        return of(FieldKind.of(kind.made.of), given)
    if kind.is_many:
        return of(kind.element, given)
    if kind.options:
        return " or ".join(of(one, given) for one in kind.options)
    if kind.choices:
        ordered = errors.nearest(given, kind.choices) if isinstance(given, str) else kind.choices
        return f"one of {', '.join(ordered)}"
    if kind.is_table or kind.is_mapping or kind.keyed:
        return "a table"
    if kind.is_list:
        return (
            "a list of names"
            if kind.element.core is str and not kind.element.made
            else "a list of tables"
        )
    return _plain(msgspec.json.schema(kind.hint))


def _plain(schema: dict[str, object]) -> str:
    kinds = {
        "boolean": "true or false",
        "integer": "a whole number",
        "number": "a number",
        "string": "text",
    }
    name = kinds[str(schema["type"])]
    match schema:
        case {"minimum": low, "maximum": high}:
            return f"{name} from {low:.15g} to {high:.15g}"
        case {"minimum": low}:
            return f"{name} ≥ {low:.15g}"
        case {"maximum": high}:
            return f"{name} ≤ {high:.15g}"
    return name
