"""`recli recommend`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click
from click.core import ParameterSource

from recli.cli import _options, _types
from recli.cli._console import Console, count
from recli.cli._options import DatasetChoice

if TYPE_CHECKING:
    from recli.recommend.model import Model
    from recli.recommend.top_n import Recommendation

_FIRST = {"score": "best", "lower-bound": "the highest rating less its deviation"}


@click.command(
    epilog="""
    \b
    Examples:
      recli recommend --user 42
      recli recommend --user 42 -n 20 --model svd --output for-42.csv
      recli recommend --user alice -d my-ratings.csv
    """,
)
@click.option("-u", "--user", required=True, help="The user's id, as in the ratings.")
@click.option(
    "-n", "n", type=click.IntRange(1), default=10, show_default=True, help="How many items."
)
@click.option(
    "-m",
    "--model",
    "model_name",
    type=_types.MODEL,
    help="A model from 'recli train', by name or folder. [default: one is trained]",
)
@click.option(
    "--sort",
    type=click.Choice(("score", "lower-bound")),
    default="score",
    show_default=True,
    help="What goes first: the highest score, or the highest prediction less its deviation, where the "
    "model knows that, as bayesian-fm does.",
)
@_options.dataset_options
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="CSV file to write. [default: under results/recommendations]",
)
@_options.seed_option
@_options.memory_limit_option
@_options.results_option
@_options.output_options()
def command(
    user: str,
    n: int,
    model_name: str | None,
    sort: Literal["score", "lower-bound"],
    data: DatasetChoice,
    output: Path | None,
    seed: int,
    memory_limit: int | None,
    results: Path,
    console: Console,
) -> None:
    """Recommend items to a user.

    The list is ranked and leaves out what she has rated. It is printed and written as CSV. Without
    --model, the default algorithm is trained on the dataset for this list alone.
    """
    import re

    from recli import files
    from recli.recommend import model as models
    from recli.recommend.top_n import as_csv, top_n, user_id

    if model_name is None:
        model, shown_name = _train_default(data, seed, results, console)
    else:
        model = models.load(models.find(results, model_name))
        shown_name = Path(model_name).name
        _check_dataset(data, model, shown_name)
    recommended = top_n(model, user, n, memory_limit, sort)
    if len(recommended) < n:
        left = count(len(recommended), "item")
        console.say(f"User {user} has not rated {left}: that is all there is to recommend.")
    document = {
        "user": user_id(model, user),
        "model": shown_name,
        "items": [
            {
                "rank": place.rank,
                "item": place.item,
                "title": place.title,
                "score": place.score,
                "rating": place.rating,
                "deviation": place.deviation,
            }
            for place in recommended
        ],
    }
    header = ["rank", "item", "title", "rating", "score"]
    rows = [
        [
            str(p.rank),
            str(p.item),
            p.title,
            _rating(p),
            f"{p.score:.4f}",
        ]
        for p in recommended
    ]

    def table() -> None:
        console.table(
            header,
            rows,
            f"For user {user}, by {model.configured.label}: {model.algorithm.predicts}, "
            f"{_FIRST[sort]} first",
            right=("rank", "item", "rating", "score"),
        )

    safe = re.sub(r"[^A-Za-z0-9._-]", "_", f"{shown_name}-user-{user}")
    path = output or results / "recommendations" / f"{safe}.csv"
    files.write_text(path, as_csv(user, shown_name, recommended))
    console.emit(document, header, rows, table)
    console.say(f"Written to {path}")


def _rating(place: Recommendation) -> str:
    """The predicted rating, and how far hers may be from it."""
    if place.rating is None:
        return "–"
    spread = "" if place.deviation is None else f" ±{place.deviation:.2f}"
    return f"{place.rating:.2f}{spread}"


def _check_dataset(data: DatasetChoice, model: Model, shown_name: str) -> None:
    """A model brings its own ratings. Raises UsageError when `--dataset` asks for others."""
    from recli import errors
    from recli.data.load import describe

    source = click.get_current_context().get_parameter_source("dataset")
    learned_from = model.dataset["name"]
    if source is not ParameterSource.DEFAULT and describe(data.spec).name != learned_from:
        raise errors.UsageError(
            f"Model '{shown_name}' has learned from the dataset {learned_from}, not from {data.spec}. "
            "Leave out '--dataset', or leave out '--model' to train on that."
        )


def _train_default(
    data: DatasetChoice, seed: int, results: Path, console: Console
) -> tuple[Model, str]:
    from recli.cli._choose import default
    from recli.recommend import model as models

    dataset = data.load(console, results)
    configured = default(dataset)
    console.say(
        f"No --model given: training the default, {configured.label}. To keep one, see 'recli train'."
    )
    return models.train(dataset, configured, seed), configured.name
