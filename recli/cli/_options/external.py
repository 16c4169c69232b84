"""Files of other programs, as options of `recli evaluate`."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from recli import errors
from recli.cli._options import parameter_types
from recli.cli._options.common import Command
from recli.cli._output.console import Console

if TYPE_CHECKING:
    from recli.algorithms import Configured
    from recli.cli._options.lists import ListChoice
    from recli.evaluation.external.entry import External, ExternalFiles
    from recli.evaluation.protocol import Protocol


_KINDS = (
    ("predictions", "predictions", "predicted ratings"),
    ("lists", "rankings", "ranked lists"),
)
"""What there is a file of, what a metric calls it that needs it, and what it is called in messages."""


@dataclass(frozen=True)
class ExternalChoice:
    """Files by the names of the programs that made them.

    Attributes:
        predictions: files of predicted ratings
        lists: files of ranked lists
    """

    predictions: Mapping[str, str]
    lists: Mapping[str, str]

    def __bool__(self) -> bool:
        return bool(self.predictions or self.lists)

    def files(self, exclude_seen: bool) -> list[ExternalFiles]:
        """One for each program.

        Args:
            exclude_seen: whether a list may not have what its user has in the training

        Raises:
            UsageError: for a name that is taken
        """
        from recli.evaluation.external.entry import ExternalFiles

        return [
            ExternalFiles(name, self.predictions.get(name), self.lists.get(name), exclude_seen)
            for name in dict.fromkeys([*self.predictions, *self.lists])
        ]


def check_lists(
    line_up: Sequence[Configured], lists: ListChoice, files: Sequence[ExternalFiles]
) -> None:
    """Refuse options of how lists are made where files have all of them.

    Args:
        line_up: the algorithms of recli
        lists: the options as typed
        files: those of other programs

    Raises:
        UsageError: where they would say nothing
    """
    idle = dict(lists.typed).keys() - {"exclude_seen"}
    if files and not line_up and idle:
        named = ", ".join(f"--{name.replace('_', '-')}" for name in sorted(idle))
        raise errors.UsageError(
            f"{named}: says how recli makes lists, and there is no algorithm to make any; those of files "
            "stay as they are. Name one with '-a'."
        )


def with_measures_of(line_up: Sequence[External], protocol: Protocol) -> Protocol:
    """The protocol without measures that none of these has a value in.

    Args:
        line_up: what comes from files
        protocol: what was asked for
    """
    has = {
        needs for kind, needs, _ in _KINDS for entry in line_up if getattr(entry, kind) is not None
    }
    measures = tuple(measure for measure in protocol.measures if measure.metric.needs in has)
    return dataclasses.replace(protocol, measures=measures or protocol.measures)


def tell_unmeasured(line_up: Sequence[External], protocol: Protocol, console: Console) -> None:
    """Say whose ratings or lists there are none of, so that there are no metrics of these.

    Args:
        line_up: what comes from files
        protocol: what is to be measured
        console: where it is printed
    """
    needed = {measure.metric.needs for measure in protocol.measures}
    for kind, needs, of in _KINDS:
        names = [entry.name for entry in line_up if getattr(entry, kind) is None]
        if names and needs in needed:
            console.say(f"No metrics of {of} for {', '.join(names)}: there is no --{kind} of it")


def external_options(command: Command) -> Command:
    """`--predictions` and `--lists`; the command gets `external`: ExternalChoice.

    Args:
        command: the command that gets them
    """

    @click.option(
        "--predictions",
        "prediction_files",
        multiple=True,
        type=parameter_types.Named(),
        metavar="NAME=FILE",
        help="Ratings predicted by another program, to be measured under this name: columns user, item, "
        "prediction and, where there are several folds, fold; may be repeated.",
    )
    @click.option(
        "--lists",
        "list_files",
        multiple=True,
        type=parameter_types.Named(),
        metavar="NAME=FILE",
        help="Ranked lists of another program: columns user, item, rank or score, and fold; may be "
        "repeated. 'recli export folds' writes what it learns from.",
    )
    @functools.wraps(command)
    def wrapped(
        *args: Any,
        prediction_files: tuple[tuple[str, str], ...],
        list_files: tuple[tuple[str, str], ...],
        **kwargs: Any,
    ) -> Any:
        found = ExternalChoice(
            _each_once("--predictions", prediction_files), _each_once("--lists", list_files)
        )
        return command(*args, external=found, **kwargs)

    return wrapped


def _each_once(option: str, given: tuple[tuple[str, str], ...]) -> dict[str, str]:
    found = dict(given)
    for name in found:
        if [other for other, _ in given].count(name) > 1:
            raise errors.UsageError(
                f"{option} {name}: is given twice. One file has all folds, in a column fold; two "
                "programs have two names."
            )
    return found
