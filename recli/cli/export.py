"""`recli export`."""

from __future__ import annotations

from pathlib import Path

import click

from recli.cli import _options, _types
from recli.cli._console import Console, count
from recli.cli._model import ModelChoice, model_options


@click.group(
    name="export",
    epilog="""
    \b
    Examples:
      recli export embeddings --model svd --output svd-vectors
      recli export docker container --model svd
      recli export function cloud --model svd
      recli export monitoring watch
    """,
)
def command() -> None:
    """Write a model, or parts of it, for other programs."""


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


_wheel_option = click.option(
    "--wheel",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A wheel of recli that is put in. [default: recli comes from the registry of packages]",
)
_stored_option = click.option(
    "-m",
    "--model",
    type=_types.MODEL,
    help="A model from 'recli train', by name or folder. [default: the newest]",
)
_folder_argument = click.argument(
    "folder", type=click.Path(path_type=Path, file_okay=False), metavar="DIR"
)


@command.command(
    epilog="""
    \b
    Examples:
      recli export docker container --model svd
      recli export docker container --model svd --wheel dist/recli-0.1.0-py3-none-any.whl
    """,
)
@_folder_argument
@_stored_option
@_wheel_option
@_options.results_option
@_options.output_options("table", "json")
def docker(
    folder: Path, model: str | None, wheel: Path | None, results: Path, console: Console
) -> None:
    """Write a folder of which a container with a model is built.

    A Dockerfile (not root, with a health check), every version pinned as it is installed here, the
    model, and a compose file that adds 'recli refresh', Prometheus and Grafana. An earlier one is
    replaced; a folder with anything else in it is not touched.
    """
    from recli.extras.serve.ship import docker

    stored = _stored(model, results, console)
    docker.write(folder, stored, wheel)
    _tell_origin(wheel, console)
    next_step = f"Next: {folder / 'README.md'} says how to build and start it."
    _tell(folder, {"model": stored.name}, next_step, console)


@command.command(
    epilog="""
    \b
    Examples:
      recli export function cloud --model svd
      recli export function cloud --model svd --wheel dist/recli-0.1.0-py3-none-any.whl
    """,
)
@_folder_argument
@_stored_option
@_wheel_option
@_options.results_option
@_options.output_options("table", "json")
def function(
    folder: Path, model: str | None, wheel: Path | None, results: Path, console: Console
) -> None:
    """Write a folder that is deployed as a Google Cloud Function.

    main.py for functions-framework, which answers as /recommend of 'recli serve', every version pinned
    as it is installed here, and the model, which an instance loads once. An earlier one is replaced; a
    folder with anything else in it is not touched.
    """
    from recli.extras.serve.ship import function

    stored = _stored(model, results, console)
    function.write(folder, stored, wheel)
    _tell_origin(wheel, console)
    next_step = f"Next: {folder / 'README.md'} says how to try and deploy it."
    _tell(folder, {"model": stored.name}, next_step, console)


@command.command(
    epilog="""
    \b
    Examples:
      recli export monitoring watch
      recli export monitoring watch --target shop.example:8000 --key-file /etc/prometheus/recli-key
    """,
)
@_folder_argument
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
@_options.output_options("table", "json")
def monitoring(folder: Path, target: str, key_file: str | None, console: Console) -> None:
    """Write what watches 'recli serve': Prometheus and Grafana.

    What is scraped, alerts with their tests, and a dashboard. An earlier one is replaced; a folder with
    anything else in it is not touched.
    """
    from recli.extras.serve.ship import monitoring

    monitoring.write(folder, target, key_file)
    next_step = f"Next: prometheus --config.file {folder / 'prometheus.yml'}"
    _tell(folder, {"target": target}, next_step, console)


def _stored(name: str | None, results: Path, console: Console) -> Path:
    """The folder of a stored model, of the newest where it is not named."""
    from recli.recommend import model as models

    if name is None:
        name = models.newest(results)
        console.say(f"No --model given: '{name}' is the newest.")
    return models.find(results, name)


def _tell_origin(wheel: Path | None, console: Console) -> None:
    """Say that recli will be looked for in the registry, if this one is not from there."""
    from recli.extras.serve.ship import _requirements

    if wheel is None and not _requirements.from_registry():
        console.say(
            "This recli was not installed from a registry of packages, where the folder will look for "
            "it. Put it in: 'pip wheel --no-deps FOLDER' makes a wheel of the source, '--wheel' takes it."
        )


def _tell(folder: Path, about: dict[str, str], next_step: str, console: Console) -> None:
    """Say which files there are now in `folder`, and what comes next."""
    paths = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    names = sorted(path.as_posix() for path in paths)

    def summary() -> None:
        console.line(f"{folder}: {count(len(names), 'file')}")
        for name in names:
            console.line(f"  {name}")

    console.emit({**about, "folder": str(folder), "files": names}, [], [], summary)
    console.say(next_step)
