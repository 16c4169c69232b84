"""Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from recli.experiments.merged_runs import together
from recli.experiments.report import markdown_table
from recli.experiments.reports import _words
from recli.experiments.reports._base import Report
from recli.experiments.reports._leaderboard import Leaderboard, Score, leaderboards, shown_seconds
from recli.experiments.run_data import RunData

_WIDTH = 9


class Markdown(Report):
    """Tables in Markdown: best bold, second underlined, ≈ what cannot be told from the best."""

    suffix = ".md"

    def __call__(self, runs: Sequence[RunData]) -> str:
        parts = []
        if len(runs) > 1:
            common, reason = together(runs)
            parts.append("# All runs")
            parts += _section(common) if common else [f"No common leaderboard: {escape(reason)}"]
        for data in runs:
            parts += [f"# {escape(data.id)}", *_section(data)]
            parts.append(f"```\n{_words.command(data)}\n```")
        return "\n\n".join(parts) + "\n"


def escape(text: str) -> str:
    r"""`text` so that Markdown shows it as it is.

    Args:
        text: what is to be shown as it is

    >>> print(escape("<b> my_own *"))
    \<b\> my\_own \*
    """
    return re.sub(r"([\\`*_<>\[\]#&~])", r"\\\1", text)


def _section(data: RunData) -> Iterator[str]:
    yield escape(" ".join(_words.summary(data)))
    for board in leaderboards(data, _WIDTH):
        yield f"**{board.title}**"
        yield _table(board)
    yield _words.LEGEND


def _table(board: Leaderboard) -> str:
    header = ["algorithm", *map(str, board.measures), *(f"{t} s" for t in board.rows[0].seconds)]
    rows = [
        [
            escape(row.label),
            *map(_cell, row.scores),
            *map(shown_seconds, row.seconds.values()),
        ]
        for row in board.rows
    ]
    return markdown_table(header, rows)


def _cell(score: Score) -> str:
    marked = {1: f"**{score}**", 2: f"<ins>{score}</ins>"}.get(score.place or 0, str(score))
    parts = [marked, score.spread, "≈" if score.alike else ""]
    return " ".join(filter(None, parts))
