"""Standard output and error as whoever began the process left them: closed, full, of another encoding."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

import click

from recli import errors


@contextmanager
def usable_streams() -> Iterator[None]:
    """A block that can print whatever it has to say; ends the process where a stream takes no more.

    Titles of films and bars of histograms go into pipes whatever the locale, as into our files. What is
    no character at all, as half a name of a file may be, is shown by its bytes. A closed stream is one
    that nobody reads, as Python has it.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            # It takes the number that is free, before a file of data does and libraries write into it.
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(
                encoding=None if stream.isatty() else "utf-8", errors="backslashreplace"
            )
    try:
        yield
    except OSError as error:
        heard = _takes_more(sys.stderr)
        if heard and _takes_more(sys.stdout):
            raise
        for stream in (sys.stdout,) if heard else (sys.stdout, sys.stderr):
            _discard(stream)
        reason = error.strerror or str(error)
        click.echo(f"Error: the output cannot be written: {reason}.", err=True)
        sys.exit(errors.UsageError.exit_code)


def _takes_more(stream: TextIO) -> bool:
    """Whether an empty line more can be written, as one before the traceback of another error may be."""
    try:
        stream.write("\n")
        stream.flush()
    except OSError:
        return False
    return True


def _discard(stream: TextIO) -> None:
    """Lead the stream nowhere, so that the interpreter can flush it when it ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
