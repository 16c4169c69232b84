"""The group `recli`: its commands are the files of this folder, imported when they are used."""

from __future__ import annotations

import importlib
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

import recli
from recli import errors
from recli.cli._options.as_typed import as_typed
from recli.cli._streams import usable_streams

DEBUG = "recli.debug"
_FOLDER = os.path.dirname(__file__)  # by os: `recli --help` is not to wait for pathlib


class CommandFolder(click.Group):
    """Commands by file name; errors as one message and an exit code."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        with usable_streams():
            return super().main(*args, **kwargs)

    def list_commands(self, ctx: click.Context) -> list[str]:
        names = (name.removesuffix(".py") for name in os.listdir(_FOLDER) if name.endswith(".py"))
        return sorted(name for name in names if not name.startswith("_"))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        command: click.Command = importlib.import_module(f"recli.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands, each with the first line of its module: to import them all takes too long."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, _summary(name)) for name in self.list_commands(ctx)])

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            raise click.UsageError(
                f"{error.format_message()} Options go after the command: "
                f"'recli COMMAND {error.option_name}'.",
                ctx,
            ) from None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        _check_text(args)
        if not name.startswith("-") and name not in self.list_commands(ctx):
            raise errors.unknown("command", name, self.list_commands(ctx))
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            with _no_interrupt_lost(), errors.system_told():
                return super().invoke(ctx)
        except errors.RecliError as error:
            if ctx.meta.get(DEBUG):
                import traceback

                traceback.print_exc()
            elif not isinstance(error, errors.InterruptedRunError):
                for trace in getattr(error, "traces", ()):
                    click.echo(trace, err=True)
                click.secho("Error: ", fg="red", bold=True, nl=False, err=True)
            click.echo(as_typed(str(error)), err=True)
            ctx.exit(error.exit_code)
        except KeyboardInterrupt:
            click.echo("Interrupted.", err=True)
            ctx.exit(errors.InterruptedRunError.exit_code)


def _check_text(args: list[str]) -> None:
    """Refuse what cannot stand in a report: Python has bytes that are not UTF-8 as half characters."""
    for text in args:
        try:
            text.encode()
        except UnicodeEncodeError:
            raise errors.UsageError(
                f"'{text}' is not UTF-8, as all that is written about it would have to be. Rename the "
                "file or folder, or name a link to it."
            ) from None


def _summary(command: str) -> str:
    """What a command does, in a line."""
    with open(os.path.join(_FOLDER, f"{command}.py"), encoding="utf-8") as module:
        return module.readline().strip().strip('"')


@contextmanager
def _no_interrupt_lost() -> Iterator[None]:
    """A Ctrl-C that falls into a destructor, where Python drops every exception, comes once more."""
    report = sys.unraisablehook

    def once_more(unraisable: sys.UnraisableHookArgs) -> None:
        if unraisable.exc_type is KeyboardInterrupt:
            threading.Timer(0.01, signal.raise_signal, [signal.SIGINT]).start()
        else:
            report(unraisable)

    sys.unraisablehook = once_more
    try:
        yield
    finally:
        sys.unraisablehook = report


@click.group(
    cls=CommandFolder,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="""
    \b
    A first look, on the ratings that come with recli:
      recli data check
      recli evaluate -a svd -a content-based
      recli recommend --user 42
    """,
)
@click.version_option(recli.__version__, "-V", "--version", prog_name="recli")
def main() -> None:
    """A laboratory for recommender systems, built on Surprise.

    Load and check a table of ratings, compare algorithms by honest cross-validation, tune the best,
    and get ranked recommendations and reports on disk.
    """
