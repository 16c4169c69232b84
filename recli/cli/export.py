"""`recli export`."""

from __future__ import annotations

from pathlib import Path

import click

from recli.cli import _options
from recli.cli._console import Console, count
from recli.cli._model import ModelChoice, model_options


@click.group(
    name="export",
    epilog="""
    \b
    Example:
      recli export embeddings --model svd --output svd-vectors
    """,
)
def command() -> None:
    """Write parts of a model for other programs."""


@command.command(
    epilog="""
    \b
    Examples:
      recli export embeddings --output vectors
      recli export embeddings --model svd --output svd-vectors
    """,
)
@model_options
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="Folder to write, in place of an earlier one.",
)
@_options.results_option
@_options.output_options()
def embeddings(choice: ModelChoice, output: Path, results: Path, console: Console) -> None:
    """Write the vectors of users and items of a model.

    Models of factors have them (svd, svdpp, nmf) and content-based, whose dimensions are features. The
    folders users and items hold vectors.parquet (id, title, vector), and vectors.tsv with
    metadata.tsv, as embedding projectors read them. Items of which the model has learned nothing are
    left out.
    """
    from recli.recommend.embeddings import write

    model, model_name = choice.load(results, console)
    shapes = write(model, output)
    header = ["of", "vectors", "dimensions"]
    rows = [[what, str(n), str(dimensions)] for what, (n, dimensions) in shapes.items()]
    document = {
        "model": model_name,
        "folder": str(output),
        **{what: {"vectors": n, "dimensions": k} for what, (n, k) in shapes.items()},
    }
    (n_users, dimensions), (n_items, _) = shapes["users"], shapes["items"]

    def summary() -> None:
        console.line(
            f"{count(n_users, 'user')} and {count(n_items, 'item')} in {count(dimensions, 'dimension')}, "
            f"by {model.configured.label}: {output}"
        )

    console.emit(document, header, rows, summary)
