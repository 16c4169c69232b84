"""Remove kept outcomes that no run needs, and what killed processes have left."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from recli import memory
from recli.cli._options import common, parameter_types
from recli.cli._output.console import Console, count

if TYPE_CHECKING:
    from recli.records.cell_store import StoredCell


@click.command(
    epilog="""
    \b
    Examples:
      recli prune --dry-run
      recli prune --max-size 2G
    """,
)
@click.option("--dry-run", is_flag=True, help="Say what would go, and remove nothing.")
@click.option(
    "--max-size",
    type=parameter_types.Size(),
    envvar=common.CELLS_LIMIT,
    show_envvar=True,
    help="Most that kept outcomes may take on disk, as 500M or 2G; of those that runs need, the ones "
    "not used for longest go. [default: no limit]",
)
@common.results_option
@common.output_options("table", "json")
def command(dry_run: bool, max_size: int | None, results: Path, console: Console) -> None:
    """Remove kept outcomes that no run needs, and what killed processes have left.

    Every algorithm on every fold leaves what metrics are computed from in results/cells, so that another
    metric fits nothing again. A run whose outcomes are gone can still be shown, compared and reported;
    'recli reproduce' computes it anew anyway. Runs, studies and models stay: 'recli runs rm',
    'recli studies rm' and 'recli models rm' remove them.

    A process that is killed can leave a hidden folder or file, half of what it was about to write. Such
    a one goes when it is a day old: until then somebody may be writing it.
    """
    from recli.records import prune as pruning

    found = pruning.to_prune(results, max_size)
    if not dry_run:
        pruning.remove(results, found)
    document = {
        name: {"cells": len(cells), "bytes": pruning.n_bytes(cells)}
        for name, cells in (
            ("unneeded", found.unneeded),
            ("beyond_limit", found.beyond),
            ("kept", found.kept),
        )
    }
    n_left = pruning.n_bytes(found.leftovers)
    left = {"paths": [str(one.path) for one in found.leftovers], "bytes": n_left}

    def as_text() -> None:
        console.line(f"{'Would go' if dry_run else 'Removed'}: {_of_size(found.removed)}")
        if found.beyond:
            console.line(f"  of these beyond the limit: {_of_size(found.beyond)}")
        if found.leftovers:
            n, size = count(len(found.leftovers), "leftover"), memory.shown(n_left)
            console.line(f"  and {n} of killed processes, {size}")
        console.line(f"Kept: {_of_size(found.kept)} in {results / 'cells'}")

    console.emit({"dry_run": dry_run, **document, "leftovers": left}, [], [], as_text)


def _of_size(cells: Sequence[StoredCell]) -> str:
    from recli.records import prune as pruning

    return f"{count(len(cells), 'cell')}, {memory.shown(pruning.n_bytes(cells))}"
