"""What pages are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from recli.experiments.reports.plots._base import Figure

_FOLDER = Path(__file__).parent


def page(title: str, body: str) -> str:
    """The whole page, which fetches nothing.

    Args:
        title: what it is called, for people
        body: HTML
    """
    style = (_FOLDER / "_page.css").read_text(encoding="utf-8")
    script = (_FOLDER / "_page.js").read_text(encoding="utf-8")
    # The policy keeps the page to itself: nothing is fetched, whatever a label says.
    policy = (
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"
    )
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>{escape(title)}</title>
<style>
{style}</style>
</head>
<body>
<main>
{body}
</main>
<script>
{script}</script>
</body>
</html>
"""


def drawn(figures: Sequence[Figure]) -> str:
    """The plots, and below them what has nothing to draw, with the reason.

    Args:
        figures: plots, in their order
    """
    shown = "".join(
        f"<figure><figcaption><h4>{escape(figure.title)}</h4><p>{escape(figure.reading)}</p>"
        f"</figcaption>{figure.drawing}</figure>"
        for figure in figures
        if figure.drawing
    )
    items = "".join(
        f"<li>{escape(f'{figure.title}: {figure.reading}')}</li>"
        for figure in figures
        if not figure.drawing
    )
    left_out = f'<div class="note">Left out:<ul>{items}</ul></div>' if items else ""
    return f'<div class="plots">{shown}</div>{left_out}'


def definitions(found: Mapping[str, Any]) -> str:
    """Names and what they are.

    Args:
        found: objects with docstrings, by name
    """
    rows = "".join(
        f"<div><dt>{escape(key)}</dt><dd>{escape(_text(value))}</dd></div>"
        for key, value in found.items()
    )
    return f"<dl>{rows}</dl>"


def _text(value: Any) -> str:
    """A value of JSON as people write it."""
    if isinstance(value, dict):
        return ", ".join(f"{key} = {_text(inner)}" for key, inner in value.items())
    if isinstance(value, list):
        return ", ".join(map(_text, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None else str(value)
