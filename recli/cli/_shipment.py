"""A folder that takes a model elsewhere, or is written for what is elsewhere."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from recli.cli._options import common, parameter_types
from recli.cli._output.console import Console, count
from recli.models.stored import MODELS

Write = Callable[[Path, Path, Path | None], None]

folder_argument = click.argument(
    "folder", type=click.Path(path_type=Path, file_okay=False), metavar="DIR"
)


@dataclass(frozen=True)
class Shipment:
    """A stored model, recli as a wheel if it goes along, and the folder for both.

    Attributes:
        folder: what is written
        model: the name of the model
        wheel: recli as a wheel; None installs the released one
        results: the results folder
        console: where it is printed
    """

    folder: Path
    model: str | None
    wheel: Path | None
    results: Path
    console: Console

    def by(self, write: Write) -> None:
        """Have the folder written; say what is in it.

        Args:
            write: writes the folder
        """
        if self.model is None:
            stored = MODELS.newest(self.results)
            self.console.say(f"No --model given: '{stored.name}' is the newest.")
        else:
            stored = MODELS.find(self.results, self.model)
        write(self.folder, stored, self.wheel)
        self._tell_origin()
        tell(self.folder, {"model": stored.name}, self.console)
        self.console.say(f"Next: {self.folder / 'README.md'} says how it is put to work.")

    def _tell_origin(self) -> None:
        """Say that recli will be looked for in the registry, if this one is not from there."""
        from recli.extras.serve.ship import _requirements

        if self.wheel is None and not _requirements.from_registry():
            self.console.say(
                "This recli is not from a registry of packages, where the folder looks it up: "
                "'pip wheel --no-deps FOLDER' makes a wheel of the source, and '--wheel' puts it in."
            )


def shipment_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The folder, which model, and the wheel; the command gets a `shipment`.

    Args:
        command: the function of the command
    """

    @folder_argument
    @click.option(
        "-m",
        "--model",
        type=parameter_types.MODEL,
        help="A model from 'recli train', by name or folder. [default: the newest]",
    )
    @click.option(
        "--wheel",
        type=click.Path(path_type=Path, dir_okay=False),
        help="A wheel of recli that is put in. [default: recli comes from the registry of packages]",
    )
    @common.results_option
    @common.output_options("table", "json")
    @functools.wraps(command)
    def wrapped(
        folder: Path, model: str | None, wheel: Path | None, results: Path, console: Console
    ) -> Any:
        return command(Shipment(folder, model, wheel, results, console))

    return wrapped


def tell(folder: Path, about: dict[str, str], console: Console) -> None:
    """Say which files there are now in a folder.

    Args:
        folder: what was written
        about: what is told about it
        console: where it is printed
    """
    paths = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    names = sorted(path.as_posix() for path in paths)

    def summary() -> None:
        console.line(f"{folder}: {count(len(names), 'file')}")
        for name in names:
            console.line(f"  {name}")

    console.emit({**about, "folder": str(folder), "files": names}, [], [], summary)
