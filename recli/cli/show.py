"""Explain an algorithm, metric, split, step or re-ranker, experiment files or conditions on items."""

from __future__ import annotations

import dataclasses
import inspect
import math
import re
from typing import TYPE_CHECKING, Any

import click

from recli import registry
from recli.cli._options import common, parameter_types
from recli.cli._output import definitions
from recli.cli._output.console import Console
from recli.cli._output.traits import COSTS, Traits

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from recli.params import Parameter

_SCHEMAS = {
    "experiment": "recli.experiments.experiment_schema",
    "dataset": "recli.data.description",
    "params": "recli.experiments.params_file",
    "space": "recli.experiments.tuning.ranges",
}


@click.group(
    name="show",
    epilog="""
    \b
    Examples:
      recli show algorithm svd
      recli show metric ndcg
      recli show split last-n
      recli show schema
      recli show where
    """,
)
def command() -> None:
    """Explain an algorithm, metric, split, step or re-ranker, experiment files or conditions on items."""


@command.command(
    epilog="""
    \b
    Examples:
      recli show algorithm svd
      recli show algorithm hybrid -p members=svdpp,content-based
    """,
)
@click.argument("name", type=parameter_types.ALGORITHM)
@common.params_option
@common.output_options()
def algorithm(name: str, params: tuple[str, ...], console: Console) -> None:
    """Explain an algorithm: what it computes, its source, its parameters.

    A hybrid has those of its members too, by default of the members that it has by default.
    """
    from recli.algorithms import Configured, declared
    from recli.algorithms._configured import class_of
    from recli.params import assignments, shown

    name = registry.resolve("algorithm", name)
    cls = class_of(name)
    given = assignments(params)
    parameters = declared(name, Configured.of(name, given).params if given else None)
    header = ["parameter", "default", "values", "tuned", "what it is"]
    rows = [
        [
            parameter.name,
            shown(parameter.default),
            parameter.domain,
            tuning_range(parameter),
            parameter.help + _condition(parameter.when),
        ]
        for parameter in parameters
    ]
    text = _description(cls)
    source = getattr(cls, "source", "")
    traits = Traits.of(name)
    document = {
        "algorithm": name,
        "description": text,
        "source": source,
        "from": str(registry.origin("algorithm", name)),
        **dataclasses.asdict(traits),
        "parameters": [
            {**_described(parameter), "tuned": tuning_range(parameter) or None}
            for parameter in parameters
        ],
    }

    def as_text() -> None:
        said = f"Source: {source}\n\n" if source else ""
        console.line(f"{name}\n\n{text}\n\n{_from('algorithm', name)}{said}{_in_words(traits)}\n")
        if rows:
            console.table(header, rows, right=("default",))
        else:
            console.line("It has no parameters.")

    console.emit(document, header, rows, as_text)


@command.command(
    epilog="""
    \b
    Example:
      recli show metric ndcg
    """,
)
@click.argument("name", type=parameter_types.METRIC)
@common.output_options("table", "json")
def metric(name: str, console: Console) -> None:
    """Explain a metric: definition, source, range, direction, its options, and how others define it."""
    cls = registry.get("metric", name)
    cutoff = "@10" if cls.cutoff else ""
    values = {name: _finite(getattr(cls, name)) for name in ("lowest", "highest", "perfect")}
    _explain(
        "metric",
        cls,
        console,
        {"greater_is_better": cls.greater_is_better, **values, **definitions.described(cls)},
        lambda option: f"Options follow the name, as in '{option}{cutoff}'.",
        before=_direction(cls.greater_is_better, **values),
    )
    if console.format == "table":
        definitions.show(cls, console)


def _direction(
    greater_is_better: bool, lowest: float | None, highest: float | None, perfect: float | None
) -> str:
    """Which values are good, in a sentence.

    >>> _direction(True, 0.0, 1.0, 1.0)
    'Greater is better; at least 0, at most 1; the best there can be is 1.'
    >>> _direction(False, 0.0, None, 0.0)
    'Less is better; at least 0; the best there can be is 0.'
    """
    ends = [
        f"{end} {value:g}"
        for end, value in (("at least", lowest), ("at most", highest))
        if value is not None
    ]
    parts = [f"{'Greater' if greater_is_better else 'Less'} is better", ", ".join(ends)]
    parts.append("" if perfect is None else f"the best there can be is {perfect:g}")
    return "; ".join(filter(None, parts)) + "."


def _finite(value: float | None) -> float | None:
    return None if value is None or math.isinf(value) else value


@command.command(
    epilog="""
    \b
    Example:
      recli show split last-n
    """,
)
@click.argument("name", type=parameter_types.SPLIT)
@common.output_options()
def split(name: str, console: Console) -> None:
    """Explain a split: what is learnt from and what tested on, its options."""
    cls = registry.get("split", name)
    needs = "It needs the times of the ratings.\n\n" if cls.uses_time else ""
    also = {"needs_times": cls.uses_time}
    _explain("split", cls, console, also, before=f"{needs}As it is by default: {cls()}")


@command.command(
    epilog="""
    \b
    Example:
      recli show step keep
    """,
)
@click.argument("name", type=parameter_types.STEP)
@common.output_options()
def step(name: str, console: Console) -> None:
    """Explain a step of preparation: what it does to a dataset, its options."""
    cls = registry.get("step", name)
    also = {"example": cls.example}
    _explain("step", cls, console, also, before=f'Example: --prepare "{cls.example}"')


