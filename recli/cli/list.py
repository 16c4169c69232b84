"""List algorithms, metrics, splits and all else that has a name, and where it comes from."""

from __future__ import annotations

import dataclasses
import inspect
import textwrap
from collections.abc import Callable, Mapping
from typing import Any

import click

from recli import registry
from recli.cli._options import common
from recli.cli._output.console import Console
from recli.cli._output.traits import Traits

_PLURALS = {kind.plural: name for name, kind in registry.KINDS.items()}
_ALL = (*_PLURALS, "datasets")
_FROM = "from"


@click.command(
    short_help="List algorithms, metrics, splits and all else that has a name.",
    epilog="""
    \b
    Examples:
      recli list algorithms
      recli list metrics --format json
    """,
)
@click.argument("what", type=click.Choice(_ALL), metavar="WHAT")
@common.output_options()
def command(what: str, console: Console) -> None:
    """List algorithms, metrics, splits and all else that has a name, and where it comes from.

    Steps are those of preparation. Formats are what is read as ratings, sources where it is read from;
    converters are what 'recli data convert' writes, writers what 'recli recommend' writes. Installed
    packages bring more of each by entry points, and your own classes go by module:Class.
    """
    if what == "datasets":
        header, rows = datasets()
        document = [dict(zip(header, row, strict=True)) for row in rows]
        console.emit(document, header, rows, lambda: show_datasets(console))
    elif what == "algorithms":
        _algorithms(console)
    else:
        _registered(_PLURALS[what], console)


command.help = f"{inspect.cleandoc(command.help or '')}\n\nWHAT is one of {', '.join(_ALL)}."


def _registered(kind: str, console: Console) -> None:
    header, row_of = _ROWS.get(kind, _OTHERS)
    header = [kind, *header, _FROM]
    rows = [
        [name, *row_of(name, cls), str(registry.origin(kind, name))]
        for name, cls in registry.usable(kind)
    ]
    document = [dict(zip(header, row, strict=True)) for row in rows]

    def as_text() -> None:
        _print(header, rows, console)
        console.line(f"\n{_your_own(kind)}")

    console.emit(document, header, rows, as_text)


def _your_own(kind: str) -> str:
    """How to begin one that recli does not have."""
    module, _, base = registry.KINDS[kind].base.partition(":")
    article = "an" if kind[0] in "aeiou" else "a"
    said = (
        f"Your own: {article} {kind} of yours is a subclass of {base} of {module} in a Python file here, "
        "and goes by module:Class wherever a name does. CONTRIBUTING.md of recli's source says what it "
        "declares."
    )
    return textwrap.fill(said, 90, break_on_hyphens=False)


def _print(header: list[str], rows: list[list[str]], console: Console) -> None:
    """Where they come from is shown where it is not recli alone."""
    shown = len(header) if any(not row[-1].startswith("recli") for row in rows) else -1
    console.table(header[:shown], [row[:shown] for row in rows])


def _algorithms(console: Console) -> None:
    classes = dict(registry.usable("algorithm"))
    traits = {name: Traits.of(name) for name in classes}
    document = [
        {"algorithm": name, **dataclasses.asdict(traits[name]), "summary": summary(cls)}
        | {"source": getattr(cls, "source", ""), _FROM: str(registry.origin("algorithm", name))}
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
    own = set(registry.names("algorithm"))
    if not own.issuperset(traits):
        header.append(_FROM)
    rows = []
    for kind in sorted({about.kind for about in traits.values()}):
        rows.append([kind, *[""] * (len(header) - 1)])
        for name, about in traits.items():
            if about.kind == kind:
                uses = ", ".join(what.replace(" features", "s") for what in about.uses)
                extra = about.extra if about.installed else f"{about.extra}*"
                said = [about.predicts, about.new_users, about.new_items, uses, about.cost, extra]
                origin = "" if name in own else str(registry.origin("algorithm", name))
                rows.append([f" {name}", *said, origin][: len(header)])
    console.table(header, rows, whole=("predicts", "new users", "cost", "extra"))
    missing = sorted({about.extra for about in traits.values() if not about.installed})
    if missing:
        console.line(f"\n* not installed: pip install 'recli[{','.join(missing)}]'")
    console.line(
        "\nNew users and items have no ratings yet. Cost: how long 100,000 ratings take,"
        "\nless than a second or more than ten. 'recli show algorithm NAME' explains one."
        f"\n{_your_own('algorithm')}"
    )


def _metric(name: str, cls: Any) -> list[str]:
    cut, better = "@k" if cls.cutoff else "", "more" if cls.greater_is_better else "less"
    return [cls.needs, cut, better, _options(name, cls), cls.features, cls.summary]


def _split(name: str, cls: Any) -> list[str]:
    return ["yes" if cls.uses_time else "no", _options(name, cls), summary(cls)]


def _options(name: str, cls: Any) -> str:
    from recli import params, spec

    values = params.resolve(cls.parameters, {}, name)
    return spec.written(name, values).removeprefix(name).removeprefix(":")


def _of_files(name: str, cls: Any) -> list[str]:
    return [" ".join(cls.suffixes), cls.summary]


_Row = tuple[list[str], Callable[[str, Any], list[str]]]
_FILES: _Row = (["files", "what it is"], _of_files)
_OTHERS: _Row = (["what it does"], lambda name, cls: [summary(cls)])
_ROWS: dict[str, _Row] = {
    "metric": (["of", "cut-off", "better", "options", "item features", "what it says"], _metric),
    "split": (["needs times", "options", "what it does"], _split),
    "step": (["example", "what it does"], lambda name, cls: [cls.example, summary(cls)]),
    "format": _FILES,
    "converter": _FILES,
    "writer": _FILES,
    "source": (["schemes", "what it is"], lambda name, cls: [" ".join(cls.schemes), cls.summary]),
}


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
    """The datasets that have a name, those that are here first, narrow enough for a terminal.

    Args:
        console: where it is printed
    """
    header, rows = datasets()
    rows = sorted(rows, key=lambda row: ("yes", "to download", "by hand").index(row[1]))
    console.table(header[:4], [row[:4] for row in rows], whole=("here", "of"))
    console.line(
        "\n'recli data download NAME' fetches one and shows its licence. For those that have to be got "
        "by hand\nit says where they are and how to go on."
    )


def summary(cls: type) -> str:
    """What a class says of itself in a line: the first of its docstring, which it may lack.

    Args:
        cls: the class
    """
    return (cls.__doc__ or "").strip().partition("\n")[0].rstrip(".")
