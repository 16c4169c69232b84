"""Values of parameters as text."""

from __future__ import annotations

Value = int | float | bool | str | None


def shown(value: object) -> str:
    """A value as it is written after `-p name=`.

    Args:
        value: Of a parameter.

    Returns:
        The text.

    >>> shown(None), shown(True), shown(0.02)
    ('none', 'true', '0.02')
    """
    if value is None or isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)


def short(value: object) -> str:
    """A value for a table or a label: three digits of it.

    Args:
        value: Of a parameter.

    Returns:
        The text.

    >>> short(0.0171234), short(20), short("msd")
    ('0.0171', '20', 'msd')
    """
    return f"{value:.3g}" if isinstance(value, float) else shown(value)
