"""LaTeX."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from recli.experiments.merged_runs import together
from recli.experiments.reports import _words
from recli.experiments.reports._base import Report
from recli.experiments.reports._leaderboard import Leaderboard, Score, leaderboards, shown_seconds
from recli.experiments.run_data import RunData

_WIDTH = 3
_COMMANDS = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "–": "--",
    "±": r"$\pm$",
    "≈": r"$\approx$",
    "×": r"$\times$",
} | {sign: "\\" + sign for sign in "&%$#_{}"}
_HEAD = """\
% \\usepackage[T1]{fontenc}
% \\usepackage{booktabs}
"""


class Latex(Report):
    """Tables for a paper, with booktabs: best bold, second underlined, ≈ as in the caption."""

    suffix = ".tex"

    def __call__(self, runs: Sequence[RunData]) -> str:
        parts = [_HEAD]
        if len(runs) > 1:
            common, reason = together(runs)
            parts += _tables(common) if common else [f"% No common leaderboard: {_line(reason)}\n"]
        for data in runs:
            parts += _tables(data)
        return "\n".join(parts)


def escape(text: str) -> str:
    r"""`text` so that LaTeX prints it as it is.

    Args:
        text: what is to be shown as it is

    >>> print(escape("100 % of my_own & {more}"))
    100 \% of my\_own \& \{more\}
    """
    return "".join(_COMMANDS.get(sign, sign) for sign in text)


def _tables(data: RunData) -> Iterator[str]:
    yield f"% {_line(data.id)}: {_line(_words.command(data))}"
    for number, board in enumerate(leaderboards(data, _WIDTH), start=1):
        yield _table(data, board, number)


def _table(data: RunData, board: Leaderboard, number: int) -> str:
    header = ["algorithm", *map(str, board.measures), "seconds"]
    rows = [
        [
            escape(row.label),
            *map(_cell, row.scores),
            escape(shown_seconds(sum(row.seconds.values()))),
        ]
        for row in board.rows
    ]
    lines = [" & ".join(row) + r" \\" for row in (map(escape, header), *rows)]
    caption = escape(f"{data.dataset['name']}: {board.title.lower()}. {_words.LEGEND}")
    label = re.sub(r"[^A-Za-z0-9-]", "-", f"{data.id}-{number}")
    return "\n".join(
        [
            r"\begin{table}",
            r"  \centering\footnotesize\setlength{\tabcolsep}{4pt}",
            f"  \\caption{{{caption}}}",
            f"  \\label{{tab:{label}}}",
            f"  \\begin{{tabular}}{{l{'r' * (len(header) - 1)}}}",
            r"    \toprule",
            f"    {lines[0]}",
            r"    \midrule",
            *(f"    {line}" for line in lines[1:]),
            r"    \bottomrule",
            r"  \end{tabular}",
            r"\end{table}",
            "",
        ]
    )


def _cell(score: Score) -> str:
    shown = escape(str(score))
    marked = {1: rf"\textbf{{{shown}}}", 2: rf"\underline{{{shown}}}"}.get(score.place or 0, shown)
    like = r"$^{\approx}$" if score.alike else ""
    spread = rf" {{\tiny {escape(score.spread)}}}" if score.spread else ""
    return marked + like + spread


def _line(text: str) -> str:
    """`text` on one line, for a comment."""
    return " ".join(text.split())
