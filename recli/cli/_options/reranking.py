"""Other lists than the scores alone give, and what that costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from recli.cli._options import parameter_types
from recli.cli._options.common import Command
from recli.cli._output.console import Console

if TYPE_CHECKING:
    from recli.ranking.reranking_cost import RerankingCost


_OPTIONS = (
    click.option(
        "--diversify",
        type=click.FloatRange(0, 1),
        default=0.0,
        metavar="WEIGHT",
        help="Items that are not alike: the weight, from 0 to 1, of how unlike an item is what stands "
        "above it, by features or factors (MMR), against its score.",
    ),
    click.option(
        "--calibrate",
        metavar="COLUMN[=WEIGHT]",
        help="The shares of kinds that a user likes, as genres=0.3: the weight, from 0 to 1, of their "
        "divergence (Steck 2018) against the scores. Without one it is 0.5.",
    ),
    click.option(
        "--explore",
        type=click.FloatRange(0, 1),
        default=0.0,
        metavar="SHARE",
        help="The share of places, from 0 to 1, for items drawn by chance, by --seed.",
    ),
    click.option(
        "--rerank",
        multiple=True,
        type=parameter_types.RERANKER,
        metavar="NAME[:OPTION=VALUE,…]",
        help="Another re-ranker: 'recli list rerankers' has them, and module:Class is your own; may be "
        "repeated.",
    ),
)


def reranking_options(command: Command) -> Command:
    """`--diversify`, `--calibrate`, `--explore` and `--rerank`; the command gets each by its name.

    Args:
        command: the function of the command
    """
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def tell(cost: RerankingCost, console: Console) -> None:
    """Say what the lists cost and gained.

    Args:
        cost: what re-ranking cost and gained
        console: where it is printed
    """
    changes = [f"{change.what} {change.before:.3f} → {change.after:.3f}" for change in cost.changes]
    console.say(
        f"Re-ranked: {cost.others:.0%} of the places go to other items. Mean {'; '.join(changes)}."
    )