@command.command(
    epilog="""
    \b
    Example:
      recli show reranker diversify
    """,
)
@click.argument("name", type=parameter_types.RERANKER)
@common.output_options()
def reranker(name: str, console: Console) -> None:
    """Explain a re-ranker: how it makes other lists than the scores alone, its options."""
    cls = registry.get("reranker", name)
    _explain(
        *("reranker", cls, console, {}),
        lambda option: (
            f"Options follow the name, as in '--rerank {getattr(cls, 'example', option)}'."
        ),
    )


@command.command(
    epilog="""
    \b
    Examples:
      recli show schema > experiment.schema.json
      recli show schema dataset > dataset.schema.json
    """,
)
@click.argument("file", type=click.Choice([*_SCHEMAS]), default="experiment")
def schema(file: str) -> None:
    """Print the JSON Schema of a kind of file.

    Of an experiment, of a dataset.toml, of parameters (which '--params' takes) or of a space of ranges
    (which '--space' takes). Editors complete and check by it: with '#:schema experiment.schema.json' as
    the first line of the file where they know TOML.
    """
    import importlib
    import json

    found = importlib.import_module(_SCHEMAS[file]).json_schema()
    click.echo(json.dumps(found, indent=2, ensure_ascii=False))


@command.command(
    epilog="""
    \b
    Example:
      recli show where
    """,
)
def where() -> None:
    """Explain the conditions on items that 'recli recommend --where' takes."""
    from recli.data.tables import where as conditions

    click.echo(inspect.cleandoc(conditions.__doc__ or ""))


def _explain(
    kind: str,
    cls: Any,
    console: Console,
    also: dict[str, Any],
    after: Callable[[str], str] | None = None,
    before: str = "",
) -> None:
    """What a class says of itself, and a table of its options.

    also: what JSON has besides
    before: a paragraph above the options
    after: a line below them, of a name with its first option
    """
    name, text = registry.name_of(cls), _description(cls)
    header, rows = _options(cls.parameters)
    document = {
        kind: name,
        "description": text,
        "from": str(registry.origin(kind, name)),
        **also,
        "options": [_described(option) for option in cls.parameters],
    }

    def as_text() -> None:
        console.line(f"{name}\n\n{text}\n\n{_from(kind, name)}{before}".rstrip())
        if rows:
            console.line()
            console.table(header, rows, right=("default",))
            if after is not None:
                console.line(f"\n{after(f'{name}:{rows[0][0]}={rows[0][1]}')}")

    console.emit(document, header, rows, as_text)


def _from(kind: str, name: str) -> str:
    """A paragraph on where something comes from; nothing for what recli itself has."""
    origin = registry.origin(kind, name)
    return "" if origin.is_recli else f"From: {origin}\n\n"


def _in_words(traits: Traits) -> str:
    uses = f" and {', '.join(traits.uses)}" if traits.uses else ""
    what = "Predicts ratings" if traits.predicts == "ratings" else "Scores items to rank them"
    lines = [
        f"Kind: {traits.kind}. {what}; learns from ratings{uses}.",
        f"New users: {traits.new_users}. New items: {traits.new_items}.",
        f"Cost: {traits.cost}, 100,000 ratings take {COSTS[traits.cost]}.",
    ]
    if traits.extra:
        there = "installed" if traits.installed else f"pip install 'recli[{traits.extra}]'"
        lines.append(f"Extra: {traits.extra}, {there}.")
    return "\n".join(lines)


def _options(declared: Sequence[Parameter]) -> tuple[list[str], list[list[str]]]:
    from recli.params import shown

    rows = [
        [option.name, shown(option.default), option.domain, option.help + _condition(option.when)]
        for option in declared
    ]
    return ["option", "default", "values", "what it is"], rows


def _described(parameter: Parameter) -> dict[str, Any]:
    when = parameter.when
    return {
        "name": parameter.name,
        "default": parameter.default,
        "values": parameter.domain,
        "help": parameter.help,
        "only_with": None if when is None else {when[0]: list(when[1])},
    }


def tuning_range(parameter: object) -> str:
    """The range that tuning searches, or nothing.

    Args:
        parameter: a declared parameter
    """
    from recli.params import shown

    tune = getattr(parameter, "tune", None)
    if tune is None:
        return ""
    if getattr(parameter, "low", None) is None:
        return ", ".join(map(shown, tune))
    scale = " (log)" if getattr(parameter, "log", False) else ""
    return f"{tune[0]:g} to {tune[1]:g}{scale}"


def _condition(when: tuple[str, tuple[object, ...]] | None) -> str:
    from recli.params import shown

    return f" (only with {when[0]}={' or '.join(map(shown, when[1]))})" if when else ""


def _description(cls: type) -> str:
    """What the docstring of a class says before sections and examples, which are for programmers."""
    documented = re.sub(
        r"\s+Arguments\s+as\s+for\s+`[^`]*`[^.]*\.", "", inspect.cleandoc(cls.__doc__ or "")
    )
    return re.split(r"\n\n(?:(?:Args|Attributes|Returns|Raises):\n|>>>)", documented)[0]
