"""The engine that a command reads and learns by."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import click

from recli import registry
from recli.cli._options import parameter_types
from recli.cli._options.common import Command

if TYPE_CHECKING:
    from recli.engines import Engine

LOCAL = "local"


def engine_options(command: Command) -> Command:
    """`--engine`, `--master` and `--conf`; the command gets an `engine`: EngineChoice.

    Args:
        command: the function of the command
    """

    @click.option(
        "--engine",
        "engine_name",
        type=parameter_types.registered("engine"),
        default=LOCAL,
        show_default=True,
        help="What reads the data and learns: this machine (local), or spark.",
    )
    @click.option(
        "--master",
        default="",
        metavar="URL",
        help="Whose machines --engine spark uses, as spark://host:port, yarn, or sc://host for Spark "
        "Connect. [default: what spark-submit says, else local[*], all cores here]",
    )
    @click.option(
        "--conf",
        "conf",
        multiple=True,
        metavar="NAME=VALUE",
        help="A setting of Spark, as spark.driver.memory=4g; may be repeated.",
    )
    @functools.wraps(command)
    def wrapped(
        *args: Any, engine_name: str, master: str, conf: tuple[str, ...], **kwargs: Any
    ) -> Any:
        return command(*args, engine=EngineChoice(engine_name, master, conf), **kwargs)

    return wrapped


class EngineChoice:
    """An engine by name, and its settings as typed.

    Args:
        name: of an engine
        master: whose machines
        conf: NAME=VALUE each
    """

    def __init__(self, name: str, master: str, conf: tuple[str, ...]) -> None:
        self.name, self._master, self._conf = name, master, conf

    @property
    def is_local(self) -> bool:
        """Whether nothing but this process works, which is what commands do by themselves."""
        return self.name == LOCAL

    def made(self, one_algorithm: bool = True) -> Engine:
        """The engine.

        Args:
            one_algorithm: whether the user has named one; to compare some takes this machine

        Raises:
            UsageError: for a setting that is none, or that this engine does not have
            MissingExtraError: where its packages are not installed
        """
        from recli import errors

        if not (self.is_local or one_algorithm):
            raise click.UsageError(f"--engine {self.name} learns one algorithm: name it with '-a'.")
        wrong = [each for each in self._conf if not each.partition("=")[2]]
        if wrong:
            raise errors.UsageError(f"`conf`: '{wrong[0]}' is not NAME=VALUE.")
        conf = dict(each.split("=", 1) for each in self._conf)
        registry.check_installed("engine", self.name)
        engine: Engine = registry.get("engine", self.name)(self._master, conf)
        return engine
