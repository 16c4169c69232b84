"""What a metric says of how others define it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from recli import registry
from recli.cli._output.console import Console

if TYPE_CHECKING:
    from recli.evaluation.elsewhere import Elsewhere
    from recli.evaluation.metrics._base import Metric


def described(metric: type[Metric]) -> dict[str, Any]:
    """The definitions of others, for JSON.

    Args:
        metric: the class
    """
    from recli.evaluation.example import EXAMPLE

    return {
        "example": EXAMPLE.value(metric()) if metric.elsewhere else None,
        "elsewhere": [
            {
                "library": library.name,
                "version": library.version,
                "by_source": bool(library.by_source),
                "called": called,
                "value": one.value,
                "differs": one.differs or None,
                "same_as": _same_as(metric, one),
            }
            for one in metric.elsewhere
            for library, called in one.called.items()
        ],
    }


def show(metric: type[Metric], console: Console) -> None:
    """The definitions of others and the example, as tables; nothing where none are known.

    Args:
        metric: the class
        console: where it is written
    """
    if not metric.elsewhere:
        return
    from recli.evaluation import example

    name, k = registry.name_of(metric), example.EXAMPLE.k
    rows = [
        [
            "\n".join(
                f"{library.name} {library.version}{' *' if library.by_source else ''}: {called}"
                for library, called in one.called.items()
            ),
            f"{one.value:.4f}",
            _same_as(metric, one) or "–",
            one.differs or "as here",
        ]
        for one in metric.elsewhere
    ]
    console.line(
        f"\nIn other libraries, each measured on the example below, where {name} is "
        f"{example.EXAMPLE.value(metric()):.4f}:\n"
    )
    console.table(["there", "value", "the same here", "how it differs"], rows, right=("value",))
    libraries = dict.fromkeys(library for one in metric.elsewhere for library in one.called)
    read = [library for library in libraries if library.by_source]
    if read:
        console.line()
    for library in read:
        console.line(f"* {library.name} is measured by its source: {library.by_source}.")
    cut = f"lists of {k}, " if metric.needs == "rankings" else ""
    console.line(
        f"\nThe example: {cut}a catalogue of {example.EXAMPLE.n_items} items; what is liked has a star.\n"
    )
    console.table(["user", "training", "test", "list"], example.in_words())


def _same_as(metric: type[Metric], one: Elsewhere) -> str | None:
    """What gives the value in recli, as it is written on the command line; None for nothing."""
    if one.option is None:
        return None
    name = registry.name_of(metric)
    return f"{name}:{one.option}" if one.option else name
