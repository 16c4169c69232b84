"""List, show, remove, export and import what 'recli train' has left."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from recli import files, memory, registry
from recli.cli._options import common, parameter_types
from recli.cli._output.console import Console, count, local_time
from recli.cli._output.stored import agreed, show_facts, show_list, tell_removed
from recli.models.stored import MODELS


@click.group(
    name="models",
    epilog="""
    \b
    Examples:
      recli models list
      recli models show svd
      recli models export svd --output svd.zip
      recli models import svd.zip --name theirs
    """,
)
def command() -> None:
    """List, show, remove, export and import what 'recli train' has left.

    A model is meant by its name, by how that begins, by its folder, or as 'latest'. It is a folder of
    arrays, texts and a manifest with their checksums. Nothing in it is run: what was altered is not
    read.
    """


@command.command(
    name="list",
    epilog="""
    \b
    Example:
      recli models list
    """,
)
@common.results_option
@common.output_options()
def list_models(results: Path, console: Console) -> None:
    """List all models, the newest first."""
    from recli.models import model as models

    labels = {}

    def describe(folder: Path) -> dict[str, Any]:
        about = models.about(folder)
        labels[folder.name] = _label(folder, about)  # raises for what is unknown here
        lists = about.get("lists", {})
        return {"model": folder.name, **{key: about[key] for key in _LISTED}, "lists": lists}

    columns = {
        "model": lambda found: found["model"],
        "algorithm": lambda found: labels[found["model"]],
        "dataset": lambda found: found["dataset"]["name"],
        "trained": lambda found: local_time(found["trained"]),
        "size": lambda found: _size(MODELS.folder(results, found["model"])),
    }
    show_list(MODELS, results, console, describe, columns, right=("size",))


def _label(folder: Path, about: dict[str, Any]) -> str:
    """As tables name it; where a class would have to be imported for that, the algorithm alone."""
    from recli import errors
    from recli.algorithms import Configured
    from recli.ranking.list_options import ListOptions
    from recli.ranking.recommender import recommender

    try:
        with registry.names_of(folder):
            configured = Configured.of(about["algorithm"], about["params"])
            return recommender(configured, ListOptions.of(about.get("lists", {}))).label
    except errors.CodeError:
        return str(about["algorithm"])


@command.command(
    epilog="""
    \b
    Example:
      recli models show svd
    """,
)
@click.argument("model", type=parameter_types.MODEL)
@common.results_option
@common.output_options("table", "json")
def show(model: str, results: Path, console: Console) -> None:
    """Show what a model is and where it comes from, and verify its parts."""
    from recli.models import model as models

    folder = MODELS.find(results, model)
    about = models.about(folder, verify=True)
    facts = _facts(folder, about)
    document = {"model": folder.name, **about}
    console.emit(document, [], [], lambda: show_facts(console, facts, 10))


@command.command(
    epilog="""
    \b
    Example:
      recli models rm old older --yes
    """,
)
@click.argument("names", type=parameter_types.MODEL, nargs=-1, required=True, metavar="MODEL…")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@common.results_option
@common.output_options("table", "json")
def rm(names: tuple[str, ...], yes: bool, results: Path, console: Console) -> None:
    """Remove models from the results folder."""
    from recli import stored

    folders = agreed(MODELS, results, names, yes)
    stored.remove(folders)
    tell_removed(MODELS, folders, console)


@command.command(
    epilog="""
    \b
    Examples:
      recli models export svd
      recli models export svd --output /media/stick/svd.zip
      recli models export svd --output s3://models/svd.zip
      recli models export svd --sign key.pem
    """,
)
@click.argument("model", type=parameter_types.MODEL)
@click.option(
    "-o",
    "--output",
    type=parameter_types.PlaceType(),
    help="The file to write, or a URL (s3, gs, az). [default: MODEL.zip where you stand]",
)
@click.option(
    "--sign",
    type=click.Path(path_type=Path),
    metavar="KEYFILE",
    help="A private key of Ed25519 (PEM), by which the model is signed; with 'recli[sign]'.",
)
@common.results_option
@common.output_options("table", "json")
def export(
    model: str, output: str | None, sign: Path | None, results: Path, console: Console
) -> None:
    """Write a model as one file, to carry it elsewhere.

    The ratings that it has learned from are in it; an index is not.

    Checksums tell whether it is whole, and anybody can make them; a signature tells who exported it.
    'openssl genpkey -algorithm ed25519 -out key.pem' makes a key for --sign, and 'openssl pkey -in
    key.pem -pubout -out public.pem' what others need to verify it.
    """
    from recli.models import archive, parts

    folder = MODELS.find(results, model)
    path = archive.pack(folder, output or f"{folder.name}.zip", sign)
    document = {"model": folder.name, "path": path}
    console.emit(document, [], [], lambda: console.line(f"Model '{folder.name}': {path}"))
    if (folder / parts.INDEX).is_file():
        console.say("Without its index: 'recli train --index' makes one.")


@command.command(
    name="import",
    epilog="""
    \b
    Examples:
      recli models import svd.zip --name theirs
      recli models import s3://models/svd.zip
      recli models import svd.zip --verify public.pem
    """,
)
@click.argument("file", type=parameter_types.PlaceType())
@click.option("--name", help="Name of the model. [default: as it was called]")
@click.option(
    "--verify",
    type=click.Path(path_type=Path),
    metavar="PUBKEY",
    help="A public key of Ed25519 (PEM): refuse what its owner has not signed; with 'recli[sign]'.",
)
@common.results_option
@common.output_options("table", "json")
def import_model(
    file: str, name: str | None, verify: Path | None, results: Path, console: Console
) -> None:
    """Take in a model that 'recli models export' wrote.

    It is verified first, and refused if anything in it is missing, altered or not to be expected. Without
    --verify a signature is not asked for; 'recli models show' tells of it.
    """
    from recli.models import archive

    folder = archive.unpack(file, results, name, verify)
    document = {"model": folder.name, "path": str(folder)}
    console.emit(document, [], [], lambda: console.line(f"Model '{folder.name}': {folder}"))
    console.say(f"Next: recli models show {folder.name}")


_LISTED = ("algorithm", "params", "dataset", "trained")


def _facts(folder: Path, about: dict[str, Any]) -> dict[str, str]:
    from recli.models import signature
    from recli.models.list_quality import ListQuality
    from recli.params import shown

    dataset, origin, versions = about["dataset"], about["origin"], about["versions"]
    tuned, run = origin.get("params", {}), origin.get("run", {})
    refresh = origin.get("refresh", {})
    facts = {
        "model": f"{folder}, {_size(folder)}",
        "algorithm": about["algorithm"],
        "parameters": " ".join(
            f"{k}={shown(v)}" for k, v in about["params"].items() if v is not None
        ),
        "seed": str(about["seed"]),
        "trained": local_time(about["trained"]),
        "dataset": f"{dataset['name']} ({dataset['fingerprint']})",
        **_values(about),
        "tuned": " ".join(f"{key}={value}" for key, value in tuned.items()),
        "lists": str(ListQuality.of(origin) or ""),
        "list options": _list_options(folder, about),
        "measured": run and f"{_metrics(run['metrics'])} (run {run['run']}, {run['split']})",
        "published": refresh and f"by {refresh['run']}, with events through {refresh['through']:,}",
        "stored as": "a recipe: it is fitted again when it is loaded" if about["refit"] else "",
        "index": f"finds {about['index']['recall']:.2%} of exact lists of ten; 'export' leaves it out"
        if "index" in about
        else "",
        "pickled": "what it has learned; to use it takes --allow-pickle"
        if about["pickled"]
        else "",
        "versions": " ".join(f"{package} {version}" for package, version in versions.items()),
        "signed": signature.described(folder, about),
        "verified": f"{count(len(about['sha256']), 'part')}, all as written",
    }
    return {name: value for name, value in facts.items() if value}


def _list_options(folder: Path, about: dict[str, Any]) -> str:
    from recli import errors
    from recli.ranking.list_options import ListOptions

    lists = about.get("lists", {})
    try:
        with registry.names_of(folder):
            return str(ListOptions.of(lists))
    except errors.CodeError:
        return f"rerank={' '.join(lists['rerank'])}, of a class; to use it takes --allow-code"


def _values(about: dict[str, Any]) -> dict[str, str]:
    """Between what values the ratings are, or the weights of interactions."""
    (low, high), liked_from = about["scale"], about["threshold"]
    if not about.get("implicit", False):
        return {"scale": f"{low:g} to {high:g}, liked from {liked_from:g}"}
    liked = f"liked from {liked_from:g}" if liked_from > low else "all of them liked"
    kinds = about["dataset"].get("kinds", {})
    return {
        "weights": f"{low:g} to {high:g} for a pair of user and item, {liked}",
        "kinds": ", ".join(f"{kind} {weight:g}" for kind, weight in kinds.items()),
    }


def _metrics(metrics: dict[str, float | None]) -> str:
    return ", ".join(f"{name} {v:.4f}" for name, v in metrics.items() if v is not None)


def _size(folder: Path) -> str:
    return memory.shown(files.size(folder))
