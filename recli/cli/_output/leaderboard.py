"""The tables of an evaluation, as `recli evaluate` prints them."""

from __future__ import annotations

import math
import shlex
from collections.abc import Iterator
from typing import TYPE_CHECKING

from recli.cli._output.console import Console

if TYPE_CHECKING:
    from recli.experiments.evaluation_run import EvaluationRun
    from recli.experiments.reading import Reading


def show(console: Console, run: EvaluationRun) -> None:
    """A table for each kind of metric and length of the lists; what failed has the last rows.

    Args:
        console: where it is printed
        run: the run
    """
    from recli.experiments.group_tables import breakdown
    from recli.experiments.report import (
        exact_leaderboard,
        failed_rows,
        leaderboard,
        remarks,
        tables_of_summaries,
    )
    from recli.records.cells import best_first

    def tables() -> None:
        for place, (title, group) in enumerate(tables_of_summaries(run.summaries, run.protocol)):
            found = best_first(run.summaries, group[0])
            header, rows = leaderboard(found, group, run.verdicts, fit=place == 0)
            rows += failed_rows(run.failures, len(header))
            console.line()
            console.table(header, rows, f"{title}, best {group[0]} first", right=header[1:])
        for by in run.protocol.by:
            header, rows = breakdown(run.summaries, by, run.leading)
            console.line()
            console.table(header, rows, f"{run.leading} by {by}", right=header[1:])
        console.line()
        for finding in run.findings:
            console.say(f"Note: {finding.message}")
        console.say_all(remarks(run.leading, run.verdicts))

    made = exact_leaderboard if console.format == "csv" else leaderboard
    header, rows = made(run.summaries, run.protocol.measures)
    rows += failed_rows(run.failures, len(header))
    console.emit(run.document(), header, rows, tables)


def same_data(reading: Reading | None) -> str:
    """What makes a command read the same data, to go behind it.

    Args:
        reading: how the dataset was read
    """
    from recli import urls
    from recli.data import find

    if reading is None or reading.spec == find.DEFAULT:
        return ""
    also = ", with the options that read the data here" if reading.has_options else ""
    return f" -d {shlex.quote(urls.shown(reading.spec))}{also}"


def best_lists(run: EvaluationRun) -> Iterator[str]:
    """Whose lists are the best, where the run goes by lists; who is worse than `most-popular`.

    Nothing of a run among sampled items, which does not tell that. What to do next is said where
    nothing failed: else that is to be mended first.

    Args:
        run: the run
    """
    from recli.algorithms import Configured
    from recli.models.list_quality import FLOOR
    from recli.records.cells import best_first

    measure = run.leading
    if measure.metric.aspect != "accuracy" or run.protocol.sampled_negatives:
        return
    ranked = best_first(run.summaries, measure)
    best = ranked[0]
    mean = {summary.label: summary.mean(measure) for summary in ranked}
    if math.isnan(mean[best.label]):
        yield f"No list can be judged: {measure} has a value for no user. Lower --threshold."
        return
    if not mean[best.label]:
        yield f"No list holds what its user likes: {measure} is 0 for every algorithm."
        return
    beside = f" ({FLOOR} {mean[FLOOR]:.4f})" if FLOOR in mean and best.label != FLOOR else ""
    is_plain = type(best.configured) is Configured and best.label == best.configured.name
    is_plain = is_plain and not run.failures
    following = f" Next: recli train -a {best.label}{same_data(run.reading)}" if is_plain else ""
    yield f"The best lists: {best.label}, {measure} {mean[best.label]:.4f}{beside}.{following}"
    if poor := [label for label in mean if mean[label] < mean.get(FLOOR, -math.inf)]:
        yield f"Worse than {FLOOR} at lists, by {measure}: {', '.join(poor)}."
