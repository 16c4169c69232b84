"""`recli show`."""

from __future__ import annotations

import inspect

import click

from recli.cli import _options, _types
from recli.cli._console import Console


@click.group(
    name="show",
    epilog="""
    \b
    Examples:
      recli show algorithm svd
      recli show metric ndcg
    """,
)
def command() -> None:
    """Explain an algorithm or a metric."""


@command.command(
    epilog="""
    \b
    Example:
      recli show algorithm svd
    """,
)
@click.argument("name", type=_types.ALGORITHM)
@_options.output_options()
def algorithm(name: str, console: Console) -> None:
    """Explain an algorithm: what it computes, its source, its parameters."""
    from recli import registry
    from recli.algorithms import declared
    from recli.algorithms._configured import class_of
    from recli.params import shown

    name = name if ":" in name else registry.resolve("algorithm", name)
    cls = class_of(name)
    parameters = declared(name)
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
    text = inspect.cleandoc(cls.__doc__ or "")
    source = getattr(cls, "source", "")
    document = {
        "algorithm": name,
        "description": text,
        "source": source,
        "parameters": [
            {
                "name": parameter.name,
                "default": parameter.default,
                "values": parameter.domain,
                "tuned": tuning_range(parameter) or None,
                "help": parameter.help,
                "only_with": None
                if parameter.when is None
                else {parameter.when[0]: list(parameter.when[1])},
            }
            for parameter in parameters
        ],
    }

    def as_text() -> None:
        console.line(f"{name}\n\n{text}\n\nSource: {source or 'your own class'}\n")
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
@click.argument("name", type=_types.METRIC)
@_options.output_options("table", "json")
def metric(name: str, console: Console) -> None:
    """Explain a metric: definition, source, range, empty case."""
    from recli import registry

    name = registry.resolve("metric", name)
    documented = inspect.cleandoc(registry.get("metric", name).__doc__ or "")
    text = documented.partition("\n\n>>>")[0]  # what follows is an example for programmers
    document = {"metric": name, "description": text}
    console.emit(document, [], [], lambda: console.line(f"{name}\n\n{text}"))


def tuning_range(parameter: object) -> str:
    """The range that tuning searches, or nothing."""
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
