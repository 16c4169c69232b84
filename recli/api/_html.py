"""Tables as a notebook shows them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

_STYLE = """\
<style>
.recli { font-size: 0.92em; }
.recli table { border-collapse: collapse; margin: 0.2em 0 0.9em 0; }
.recli caption { caption-side: top; text-align: left; font-weight: 600; padding: 0.3em 0; }
.recli th, .recli td { padding: 0.25em 0.8em; text-align: right; border: none; white-space: nowrap; }
.recli th:first-child, .recli td:first-child { text-align: left; padding-left: 0.2em; }
.recli thead th { border-bottom: 1px solid currentColor; font-weight: 600; }
.recli tbody tr { border-bottom: 1px solid rgba(128, 128, 128, 0.25); background: none; }
.recli .best { font-weight: 600; }
.recli .spread { opacity: 0.6; font-size: 0.88em; }
.recli .mark { display: inline-block; width: 1em; text-align: left; padding-left: 0.3em; }
.recli p { margin: 0.2em 0; opacity: 0.75; }
</style>"""

_VALUE = re.compile(r"([-+]?[0-9.]+|–)(?: (±[0-9.]+))?(?:  | ([*=]))")
"""A value with its spread and its mark, or two spaces in place of one."""


def table(title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of texts; a value with `*` behind it is set in bold.

    Args:
        title: what it is called, for people
        header: names of the columns
        rows: the first rows, cut into cells
    """
    head = "".join(f"<th>{escape(name)}</th>" for name in header)
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)
    return (
        f"<table><caption>{escape(title)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table>"
    )


def page(tables: Sequence[str], notes: Sequence[str], title: str = "") -> str:
    """Some tables below a title, and what to know of them.

    Args:
        title: what it is called, for people
        tables: HTML of the tables
        notes: what to know of them, a sentence each
    """
    above = f"<p>{escape(title)}</p>" if title else ""
    below = "".join(f"<p>{escape(note)}</p>" for note in notes)
    return f'<div class="recli">{_STYLE}{above}{"".join(tables)}{below}</div>'


def _cell(text: str) -> str:
    found = _VALUE.fullmatch(text)
    if found is None:
        return f"<td>{escape(text)}</td>"
    value, spread, mark = found.groups()
    spread = f' <span class="spread">{spread}</span>' if spread else ""
    best = ' class="best"' if mark == "*" else ""
    return f'<td{best}>{value}{spread}<span class="mark">{mark or ""}</span></td>'
