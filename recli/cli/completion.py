"""Print the completion script of a shell."""

from __future__ import annotations

import click


@click.command(
    epilog="""
    \b
    Examples:
      recli completion bash >> ~/.bashrc
      recli completion fish > ~/.config/fish/completions/recli.fish
    """,
)
@click.argument("shell", type=click.Choice(("bash", "zsh", "fish")))
def command(shell: str) -> None:
    """Print the completion script of a shell.

    It completes commands, options, and the names of algorithms, metrics, datasets and models.
    """
    from click.shell_completion import get_completion_class

    from recli.cli._group import main

    completion_class = get_completion_class(shell)
    assert completion_class is not None
    click.echo(completion_class(main, {}, "recli", "_RECLI_COMPLETE").source())
