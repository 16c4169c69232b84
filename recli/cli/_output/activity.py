"""How `recli data check` shows interactions."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from recli.cli._output.console import Console, count
from recli.cli._output.figures import QUANTILE_NAMES, date, histogram, problems

if TYPE_CHECKING:
    from recli.data.checks.activity import Activity


def show(console: Console, name: str, found: Activity, fingerprint: str | None) -> None:
    """The figures of a dataset of interactions.

    Args:
        console: where it is printed
        name: the dataset's
        found: its figures and problems
        fingerprint: that of its pairs
    """
    dates = None if found.times is None else [*map(date, found.times)]
    figures: dict[str, Any] = dataclasses.asdict(found)
    figures["interactions"] = figures.pop("rows")
    figures["repeat_rate"] = found.repeated / found.pairs
    figures["histogram"] = [{"from": a, "to": b, "pairs": n} for a, b, n in found.histogram]
    figures["times"] = dates
    document = {"dataset": name, **figures, "fingerprint": fingerprint}
    header = ["problem", "count", "advice"]
    rows = [[problem.kind, str(problem.count), problem.advice] for problem in found.problems]
    console.emit(document, header, rows, lambda: _print(console, found, dates))


def _print(console: Console, found: Activity, dates: list[str] | None) -> None:
    console.line(f"users         {found.users:>10,}")
    console.line(f"items         {found.items:>10,}")
    console.line(f"interactions  {found.rows:>10,}")
    rate = found.repeated / found.pairs
    console.line(f"pairs         {found.pairs:>10,}  {rate:.1%} of them more than once")
    console.line(f"density       {found.density:>10.3%}")
    if dates:
        console.line(f"time          {' to '.join(dates)}")
    if found.sessions:
        console.line(f"sessions      {found.sessions.n:>10,}  which a pause of half an hour ends")
    console.line()
    if found.kinds:
        kinds = [
            [kind.name, f"{kind.rows:,}", f"{kind.weight:g}" if kind.weight else "0: left out"]
            for kind in found.kinds
        ]
        console.table(["kind", "interactions", "weight"], kinds, right=("interactions", "weight"))
        console.line()
    quantiles: list[tuple[str, list[float]]] = [
        ("items of a user", found.per_user),
        ("users of an item", found.per_item),
        ("weight of a pair", found.weights),
    ]
    if found.sessions:
        quantiles.append(("interactions of a session", found.sessions.lengths))
    rows = [
        [name, *(f"{n:,.4g}" if n < 100 else f"{n:,.0f}" for n in at)] for name, at in quantiles
    ]
    console.table(["", *QUANTILE_NAMES], rows, right=QUANTILE_NAMES)
    console.line()
    _print_histogram(console, found)
    console.line()
    problems(console, found.problems)


def _print_histogram(console: Console, found: Activity) -> None:
    if len(found.histogram) == 1:
        console.line(f"All {count(found.pairs, 'pair')} weigh {found.histogram[0][0]:g}.")
        return
    console.line("Pairs by what they weigh")
    histogram(console, found.histogram)
