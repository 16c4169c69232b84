"""Bars of progress on a terminal, and a line for each fit at work that tells of its epochs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from recli.epochs import Epoch, heard

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


@contextmanager
def bars() -> Iterator[Progress]:
    """Bars on stderr, each with the time left, that are gone at the end."""
    from rich import progress
    from rich.console import Console

    with (
        progress.Progress(
            progress.TextColumn("{task.description}"),
            progress.BarColumn(),
            progress.TaskProgressColumn(),
            progress.TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        ) as shown,
        heard(Fits(shown)),
    ):
        yield shown


class Fits:
    """Hears of epochs, and shows the last one of each process; the time left is that to the last of all.

    Args:
        shown: where the lines stand
    """

    def __init__(self, shown: Progress) -> None:
        self._shown = shown
        self._lines: dict[int, TaskID] = {}

    def __call__(self, epoch: Epoch) -> None:
        """Show an epoch.

        Args:
            epoch: the one that is done
        """
        # The next fit of a process has a line of its own, as it is as fast as it is.
        if epoch.number == 1 and epoch.process in self._lines:
            self._shown.remove_task(self._lines.pop(epoch.process))
        if epoch.process not in self._lines:
            self._lines[epoch.process] = self._shown.add_task("", total=epoch.of)
        said = f"{epoch.algorithm}: {epoch}"
        self._shown.update(self._lines[epoch.process], description=said, completed=epoch.number)
