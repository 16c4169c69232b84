"""Texts that a spreadsheet would take for formulas."""

from __future__ import annotations

import re

# What OWASP lists under "CSV injection", with the wide forms of the same characters.
_FORMULA = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)


def as_text(cell: str) -> str:
    """A cell that a spreadsheet takes for text, by an apostrophe before what begins as formulas do.

    Numbers stay as they are, also those with a sign.

    Args:
        cell: of a table

    >>> as_text("=1+1"), as_text("-0.5"), as_text("-0.5+A1"), as_text("Heat (1995)")
    ("'=1+1", '-0.5', "'-0.5+A1", 'Heat (1995)')
    """
    formula = _FORMULA.match(cell) and not _NUMBER.fullmatch(cell)
    return f"'{cell}" if formula else cell
