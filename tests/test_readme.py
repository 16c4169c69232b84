"""The README's command reference is what `--help` says; `make golden` writes it anew."""

from __future__ import annotations

import os
from pathlib import Path

import click
from click.testing import CliRunner

from recli.cli import main

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
BEGIN, END = "<!-- commands: written by make golden -->", "<!-- /commands -->"
WIDTH = 100


def test_command_reference(commands: dict[str, click.Command]):
    before, begin, rest = README.read_text(encoding="utf-8").partition(BEGIN)
    written, end, after = rest.partition(END)
    assert begin, f"README.md has no line {BEGIN}"
    assert end, f"README.md has no line {END}"
    reference = "\n\n" + "\n\n".join(map(_section, commands)) + "\n\n"
    if os.environ.get("RECLI_GOLDEN") == "write":
        README.write_text(before + begin + reference + end + after, encoding="utf-8", newline="\n")
    else:
        assert written == reference, "if this is meant, run 'make golden'"


def test_every_command_is_in_the_readme(commands: dict[str, click.Command]):
    text = README.read_text(encoding="utf-8")
    assert [path for path in commands if path not in text] == []


def test_there_is_a_changelog():
    assert (ROOT / "CHANGELOG.md").is_file()


def _section(path: str) -> str:
    typed = [*path.split()[1:], "--help"]
    result = CliRunner().invoke(main, typed, prog_name="recli", terminal_width=WIDTH)
    assert result.exit_code == 0, result.output
    text = "\n".join(line.rstrip() for line in result.stdout.strip().splitlines())
    return f"### {path}\n\n```text\n{text}\n```"
