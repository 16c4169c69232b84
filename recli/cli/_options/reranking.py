"""Other lists than the scores alone give, and what that costs."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from recli.cli._output.console import Console

if TYPE_CHECKING:
    from recli.ranking.reranking_cost import RerankingCost

_CALIBRATE = 0.5


def reranking_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--diversify`, `--calibrate` and `--explore`; the command gets a `reranking`."""
    share = click.FloatRange(0, 1)

    @click.option(
        "--diversify",
        type=share,
        default=0.0,
        metavar="WEIGHT",
        help="Items that are not alike: the weight, from 0 to 1, of how unlike an item is what stands "
        "above it, by features or factors (MMR), against its score.",
    )
    @click.option(
        "--calibrate",
        metavar="COLUMN[=WEIGHT]",
        help="The shares of kinds that a user likes, as genres=0.3: the weight, from 0 to 1, of their "
        f"divergence (Steck 2018) against the scores. Without one it is {_CALIBRATE}.",
    )
    @click.option(
        "--explore",
        type=share,
        default=0.0,
        metavar="SHARE",
        help="The share of places, from 0 to 1, for items drawn by chance, by --seed.",
    )
    @functools.wraps(command)
    def wrapped(
        *args: Any, diversify: float, calibrate: str | None, explore: float, **kwargs: Any
    ) -> Any:
        from recli.ranking.reranking import Reranking

        weighed = None if calibrate is None else _weighed(calibrate)
        return command(*args, reranking=Reranking(diversify, weighed, explore), **kwargs)

    return wrapped


def _weighed(calibrate: str) -> tuple[str, float]:
    """`genres=0.3` as column and weight. Raises UsageError."""
    from recli import errors
    from recli.data.columns.numbers import number

    name, _, typed = calibrate.partition("=")
    weight = number(typed) if typed else _CALIBRATE
    if not 0 < weight <= 1:
        raise errors.UsageError(
            f"'--calibrate {calibrate}': {typed} is no weight above 0 and up to 1, as in "
            "'--calibrate genres=0.5'."
        )
    return name.strip(), weight


def tell(cost: RerankingCost, console: Console) -> None:
    """Say what the lists cost and gained."""
    changes = [f"{change.what} {change.before:.3f} → {change.after:.3f}" for change in cost.changes]
    console.say(
        f"Re-ranked: {cost.others:.0%} of the places go to other items. Mean {'; '.join(changes)}."
    )
