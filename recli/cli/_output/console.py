"""What the user sees: results on stdout, messages and progress on stderr."""

from __future__ import annotations

import csv
import functools
import io
import json
import logging
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from recli.cli._options.as_typed import as_typed, option_of
from recli.spreadsheet import as_text

if TYPE_CHECKING:
    from recli.data.dataset import BadRow, Dataset

_PIPE_WIDTH = 400
_NAME_WIDTH = 30


class Console:
    """Prints in the chosen format; `--quiet` leaves the results alone.

    Args:
        output_format: `table`, `json` or `csv`
        quiet: whether to say nothing but the results
        spreadsheet_safe: whether no cell of a CSV is taken for a formula by a spreadsheet
    """

    def __init__(self, output_format: str, quiet: bool, spreadsheet_safe: bool = False) -> None:
        self.format = output_format
        self.quiet = quiet
        self.spreadsheet_safe = spreadsheet_safe
        # What the library says by itself, such as where it keeps compiled code, is a message too.
        # It speaks again after the command: whoever calls that in a process of their own goes on in it.
        log = logging.getLogger("recli")
        click.get_current_context().call_on_close(functools.partial(log.setLevel, log.level))
        log.setLevel(logging.ERROR if quiet else logging.WARNING)

    def say(self, message: str) -> None:
        """A message, on stderr.

        Args:
            message: what is said
        """
        if not self.quiet:
            click.echo(as_typed(message), err=True)

    def say_all(self, messages: Iterable[str]) -> None:
        """Messages, on stderr, a line each.

        Args:
            messages: what is said, a line each
        """
        for message in messages:
            self.say(message)

    def emit(
        self,
        document: Any,
        header: Sequence[str],
        rows: Sequence[Sequence[str]],
        as_table: Callable[[], None] | None = None,
    ) -> None:
        """The result: `document` as JSON, or header and rows in another format.

        Args:
            document: what is written as JSON
            header: names of the columns
            rows: the first rows, cut into cells; as CSV a `ShownNumber` has all its digits
            as_table: prints it for people; None prints a table of the rows
        """
        if self.format == "json":
            click.echo(json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False))
        elif self.format == "csv":
            buffer = io.StringIO()
            text = as_text if self.spreadsheet_safe else str
            exact = ([text(getattr(cell, "exact", cell)) for cell in row] for row in rows)
            csv.writer(buffer, lineterminator="\n").writerows([header, *exact])
            click.echo(buffer.getvalue(), nl=False)
        elif self.format == "markdown":
            from recli.experiments.report import markdown_table

            click.echo(markdown_table(header, rows))
        elif as_table is not None:
            as_table()
        else:
            self.table(header, rows)

    def line(self, text: str = "") -> None:
        """A line of the result, on stdout.

        Args:
            text: what is printed
        """
        click.echo(text)

    def table(
        self,
        header: Sequence[str],
        rows: Sequence[Sequence[str]],
        title: str | None = None,
        right: Sequence[str] = (),
        whole: Sequence[str] = (),
    ) -> None:
        """A table on stdout: ruled on a terminal, plain aligned text in a pipe.

        Args:
            header: names of the columns
            rows: the first rows, cut into cells
            title: the column of the titles
            right: the columns that stand to the right, and those not to be broken into lines
            whole: likewise
        """
        from rich import box
        from rich.console import Console as RichConsole
        from rich.table import Table
        from rich.text import Text

        terminal = sys.stdout.isatty()
        console = RichConsole(file=sys.stdout, width=None if terminal else _PIPE_WIDTH)
        if title:
            console.print(Text(title, style="bold"))
        table = Table(
            box=box.SIMPLE_HEAD if terminal else None,
            show_edge=False,
            pad_edge=False,
            padding=(0, 1 if terminal else 2, 0, 0),
            header_style="bold",
        )
        for name in header:
            table.add_column(
                Text(name),
                justify="right" if name in right else "left",
                overflow="fold",
                no_wrap=name in whole,
            )
        # On a narrow terminal the names of the rows stay whole, unless they are long themselves.
        table.columns[0].no_wrap = all(len(row[0]) <= _NAME_WIDTH for row in rows)
        for row in rows:
            table.add_row(*map(Text, row))
        with console.capture() as capture:
            console.print(table)
        # A pipe gets no spaces after the last column.
        for text in capture.get().splitlines():
            click.echo(text if terminal else text.rstrip())

    @contextmanager
    def progress(self, label: str, total: float) -> Iterator[Callable[..., None]]:
        """A progress bar with the time left, on a terminal; yields `advance(steps=1, total=None)`.

        Below it stands what the fits at work tell of their epochs.

        Args:
            label: how it is shown
            total: how much there is to do
        """
        if not self._shows_progress:
            yield lambda steps=1, total=None: None
            return
        from recli.cli._output.bars import bars

        with bars() as shown:
            task = shown.add_task(label, total=total)

            def advance(steps: float = 1, total: float | None = None) -> None:
                shown.update(task, advance=steps, total=total)

            yield advance

    @contextmanager
    def training(self, label: str) -> Iterator[None]:
        """Says what is fitted, and shows on a terminal what the fit tells of its epochs.

        Args:
            label: the algorithm
        """
        self.say(f"Training {label} …")
        if not self._shows_progress:
            yield
            return
        from recli.cli._output.bars import bars

        with bars():
            yield

    @property
    def _shows_progress(self) -> bool:
        return not self.quiet and sys.stderr.isatty()

    def describe(self, dataset: Dataset) -> None:
        """One line about a dataset, and what was guessed of its file.

        Args:
            dataset: the ratings, and what is known of items and users
        """
        ratings = dataset.ratings
        self.say(
            f"{dataset.name}: {count(ratings.n_users, 'user')} × {count(ratings.n_items, 'item')}, "
            f"{dataset.extent}"
        )
        if dataset.kinds:
            self.say(f"Kinds of interaction: {', '.join(map(str, dataset.kinds))}.")
        self.guessed(dataset.sniffed)
        for note in dataset.notes:
            self.say(f"Note: {note}")
        for step in dataset.prepared:
            self.say(f"Prepared with {step.step}: {step}.")
        if dataset.merged and not ratings.implicit:
            self.say(f"Merged: {count(dataset.merged, 'duplicate rating')}.")

    def guessed(self, sniffed: Sequence[tuple[str, str, str]]) -> None:
        """What was guessed of a file, if anything, and how to overrule it.

        Args:
            sniffed: as `Dataset.sniffed` has it
        """
        if not sniffed:
            return
        guesses = ", ".join(f"{what} {value}" for what, value, _ in sniffed)
        overrule = sorted({option_of(parameter) for _, _, parameter in sniffed})
        self.say(f"Read as: {guesses}.")
        self.say(f"Not so? Say it with {', '.join(overrule)}.")

    def set_aside(self, bad_rows: Sequence[BadRow], path: Path) -> None:
        """Write the bad rows of a dataset into a file, if there are any, and say so.

        Args:
            bad_rows: the rows that were set aside
            path: the file
        """
        from recli import files

        if not bad_rows:
            return
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\n")
        several = any(row.part for row in bad_rows)
        writer.writerow(["part"] * several + ["line", "reason", "row"])
        writer.writerows(
            [row.part] * several + [row.line, as_typed(row.reason), row.text] for row in bad_rows
        )
        files.write_text(path, buffer.getvalue())
        self.say(f"Set aside into {path}: {count(len(bad_rows), 'bad row')}.")


def local_time(moment: str) -> str:
    """A moment in ISO 8601 as the clock here shows it.

    Args:
        moment: a time in ISO 8601
    """
    return f"{datetime.fromisoformat(moment).astimezone():%Y-%m-%d %H:%M}"


def count(n: int, noun: str) -> str:
    """`n` with its noun: `1 user`, `1,000 users`.

    Args:
        n: how many there are
        noun: what they are, in the singular
    """
    return f"{n:,} {noun}{'s' * (n != 1)}"
