"""Make a run again, and compare every number."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from recli.cli._options import common, parameter_types
from recli.cli._options.as_typed import as_typed
from recli.cli._output.console import Console, count
from recli.cli._output.shown_number import ShownNumber

if TYPE_CHECKING:
    from recli.experiments.reproduce import Reproduction


@click.command(
    epilog="""
    \b
    Examples:
      recli reproduce latest
      recli reproduce 20261122-164500-evaluate-1f3a --jobs 4
    """,
)
@click.argument("run", type=parameter_types.RUN)
@common.backend_option
@common.jobs_option
@common.memory_limit_option
@common.cluster_option
@common.results_option
@common.output_options()
def command(
    run: str,
    jobs: int,
    memory_limit: int | None,
    cluster: str | None,
    results: Path,
    console: Console,
) -> None:
    """Make a run again, and compare every number.

    The data is read as it was then, and every cell is computed afresh, in a run of its own. Ends
    with 0 if all numbers are identical, with 7 if not: it says which, by how much, and what has
    changed since; with 3 if the data has changed.
    """
    from recli import errors
    from recli.cli._output.cluster import workers_of
    from recli.cli.evaluate import command_line
    from recli.experiments import reproduce
    from recli.experiments.resources import Resources
    from recli.records.stored_run import StoredRun

    first = StoredRun.read(results, run)
    dataset = reproduce.dataset_of(first)
    console.describe(dataset)
    made = reproduce.again(results, command_line(), first, dataset, as_typed)
    console.say(
        f"{first.id} again: {count(len(made.line_up), 'algorithm')} × {count(made.n_folds, 'fold')}, "
        "every cell afresh"
    )
    with (
        workers_of(cluster, console) as workers,
        console.progress("Reproducing", made.n_cells) as advance,
    ):
        made.run(Resources(jobs, memory_limit, workers=workers), lambda cell: advance(), fresh=True)
    if not made.compared:
        made.check()
    found = reproduce.compare(first, StoredRun.read(results, str(made.folder)))
    _show(console, found, first.id, made.id)
    console.say(f"Written to {made.folder}")
    if not found.identical:
        known = "\n".join(f"  {cause}" for cause in found.causes)
        raise errors.NotReproducedError(
            f"{first.id} was not reproduced. "
            + (f"What has changed or is missing:\n{known}" if known else _NO_CAUSE)
        )


_NO_CAUSE = (
    "No cause is known: data, folds, seed, code, versions and processor are the same. Somebody may "
    "have changed the run's files, or an algorithm does not give the same numbers twice."
)


def _show(console: Console, found: Reproduction, first: str, again: str) -> None:
    header = ["algorithm", "metric", "values", "differing", "largest difference"]
    rows = [
        [
            deviation.algorithm,
            deviation.metric,
            ShownNumber(deviation.n_values, ","),
            ShownNumber(deviation.n_differing, ","),
            ShownNumber(deviation.largest, ".2g"),
        ]
        for deviation in found.deviations
    ]

    def as_text() -> None:
        if found.identical:
            console.line(
                f"Identical: {count(found.n_values, 'value')}, and metrics.csv to the byte."
                + "".join(f"\nAlthough {changed}" for changed in found.changed)
            )
        elif not rows:
            console.line("Every value is identical, but metrics.csv is not the same to the byte.")
        else:
            n_differing = sum(deviation.n_differing for deviation in found.deviations)
            console.line(f"Different: {n_differing:,} of {count(found.n_values, 'value')}.")
            console.table(header, rows, right=header[2:])

    console.emit(_document(found, first, again), header, rows, as_text)


def _document(found: Reproduction, first: str, again: str) -> dict[str, Any]:
    return {
        "run": first,
        "again": again,
        "identical": found.identical,
        "values": found.n_values,
        "metrics_csv_identical": found.same_bytes,
        "changed": list(found.changed),
        "causes": found.causes,
        "differing": [
            {
                **vars(deviation),
                "largest": None if math.isnan(deviation.largest) else deviation.largest,
            }
            for deviation in found.deviations
        ],
    }
