"""Which items may be recommended, and how they mix in a list."""

from __future__ import annotations

import click

from recli.cli._options.common import Command

_OPTIONS = (
    click.option(
        "--exclude-seen/--include-seen",
        default=True,
        show_default=True,
        help="Whether what a user has rated is left out.",
    ),
    click.option(
        "--candidates",
        "candidates",
        type=click.Path(),
        help="A file with the ids of the items to choose from, one a line.",
    ),
    click.option(
        "--exclude",
        "exclude",
        type=click.Path(),
        help="A file with the ids of items to leave out, one a line.",
    ),
    click.option(
        "--where",
        metavar="CONDITION",
        help="A condition on the item table with = != < <= > >= contains in 'is empty' and or not "
        "( ), such as \"genres contains 'Comedy' and year >= 1990\"; 'recli show where' explains it.",
    ),
    click.option(
        "--min-ratings",
        type=click.IntRange(0),
        default=0,
        show_default=True,
        help="Items with fewer ratings to learn from are left out of lists. Models that predict "
        "ratings, content-based and k-NN above all, put what a few people liked before what many like: "
        "then 10 is a good beginning.",
    ),
    click.option(
        "--since",
        type=click.DateTime(("%Y-%m-%d",)),
        metavar="YYYY-MM-DD",
        help="Fresh items alone: those whose first rating is of that day (UTC) or later, or is yet "
        "to come.",
    ),
    click.option(
        "--max-per",
        multiple=True,
        metavar="COLUMN=N",
        help="At most N items of a list with the same value there, as genres=3; may be repeated.",
    ),
)


def filter_options(command: Command) -> Command:
    """Everything that keeps items out of lists; the command gets each by its name in `ListOptions`.

    Args:
        command: the function of the command
    """
    for option in reversed(_OPTIONS):
        command = option(command)
    return command
