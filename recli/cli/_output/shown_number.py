"""Numbers that people read short and programs read whole."""

from __future__ import annotations

import math


class ShownNumber(str):
    """A number in a table: a text for people, and for CSV all its digits, or nothing where there is none.

    >>> ShownNumber(0.123456, ".2f"), ShownNumber(0.123456, ".2f").exact
    ('0.12', '0.123456')
    >>> ShownNumber(None, ".2f"), ShownNumber(None, ".2f").exact
    ('–', '')
    """

    exact: str

    def __new__(cls, value: float | None, form: str = "", after: str = "") -> ShownNumber:
        """The number as it is shown.

        Args:
            value: the number; None or NaN for none
            form: how people see it, as for `format`
            after: what they see behind it
        """
        known = value is not None and not math.isnan(value)
        self = super().__new__(cls, (format(value, form) if known else "–") + after)
        self.exact = str(value) if known else ""
        return self
