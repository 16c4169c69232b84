"""How far a long call has come: by a callback, or as a bar in terminals and notebooks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

Progress: TypeAlias = bool | Callable[[int, int], None] | None
"""Who is told: a function of what is done and of how much there is, True for a bar, or nobody."""


@contextmanager
def followed(progress: Progress, label: str, total: int) -> Iterator[Callable[[], None]]:
    """Yields what is to be called after each of `total` steps.

    Args:
        progress: who is told
        label: how it is shown
        total: how many steps there are
    """
    if not progress:
        yield lambda: None
        return
    if callable(progress):
        done = 0

        def told() -> None:
            nonlocal done
            done += 1
            progress(done, max(done, total))

        yield told
        return
    from rich import progress as bars  # for those who want one
    from rich.console import Console

    with bars.Progress(
        bars.TextColumn("{task.description}"),
        bars.BarColumn(),
        bars.MofNCompleteColumn(),
        bars.TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    ) as bar:
        task = bar.add_task(label, total=total)
        yield lambda: bar.advance(task)
