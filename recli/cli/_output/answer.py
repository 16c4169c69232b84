"""The list of one user on the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recli.cli._output.console import Console, count
from recli.cli._output.shown_number import ShownNumber

if TYPE_CHECKING:
    from recli.ranking.answer import Answer
    from recli.ranking.request import Request
    from recli.ranking.rows import Recommendation

_FIRST = {"score": "best", "lower-bound": "the highest rating less its deviation"}
_HEADER = ["rank", "item", "title", "rating", "score"]


def show_answer(answer: Answer, user: str | None, request: Request, console: Console) -> None:
    """Print the list of a single user, with the reasons if it has any.

    Args:
        answer: the list
        user: the raw id; None for somebody new
        request: what was asked for
        console: where it is printed
    """
    whom = "a new user" if user is None else f"user {user}"
    rows = list(map(_cells, answer.rows.recommendations))
    if len(rows) < request.n:
        left = count(len(rows), "item")
        console.say(f"{whom.capitalize()} gets {left}: that is all there is to recommend.")
    header, wider, lines, why = _HEADER, rows, rows, answer.rows.why
    if why is not None:
        header = [*header, "why", "reasons"]
        wider = [[*row, *one.cells] for row, one in zip(rows, why, strict=True)]
        under = [["", "", one.words, "", ""] for one in why]
        lines = [row for pair in zip(rows, under, strict=True) for row in pair]
    title = _title(answer, whom, request)

    def table() -> None:
        # What only scores items predicts no rating, and items may have no titles.
        empty = {
            "rating": answer.rows.model.algorithm.predicts == "scores",
            "title": not any(line[_HEADER.index("title")] for line in lines),
        }
        shown = [n for n, name in enumerate(_HEADER) if not empty.get(name)]
        console.table(
            [_HEADER[n] for n in shown],
            [[line[n] for n in shown] for line in lines],
            title,
            right=("rank", "item", "rating", "score"),
        )

    console.emit(answer.document, header, wider, table)


def _title(answer: Answer, whom: str, request: Request) -> str:
    model, lists = answer.rows.model, answer.rows.lists
    what = {"ratings": "predicted ratings", "scores": "scores"}[model.algorithm.predicts]
    order = f"{_FIRST[request.sort]} first" if lists.plain is None else "re-ranked"
    return f"For {whom}, by {model.configured.label}: {what}, {order}"


def _cells(place: Recommendation) -> list[str]:
    return [
        str(place.rank),
        str(place.item),
        place.title,
        _rating(place),
        ShownNumber(place.score, ".4f"),
    ]


def _rating(place: Recommendation) -> str:
    """The predicted rating, and how far the user's may be from it."""
    spread = "" if place.deviation is None else f" ±{place.deviation:.2f}"
    return ShownNumber(place.rating, ".2f", spread)
