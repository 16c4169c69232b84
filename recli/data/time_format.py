"""How dates are written, as strptime has it."""

from __future__ import annotations

from datetime import UTC, datetime

from recli import errors


def check(form: str) -> None:
    """Refuse what cannot be the form of a date.

    Args:
        form: how dates are written, such as `%d.%m.%Y`

    Raises:
        UsageError: for a form that cannot be read, or without a year
    """
    shown = datetime(2001, 2, 3, 4, 5, 6, tzinfo=UTC)
    try:
        found = datetime.strptime(shown.strftime(form), form)
    except ValueError as error:
        raise errors.UsageError(f"'{form}' cannot be read: {error}.") from None
    if found.year != shown.year:
        raise errors.UsageError(f"'{form}' names no year, as %Y does.")
