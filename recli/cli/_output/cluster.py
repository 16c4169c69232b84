"""What the user hears of the cluster that computes cells."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from recli import urls
from recli.cli._output.console import Console
from recli.experiments.clusters import Workers, opened


@contextmanager
def workers_of(cluster: str | None, console: Console) -> Iterator[Workers | None]:
    """The workers of `--cluster`; says that they are waited for, and how many cells they take.

    Args:
        cluster: the address; None computes here
        console: where it is said

    Raises:
        MissingExtraError, UsageError: as `recli.experiments.clusters.opened` does
    """
    if cluster is None:
        yield None
        return
    shown = urls.shown(cluster)
    console.say(f"Waiting for the workers of {shown} …")
    with opened(cluster) as workers:
        assert workers is not None
        console.say(f"Cells are computed by {shown}, {workers.n_jobs:,} at once")
        yield workers
