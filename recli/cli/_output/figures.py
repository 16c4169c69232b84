"""What checks of ratings and of interactions print alike."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from recli.cli._output.console import Console

if TYPE_CHECKING:
    from recli.data.checks.check import Problem

QUANTILE_NAMES = ("least", "¼", "median", "¾", "most")
_BAR = 40


def histogram(console: Console, bars: Sequence[tuple[float, float, int]], digits: int = 6) -> None:
    """A bar for each (from, to, count), with its count and share; numbers have so many digits.

    Args:
        console: where it is printed
        bars: (from, to, count) of each bar
        digits: decimals of the bounds
    """
    counts = [n for _, _, n in bars]
    labels = [f"{a:g}" if a == b else f"{a:.{digits}g} to {b:.{digits}g}" for a, b, _ in bars]
    width, most, total = max(map(len, labels)), max(counts), sum(counts)
    for label, n in zip(labels, counts, strict=True):
        bar = "█" * round(_BAR * n / most) or "▏"
        console.line(f"{label:>{width}}  {bar:{_BAR}}  {n:>9,}  {n / total:6.1%}")


def problems(console: Console, found: Sequence[Problem]) -> None:
    """What to look at, how much of it, and what to do.

    Args:
        console: where it is printed
        found: what is noteworthy
    """
    if not found:
        console.line("Nothing looks wrong.")
        return
    rows = [[problem.kind, f"{problem.count:,}", problem.advice] for problem in found]
    console.table(["to look at", "count", "advice"], rows, right=("count",))


def date(seconds: int) -> str:
    """The day of a moment, UTC.

    Args:
        seconds: seconds since 1970 UTC

    >>> date(1_600_000_000)
    '2020-09-13'
    """
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d")
