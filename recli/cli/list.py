"""`recli list`."""

from __future__ import annotations

import click

from recli.cli import _options
from recli.cli._console import Console


@click.command(
    epilog="""
    \b
    Examples:
      recli list algorithms
      recli list metrics --format json
    """,
)
@click.argument(
    "what", type=click.Choice(("algorithms", "metrics", "splits", "datasets", "formats", "writers"))
)
@_options.output_options()
def command(what: str, console: Console) -> None:
    """List algorithms, metrics, splits, datasets, file formats that are read, or writers of lists."""
    table = {
        "algorithms": _algorithms,
        "metrics": _metrics,
        "splits": _splits,
        "datasets": datasets,
        "formats": _formats,
        "writers": _writers,
    }
    header, rows = table[what]()
    document = [dict(zip(header, row, strict=True)) for row in rows]
    console.emit(document, header, rows)


def _algorithms() -> tuple[list[str], list[list[str]]]:
    from recli import registry

    rows = []
    for name in registry.names("algorithm"):
        cls = registry.get("algorithm", name)
        row = [name, cls.kind, cls.predicts, cls.cold_users, cls.cold_items, ", ".join(cls.uses)]
        extra = registry.extra_of("algorithm", name)
        missing = " (missing)" if extra and not registry.installed(extra) else ""
        rows.append([*row, cls.cost, extra + missing, summary(cls), cls.source])
    about = ["algorithm", "kind", "predicts", "new users", "new items", "uses besides ratings"]
    return [*about, "cost", "extra", "what it does", "source"], rows


def _metrics() -> tuple[list[str], list[list[str]]]:
    from recli import registry

    rows = []
    for name in registry.names("metric"):
        cls = registry.get("metric", name)
        cut = "@k" if cls.cutoff else ""
        better = "more" if cls.greater_is_better else "less"
        rows.append([name, cls.needs, cut, better, cls.features, cls.summary])
    return ["metric", "of", "cut-off", "better", "item features", "what it says"], rows


def _splits() -> tuple[list[str], list[list[str]]]:
    from recli import registry

    rows = []
    for name in registry.names("split"):
        cls = registry.get("split", name)
        options = str(cls()).removeprefix(f"{name}:")
        rows.append([name, "yes" if cls.uses_time else "no", options, summary(cls)])
    return ["split", "needs times", "options", "what it does"], rows


def _writers() -> tuple[list[str], list[list[str]]]:
    return _of_files("writer")


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
        here = "yes" if about.ratings_file.is_file() else "to download"
        rows.append([name, here, about.title, about.licence])
    return ["dataset", "here", "what it is", "licence"], rows


def summary(cls: type) -> str:
    """The first line of a class's docstring."""
    return (cls.__doc__ or "").strip().splitlines()[0].rstrip(".")
