"""Other lists than the scores alone give, and what that costs."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from recli.cli._console import Console

if TYPE_CHECKING:
    from recli.recommend.lists import Reranker
    from recli.recommend.model import Model
    from recli.recommend.trade import Trade

_CALIBRATE = 0.5


@dataclass(frozen=True)
class Reranking:
    """The re-ranking as it was typed."""

    diversify: float
    calibrate: str | None
    explore: float

    def rerankers(self, whole: Model, model: Model, seed: int) -> tuple[Reranker, ...]:
        """What makes the lists, in the order in which it is applied.

        whole: the model as it was trained; model: the same, or with a user folded in, whom it knows
        """
        if not (self.diversify or self.calibrate or self.explore):
            return ()  # what follows takes a second to import
        from recli import errors
        from recli.data.numbers import number
        from recli.recommend.rerankers._greedy import Greedy, Term
        from recli.recommend.rerankers.calibrate import Calibrate
        from recli.recommend.rerankers.diversify import Diversify
        from recli.recommend.rerankers.explore import Explore

        terms: list[Term] = []
        if self.diversify:
            terms.append(Diversify.of(whole, self.diversify))
        if self.calibrate is not None:
            name, _, typed = self.calibrate.partition("=")
            weight = number(typed) if typed else _CALIBRATE
            if not 0 < weight <= 1:
                raise errors.UsageError(
                    f"'--calibrate {self.calibrate}': {typed} is no weight above 0 and up to 1, as in "
                    "'--calibrate genres=0.5'."
                )
            terms.append(Calibrate.of(model, name.strip(), weight))
        if sum(term.weight for term in terms) > 1:
            raise errors.UsageError(
                "The weights of --diversify and --calibrate are more than 1 together: nothing is left "
                "for the scores."
            )
        greedy = [Greedy(tuple(terms))] if terms else []
        explore = [Explore.of(whole, self.explore, seed)] if self.explore else []
        return (*greedy, *explore)


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
        return command(*args, reranking=Reranking(diversify, calibrate, explore), **kwargs)

    return wrapped


def tell(trade: Trade, console: Console) -> None:
    """Say what the lists cost and gained."""
    changes = [
        f"{change.what} {change.before:.3f} → {change.after:.3f}" for change in trade.changes
    ]
    console.say(
        f"Re-ranked: {trade.others:.0%} of the places go to other items. Mean {'; '.join(changes)}."
    )


def as_document(trade: Trade) -> dict[str, Any]:
    """The same for JSON; null where no list has the measure."""
    return {
        "others": trade.others,
        **{
            change.what: {"before": _or_null(change.before), "after": _or_null(change.after)}
            for change in trade.changes
        },
    }


def _or_null(value: float) -> float | None:
    return None if math.isnan(value) else value
