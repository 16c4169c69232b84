"""What users clicked of models that were served side by side."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from recli.cli._output.console import Console, count
from recli.cli._output.shown_number import ShownNumber

if TYPE_CHECKING:
    from recli.events.clicks import Clicks


def show(models: Sequence[str], events: Sequence[str], results: Path, console: Console) -> None:
    """Compare the models of a split.

    Args:
        models: their names; none for the split that was served last
        events: types that count; none for all but ratings
        results: the results folder
        console: where it is printed

    Raises:
        NotFoundError: if no such models were served side by side
        UsageError: for one model
    """
    from recli import errors
    from recli.events import clicks as by_clicks
    from recli.events import log, shown
    from recli.events.split import UserSplit

    lists = shown.ShownLists(results / shown.FILE_NAME)
    known = lists.splits()
    if not known:
        raise errors.NotFoundError(
            f"{lists.path}: no lists of models side by side have been shown yet. 'recli serve --model A "
            "--model B' shows them."
        )
    if len(set(models)) == 1:
        raise errors.UsageError(
            "To compare takes two models or more, or none for those that were served side by side last."
        )
    split = UserSplit.of(dict.fromkeys(models, 1.0)).id if models else known[0]
    if split not in known:
        raise errors.NotFoundError(
            f"The models {split} have not been served side by side. These have:\n"
            f"{errors.first_ten(known)}"
        )
    with log.EventLog(results / log.FILE_NAME) as happened:
        found = by_clicks.clicks(split, lists.of(split), happened.after(0), events)
    header = ["model", "users", "lists", "clicks", "clicking", "rate", "95 % interval"]
    rows = [
        [
            rate.model,
            *map(ShownNumber, (rate.users, rate.lists, rate.clicks, rate.clicking)),
            ShownNumber(rate.rate, ".4f"),
            _interval(rate.low, rate.high, ".4f"),
        ]
        for rate in found.rates
    ]

    def as_tables() -> None:
        console.line()
        console.table(header, rows, "Clicks per list", right=header[1:])
        console.line()
        console.say_all(_remarks(found))

    console.emit(found.document, header, rows, as_tables)


def _interval(low: float, high: float, shape: str) -> str:
    return "–" if math.isnan(low) else f"{low:{shape}} … {high:{shape}}"


def _remarks(found: Clicks) -> list[str]:
    from recli.events.clicks import FEWEST

    said = []
    for pair in found.differences:
        names = f"{pair.first} less {pair.second}"
        if math.isnan(pair.p):
            said.append(
                f"{names}: {pair.difference:+.4f}. No interval: it takes {FEWEST} users of each model "
                "who clicked."
            )
            continue
        interval = _interval(pair.low, pair.high, "+.4f")
        verdict = (
            "a difference" if pair.p_adjusted < 0.05 else "no difference that chance would not make"
        )
        said.append(
            f"{names}: {pair.difference:+.4f} ({interval}), p = {pair.p_adjusted:.2g}: {verdict}. "
            f"So many users show a true difference of {pair.detectable:.4f} in four of five cases."
        )
    kinds = ", ".join(f"{n:,} of type '{kind}'" for kind, n in found.types.items())
    said.append(f"Counted: {kinds or 'no event'}, after a user's first list.")
    if found.crossed:
        said.append(
            f"{count(found.crossed, 'user')} got lists of several models, as shares changed: left out."
        )
    return said
