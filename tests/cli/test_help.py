"""Help texts, version, and how commands are found."""

from __future__ import annotations

import click
import pytest

import recli as package


def test_every_help_says_what_and_shows_an_example(recli, commands):
    for path in commands:
        text = recli(*path.split()[1:], "-h").stdout
        assert text.startswith(f"Usage: {path} ")
        assert "Example" in text or "A first look" in text, path
        assert f"    {path}" in text, f"the example of '{path}' shows another command"
        assert text == recli(*path.split()[1:], "--help").stdout


def test_every_option_and_command_is_explained(commands):
    for path, command in commands.items():
        assert command.help, path
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert parameter.help, f"{path} {parameter.opts}"


def test_help_fits_a_terminal_of_80_columns(recli, commands):
    for path in commands:
        lines = recli(*path.split()[1:], "-h", terminal_width=80).stdout.splitlines()
        assert max(map(len, lines)) <= 86, path


def test_version(recli):
    assert recli("--version").stdout == f"recli, version {package.__version__}\n"
    assert recli("-V").stdout == recli("--version").stdout


def test_alone_it_shows_the_help(recli):
    assert "A first look" in recli(code=2).stderr


def test_an_option_before_the_command_is_told_where_it_goes(recli):
    assert "'recli COMMAND --quiet'" in recli("--quiet", "evaluate", code=2).stderr


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (["evalute"], "evaluate"),
        (["data", "chek"], "check"),
        (["evaluate", "--algoritm"], "--algorithm"),
    ],
)
def test_a_misspelling_names_the_nearest(recli, typed, meant):
    _, said, named = recli(*typed, code=2).stderr.partition("Did you mean")
    assert said
    assert f"'{meant}'" in named


def test_the_help_of_all_says_what_the_help_of_each_begins_with(recli, commands):
    shown = " ".join(recli("--help").stdout.split())
    for path, command in commands.items():
        if path.count(" ") == 1:
            summary = command.help.split("\n\n")[0]
            assert f" {path.split()[1]} {' '.join(summary.split())}" in shown
