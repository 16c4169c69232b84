"""Measure recli against Surprise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from recli.cli._options import common, parameter_types
from recli.cli._options.common import DatasetChoice
from recli.cli._output.console import Console
from recli.cli._output.shown_number import ShownNumber

if TYPE_CHECKING:
    from recli.experiments.benchmark import BenchmarkComparison


@click.command(
    epilog="""
    \b
    Examples:
      recli benchmark
      recli benchmark -d ml-100k --jobs 2
      recli benchmark -a svd -d ml-100k --top 10
      recli benchmark -a svd --scale 1000000 --folds 1 --alone
    """,
)
@click.option(
    "-a",
    "--algorithm",
    "algorithms",
    multiple=True,
    type=parameter_types.ALGORITHM,
    help="An algorithm that Surprise has as well; may be repeated. "
    "[default: the rows of Surprise's README]",
)
@common.dataset_option
@click.option("--folds", type=click.IntRange(1), default=5, show_default=True, help="Folds to run.")
@click.option(
    "--scale",
    "n_ratings",
    type=click.IntRange(1),
    metavar="N",
    help="Grow the dataset to N synthetic ratings of the same shape.",
)
@click.option(
    "--top",
    type=click.IntRange(1),
    metavar="N",
    help="Measure ranking: the N best items for every user, against Surprise's anti-testset.",
)
@click.option("--alone", is_flag=True, help="recli only, where Surprise would take too long.")
@common.params_option
@common.seed_option
@click.option(
    "-j",
    "--jobs",
    type=click.IntRange(-1),
    default=1,
    show_default=True,
    help="Threads for recli; Surprise has one.",
)
@common.output_options()
def command(
    algorithms: tuple[str, ...],
    dataset: str,
    folds: int,
    n_ratings: int | None,
    top: int | None,
    alone: bool,
    params: tuple[str, ...],
    seed: int,
    jobs: int,
    console: Console,
) -> None:
    """Measure recli against Surprise.

    Each algorithm is fitted and tested on the same folds with the same parameters, once by recli and
    once by Surprise's own class, each in a process of its own: seconds, their ratio, the memory that
    it took, and the largest difference between two predictions. What is short is measured up to five
    times, and the least counts.
    """
    from recli.data.expand import expand
    from recli.data.splits.k_fold import KFold
    from recli.experiments import benchmark
    from recli.records import failures

    line_up = benchmark.line_up(algorithms, params)
    ratings = DatasetChoice(dataset, {}, "error", "error").load(console, None)
    if n_ratings is not None:
        ratings = expand(ratings, n_ratings, seed)
        console.describe(ratings)
    if top is None:
        chosen = KFold(max(folds, 5), seed).folds(ratings)[:folds]
        comparisons = benchmark.compare(ratings, chosen, line_up, seed, jobs, alone)
    else:
        comparisons = benchmark.compare_lists(ratings, line_up, seed, top, alone)
    found: list[BenchmarkComparison] = []
    with console.progress("Measuring", len(line_up)) as advance:
        for comparison in comparisons:
            found.append(comparison)
            advance()
    failed = [comparison.failure for comparison in found if comparison.failure is not None]
    if len(failed) < len(found):
        _show(console, found)
    failures.check(failed, len(found))


def _show(console: Console, found: list[BenchmarkComparison]) -> None:
    from recli.experiments.benchmark import document
    from recli.experiments.report import failed_rows

    described = document(found)
    header = ["algorithm", "recli s", "surprise s", "ratio", "largest difference", "recli MiB",
              "surprise MiB", "compile s"]  # fmt: skip
    rows = [
        [
            row["algorithm"],
            ShownNumber(row["recli_seconds"], ".3f"),
            ShownNumber(row["surprise_seconds"], ".2f"),
            ShownNumber(row["ratio"], ".1f"),
            ShownNumber(row["max_difference"], ".1e"),
            ShownNumber(row["recli_peak_mb"], ".0f"),
            ShownNumber(row["surprise_peak_mb"], ".0f"),
            ShownNumber(row["compile_seconds"], ".2f"),
        ]
        for row in described["results"]
    ]
    rows += failed_rows([c.failure for c in found if c.failure is not None], len(header))
    total = described["total"]
    rows.append(
        ["together", ShownNumber(total["recli_seconds"], ".3f"),
         ShownNumber(total["surprise_seconds"], ".2f"), ShownNumber(total["ratio"], ".1f"),
         "", "", "", ""]
    )  # fmt: skip
    console.emit(described, header, rows, lambda: console.table(header, rows, right=header[1:]))
