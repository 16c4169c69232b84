"""The group `recli`: its commands are the files of this folder, imported when they are used."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import click

import recli
from recli import errors

DEBUG = "recli.debug"


class CommandFolder(click.Group):
    """Commands by file name; errors as one message and an exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        files = Path(__file__).parent.glob("[!_]*.py")
        return sorted(path.stem for path in files)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        command: click.Command = importlib.import_module(f"recli.cli.{cmd_name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if not name.startswith("-") and name not in self.list_commands(ctx):
            raise errors.unknown("command", name, self.list_commands(ctx))
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except errors.RecliError as error:
            if ctx.meta.get(DEBUG):
                raise
            click.secho("Error: ", fg="red", bold=True, nl=False, err=True)
            click.echo(str(error), err=True)
            ctx.exit(error.exit_code)
        except KeyboardInterrupt:
            click.echo("Interrupted.", err=True)
            ctx.exit(errors.InterruptedRunError.exit_code)


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
