"""Write a model, or parts of it, or the folds of a comparison, for other programs."""

from __future__ import annotations

from pathlib import Path

import click

from recli.cli._options import common
from recli.cli._options.common import DatasetChoice
from recli.cli._options.model import ModelChoice, model_options
from recli.cli._options.protocol import SplitChoice, split_options
from recli.cli._output.console import Console, count
from recli.cli._shipment import Shipment, folder_argument, shipment_options, tell


@click.group(
    name="export",
    epilog="""
    \b
    Examples:
      recli export embeddings --model svd --output svd-vectors
      recli export folds --split last-n:n=5 --output folds
      recli export docker container --model svd
      recli export function cloud --model svd
      recli export monitoring watch
    """,
)
def command() -> None:
    """Write a model, or parts of it, or the folds of a comparison, for other programs."""


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
@common.results_option
@common.output_options()
def embeddings(choice: ModelChoice, output: Path, results: Path, console: Console) -> None:
    """Write the vectors of users and items of a model.

    Models whose score is a product of vectors have them, such as svd, ials and those of Keras that rank,
    and content-based, whose dimensions are features. The folders users and items hold vectors.parquet
    (id, title, vector), and vectors.tsv with metadata.tsv, as embedding projectors read them. A model of
    sequences has the vector of a user after their last item. Items of which the model has learned
    nothing are left out.
    """
    from recli.models.embeddings import write

    model, model_name = choice.load(results, console, usual="ratings")
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


@command.command(
    epilog="""
    \b
    Examples:
      recli export folds --output folds
      recli export folds -d my-ratings.csv --split timeline --format parquet -o folds
    """,
)
@common.dataset_options
@split_options
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="Folder to write, in place of an earlier one.",
)
@click.option(
    "--format",
    "written_as",
    type=click.Choice(("csv", "parquet")),
    default="csv",
    show_default=True,
    help="Format of the tables.",
)
@common.message_options
def folds(
    data: DatasetChoice, choice: SplitChoice, output: Path, written_as: str, console: Console
) -> None:
    """Write training and test of every fold, for a program that recli is to judge.

    The folds are those of 'recli evaluate' with the same options. The folder has fold-1/train.csv,
    test.csv and users.csv, and so on, items.csv with the catalogue, folds.json, and a README.md with
    the columns that the program has to bring back and the command that measures them.
    """
    from recli.cli._output.leaderboard import same_data
    from recli.experiments.fold_files import write_folds

    choice.split  # noqa: B018, a split that there is not is told before anything is loaded
    dataset = choice.filtered(data.load(console, None), console)
    command = f"recli evaluate{same_data(data.reading)}{choice.command}"
    n_folds = write_folds(dataset, choice.split, output, written_as, command)
    console.say(
        f"{count(n_folds, 'fold')} ({choice.split}), seed {choice.seed}, in {output}: train, test and "
        "users of each, items, folds.json"
    )
    console.say(
        f"What the files to bring back are like, and how they are measured: {output / 'README.md'}"
    )


@command.command(
    epilog="""
    \b
    Examples:
      recli export docker container --model svd
      recli export docker container --wheel recli-0.1.0-py3-none-any.whl
    """,
)
@shipment_options
def docker(shipment: Shipment) -> None:
    """Write a folder of which a container with a model is built.

    A Dockerfile (not root, with a health check), every version pinned as it is installed here, the
    model, and a compose file that adds 'recli refresh', Prometheus and Grafana. An earlier one is
    replaced; a folder with anything else in it is not touched.
    """
    from recli.extras.serve.ship import docker

    shipment.by(docker.write)


@command.command(
    epilog="""
    \b
    Examples:
      recli export function cloud --model svd
      recli export function cloud --wheel recli-0.1.0-py3-none-any.whl
    """,
)
@shipment_options
def function(shipment: Shipment) -> None:
    """Write a folder that is deployed as a Google Cloud Function.

    main.py for functions-framework, which answers as /recommend of 'recli serve', every version pinned
    as it is installed here, and the model, which an instance loads once. An earlier one is replaced; a
    folder with anything else in it is not touched.
    """
    from recli.extras.serve.ship import function

    shipment.by(function.write)


@command.command(
    epilog="""
    \b
    Examples:
      recli export monitoring watch
      recli export monitoring watch --target shop:8000 --key-file /etc/recli-key
    """,
)
@folder_argument
@click.option(
    "--target",
    metavar="HOST:PORT",
    default="127.0.0.1:8000",
    show_default=True,
    help="Where 'recli serve' answers.",
)
@click.option(
    "--key-file",
    metavar="FILE",
    help="Where Prometheus finds the key that /metrics asks for; not needed on loopback.",
)
@common.output_options("table", "json")
def monitoring(folder: Path, target: str, key_file: str | None, console: Console) -> None:
    """Write what watches 'recli serve': Prometheus and Grafana.

    What is scraped, alerts with their tests, and a dashboard. An earlier one is replaced; a folder with
    anything else in it is not touched.
    """
    from recli.extras.serve.ship import monitoring

    monitoring.write(folder, target, key_file)
    tell(folder, {"target": target}, console)
    console.say(f"Next: prometheus --config.file {folder / 'prometheus.yml'}")
