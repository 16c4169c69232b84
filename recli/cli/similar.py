"""Find what is like an item, or who is like a user."""

from __future__ import annotations

from pathlib import Path

import click

from recli.cli._options import common
from recli.cli._options.model import ModelChoice, model_options
from recli.cli._output.console import Console
from recli.cli._output.shown_number import ShownNumber


@click.command(
    epilog="""
    \b
    Examples:
      recli similar --item "toy story" --model svd
      recli similar --item 318 -n 20 --model svd
      recli similar --user 42 --model knn-baseline
    """,
)
@click.option("-i", "--item", help="The item's id, or its title or a part of it.")
@click.option("-u", "--user", help="The user's id, as in the ratings.")
@click.option(
    "-n", "n", type=click.IntRange(1), default=10, show_default=True, help="How many of them."
)
@click.option(
    "--min-ratings",
    type=click.IntRange(0),
    default=5,
    show_default=True,
    help="Those with fewer ratings are left out: by chance many are like them.",
)
@model_options
@common.results_option
@common.spreadsheet_option
@common.output_options()
def command(
    item: str | None,
    user: str | None,
    n: int,
    min_ratings: int,
    choice: ModelChoice,
    results: Path,
    console: Console,
) -> None:
    """Find what is like an item, or who is like a user.

    By what the model itself goes by: models with factors by the cosine of those, k-NN by its own
    similarities, of users or of items as it was trained. Models without either do not compare.
    """
    from recli import errors
    from recli.algorithms._contract.abilities import Side
    from recli.models.similar import document, similar
    from recli.models.titles import item_code

    if (item is None) == (user is None):
        raise errors.UsageError("Like what? Say --item ID or TITLE, or --user ID, one of them.")
    if console.spreadsheet_safe and console.format != "csv":
        raise errors.UsageError("--spreadsheet-safe is for '--format csv'.")
    # Who makes the best lists compares items; users are compared by those that predict ratings.
    model, model_name = choice.load(
        results, console, usual="lists" if item is not None else "ratings"
    )
    ratings = model.trainset.ratings
    side: Side
    if item is not None:
        code, side, ids = item_code(model, item), "item", ratings.item_ids
    else:
        assert user is not None
        code, side, ids = model.user_code(user), "user", ratings.user_ids
    found = similar(model, side, code, n, min_ratings)
    title = model.title(code) if side == "item" else ""
    titles = [[one.title] if side == "item" else [] for one in found]
    header = ["rank", side, *(["title"] if side == "item" else []), "similarity"]
    rows = [
        [str(one.rank), str(one.id), *shown, ShownNumber(one.similarity, ".4f")]
        for one, shown in zip(found, titles, strict=True)
    ]

    def table() -> None:
        whom = f"{side} {ids.text[code]}{f' ({title})' if title else ''}"
        console.table(
            header,
            rows,
            f"Like {whom}, by {model.configured.label}: {model.algorithm.similarity}",
            right=("rank", side, "similarity"),
        )

    console.emit(document(model, model_name, side, code, found), header, rows, table)
