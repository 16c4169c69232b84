"""`recli list`."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import click

from recli.cli._options import common
from recli.cli._output.console import Console
from recli.cli._output.traits import Traits


@click.command(
    epilog="""
    \b
    Examples:
      recli list algorithms
      recli list metrics --format json
    """,
)
@click.argument(
    "what",
    type=click.Choice(
        (
            *("algorithms", "metrics", "splits", "steps", "datasets", "formats", "converters"),
            "writers",
        )
    ),
)
@common.output_options()
def command(what: str, console: Console) -> None:
    """List algorithms, metrics, splits, steps of preparation, datasets, file formats, and writers.

    Formats are what is read as ratings, converters what 'recli data convert' writes, writers what
    'recli recommend' writes.
    """
    if what == "algorithms":
        _algorithms(console)
        return
    table = {
        "metrics": _metrics,
        "splits": _splits,
        "steps": _steps,
        "datasets": datasets,
        "formats": _formats,
        "converters": _converters,
        "writers": _writers,
    }
    header, rows = table[what]()
    document = [dict(zip(header, row, strict=True)) for row in rows]
    as_table = (lambda: show_datasets(console)) if what == "datasets" else None
    console.emit(document, header, rows, as_table)


def _algorithms(console: Console) -> None:
    from recli import registry

    classes = {name: registry.get("algorithm", name) for name in registry.names("algorithm")}
    traits = {name: Traits.of(name) for name in classes}
    document = [
        {"algorithm": name, **dataclasses.asdict(traits[name]), "summary": summary(cls)}
        | {"source": cls.source}
        for name, cls in classes.items()
    ]
    header = list(document[0])
    rows = [[_cell(row[key]) for key in header] for row in document]
    console.emit(document, header, rows, lambda: _print_algorithms(console, traits))


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def _print_algorithms(console: Console, traits: Mapping[str, Traits]) -> None:
    """The traits, narrow enough for a terminal, under headings by kind."""
    header = ["algorithm", "predicts", "new users", "new items", "features of", "cost", "extra"]
    rows = []
    for kind in sorted({about.kind for about in traits.values()}):
        rows.append([kind, *[""] * (len(header) - 1)])
        for name, about in traits.items():
            if about.kind == kind:
                uses = ", ".join(what.replace(" features", "s") for what in about.uses)
                extra = about.extra if about.installed else f"{about.extra} *"
                said = [about.predicts, about.new_users, about.new_items, uses, about.cost, extra]
                rows.append([f"  {name}", *said])
    console.table(header, rows, whole=("predicts", "new users", "cost", "extra"))
    missing = sorted({about.extra for about in traits.values() if not about.installed})
    if missing:
        console.line(f"\n* not installed: pip install 'recli[{','.join(missing)}]'")
    console.line(
        "\nNew users and items have no ratings yet. Cost: how long 100,000 ratings take,"
        "\nless than a second or more than ten. 'recli show algorithm NAME' explains one."
    )


def _metrics() -> tuple[list[str], list[list[str]]]:
    from recli import registry
    from recli.params import shown

    rows = []
    for name in registry.names("metric"):
        cls = registry.get("metric", name)
        cut = "@k" if cls.cutoff else ""
        better = "more" if cls.greater_is_better else "less"
        options = ",".join(f"{o.name}={shown(o.default)}" for o in cls.parameters)
        rows.append([name, cls.needs, cut, better, options, cls.features, cls.summary])
    header = ["metric", "of", "cut-off", "better", "options", "item features", "what it says"]
    return header, rows


def _splits() -> tuple[list[str], list[list[str]]]:
    from recli import registry

    rows = []
    for name in registry.names("split"):
        cls = registry.get("split", name)
        options = str(cls()).removeprefix(f"{name}:")
        rows.append([name, "yes" if cls.uses_time else "no", options, summary(cls)])
    return ["split", "needs times", "options", "what it does"], rows


def _steps() -> tuple[list[str], list[list[str]]]:
    from recli import registry

    classes = {name: registry.get("step", name) for name in registry.names("step")}
    rows = [[name, cls.example, summary(cls)] for name, cls in classes.items()]
    return ["step", "example", "what it does"], rows


def _writers() -> tuple[list[str], list[list[str]]]:
    return _of_files("writer")


def _converters() -> tuple[list[str], list[list[str]]]:
    return _of_files("converter")


def _formats() -> tuple[list[str], list[list[str]]]:
    return _of_files("format")


def _of_files(kind: str) -> tuple[list[str], list[list[str]]]:
    from recli import registry

    classes = {name: registry.get(kind, name) for name in registry.names(kind)}
    rows = [[name, " ".join(cls.suffixes), cls.summary] for name, cls in classes.items()]
    return [kind, "files", "what it is"], rows


def datasets() -> tuple[list[str], list[list[str]]]:
    """Header and rows of the datasets that have a name."""
    from recli.data import find

    rows = []
    for name in find.names():
        about = find.named(name)
        here = "yes" if about.location(about.ratings).exists() else "to download"
        if about.download and about.is_absent:
            here = "by hand" if about.download.page else "to download"
        of = "interactions" if about.ratings.implicit else "ratings"
        rows.append([name, here, of, about.title, about.licence])
    return ["dataset", "here", "of", "what it is", "licence"], rows


def show_datasets(console: Console) -> None:
    """The datasets that have a name, those that are here first, narrow enough for a terminal."""
    header, rows = datasets()
    rows = sorted(rows, key=lambda row: row[1] != "yes")
    console.table(header[:4], [row[:4] for row in rows], whole=("here", "of"))
    console.line(
        "\n'recli data download NAME' fetches one and shows its licence. For those that have to be got "
        "by hand\nit says where they are and how to go on."
    )


def summary(cls: type) -> str:
    """The first line of a class's docstring."""
    return (cls.__doc__ or "").strip().splitlines()[0].rstrip(".")
