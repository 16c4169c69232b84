"""List, show, compare and remove what 'recli evaluate' has left."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from recli.cli._options import common, parameter_types
from recli.cli._output.console import Console, count, local_time
from recli.cli._output.shown_number import ShownNumber
from recli.cli._output.stored import agreed, show_facts, show_list, tell_removed
from recli.records.kinds import RUNS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from recli.records.run_diff import Difference
    from recli.records.stored_run import StoredRun

_SHOWN_NAMES = 3


@click.group(
    name="runs",
    epilog="""
    \b
    Examples:
      recli runs list
      recli runs show latest
      recli runs diff 20261122-16 latest
    """,
)
def command() -> None:
    """List, show, compare and remove what 'recli evaluate' has left.

    A run is meant by its name, by how that begins, by its folder, or as 'latest'.
    """


@command.command(
    name="list",
    epilog="""
    \b
    Example:
      recli runs list
    """,
)
@common.results_option
@common.output_options()
def list_runs(results: Path, console: Console) -> None:
    """List all runs, the newest first."""
    from recli.records.stored_run import StoredRun

    columns = {
        "run": lambda found: found["run"],
        "when": lambda found: local_time(found["started"]),
        "dataset": lambda found: found["dataset"],
        "split": lambda found: found["split"],
        "algorithms": lambda found: _names(found["algorithms"]),
        "best": lambda found: _best(found["best"]),
        "status": lambda found: _status(found["status"], len(found["failed"])),
        "seconds": lambda found: ShownNumber(found["seconds"], ".1f"),
    }
    show_list(RUNS, results, console, lambda folder: _listed(StoredRun.of(folder)), columns)


@command.command(
    epilog="""
    \b
    Examples:
      recli runs show latest
      recli runs show 20261122-164500-evaluate-1f3a --format json
    """,
)
@click.argument("run", type=parameter_types.RUN)
@common.results_option
@common.output_options()
def show(run: str, results: Path, console: Console) -> None:
    """Show what a run compared, on what, where, and what came out."""
    from recli.records.stored_run import StoredRun
    from recli.records.training_curves import in_words, training_curves

    stored = StoredRun.read(results, run)
    found, groups = _results(stored), dict(_groups(stored))
    if console.format == "csv":
        columns = [(m, what) for m in stored.measures for what in ("mean", "std")]
        header = ["algorithm", *(m if what == "mean" else f"{m} std" for m, what in columns)]
        rows = [
            [
                entry["label"],
                *(ShownNumber(entry["metrics"].get(m, {}).get(what)) for m, what in columns),
            ]
            for entry in found
        ]
    else:
        known = [m for m in stored.measures if any(_has_value(entry, m) for entry in found)]
        header = ["algorithm", *known]
        rows = [
            [entry["label"], *(_mean_and_std(entry["metrics"].get(m)) for m in known)]
            for entry in found
        ]

    def as_text() -> None:
        show_facts(console, _facts(stored), 11)
        for failed in stored.failures:
            console.line(f"{'failed':<11}  {failed['label']}: {failed['reason']}")
        for entry, fits in training_curves(stored.document["cells"]).items():
            console.line(f"{'training':<11}  {stored.line_up[entry]}: {in_words(fits)}")
        for warning in stored.document.get("warnings", ()):
            console.line(f"{'warning':<11}  {warning['message']}")
        if rows:
            console.line()
            console.table(header, rows, right=header[1:])
        for by, (of_groups, values) in groups.items():
            console.line()
            console.table(of_groups, values, f"{stored.leading} by {by}", right=of_groups[1:])

    console.emit(
        {**stored.document, "status": stored.status, "results": found}, header, rows, as_text
    )


@command.command(
    epilog="""
    \b
    Examples:
      recli runs diff 20261122-16 latest
      recli runs diff 20261122-16 latest --format csv
    """,
)
@click.argument("first", type=parameter_types.RUN)
@click.argument("second", type=parameter_types.RUN)
@common.results_option
@common.output_options()
def diff(first: str, second: str, results: Path, console: Console) -> None:
    """Compare two runs.

    What differs in data, split, protocol, line-up and environment, and the metrics of the algorithms
    that are in both.
    """
    from recli.records import run_diff
    from recli.records.stored_run import StoredRun

    one, two = (StoredRun.read(results, name) for name in (first, second))
    found, pairs = run_diff.differences(one, two), run_diff.side_by_side(one, two)
    header = ["part", "what", "first", "second"]
    of_facts = [_texts(difference) for difference in found]
    of_metrics = [
        [pair.algorithm, pair.metric, *map(_text, (pair.first, pair.second))] for pair in pairs
    ]
    document = {
        "first": one.id,
        "second": two.id,
        "differences": [vars(difference) for difference in found],
        "metrics": [
            {
                "algorithm": pair.algorithm,
                "metric": pair.metric,
                "first": _or_none(pair.first),
                "second": _or_none(pair.second),
            }
            for pair in pairs
        ],
    }

    def as_text() -> None:
        console.line(f"first   {one.id}\nsecond  {two.id}\n")
        if of_facts:
            console.table(header, of_facts, "What differs")
        else:
            console.line("Data, split, protocol, line-up and environment are the same.")
        console.line()
        if not pairs:
            console.line("No algorithm was measured alike in both.")
            return
        shown = [
            [pair.algorithm, pair.metric, *map(_digits, (pair.first, pair.second)), _change(pair)]
            for pair in pairs
        ]
        columns = ["algorithm", "metric", "first", "second", "change"]
        console.table(columns, shown, "Means over folds", right=columns[2:])

    rows = [*of_facts, *(["metrics", f"{a}, {m}", x, y] for a, m, x, y in of_metrics)]
    console.emit(document, header, rows, as_text)


@command.command(
    epilog="""
    \b
    Examples:
      recli runs rm 20261122-164500-evaluate-1f3a
      recli runs rm 20261122-16 20261122-17 --yes
    """,
)
@click.argument("runs", type=parameter_types.RUN, nargs=-1, required=True)
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@common.results_option
@common.output_options("table", "json")
def rm(runs: tuple[str, ...], yes: bool, results: Path, console: Console) -> None:
    """Remove runs, and computed cells that no other run needs."""
    from recli.records import stored_run

    folders = agreed(RUNS, results, runs, yes)
    n_cells = stored_run.remove(results, folders)
    more = f", {count(n_cells, 'cell')} that no other run needs"
    tell_removed(RUNS, folders, console, more, cells=n_cells)


def _listed(run: StoredRun) -> dict[str, Any]:
    best = next(iter(_results(run)), None)
    return {
        "run": run.id,
        "started": run.document["started"],
        "dataset": run.document["dataset"]["name"],
        "split": run.split,
        "algorithms": run.line_up,
        "best": best
        and {
            "algorithm": best["label"],
            "metric": run.leading,
            "value": best["metrics"][run.leading]["mean"],
        },
        "status": run.status,
        "failed": [one["label"] for one in run.failures],
        "seconds": run.document["seconds"],
    }


def _status(status: str, n_failed: int) -> str:
    return f"{status}, {count(n_failed, 'algorithm')} failed" if n_failed else status


def _results(run: StoredRun) -> list[dict[str, Any]]:
    """Every algorithm that has a finished fold, the best first; none for a run without tables."""
    if not run.n_compared:
        return []
    scores = run.over_folds()
    found = []
    for entry in run.best_first():
        of_entry = scores.xs(entry, level="entry")
        metrics = {
            str(metric): {"mean": _or_none(row["mean"]), "std": _or_none(row["std"])}
            for metric, row in of_entry.reindex(run.measures).iterrows()
        }
        about = run.document["configuration"]["line_up"][entry]
        found.append({**about, "label": run.line_up[entry], "metrics": metrics})
    return found


def _groups(run: StoredRun) -> Iterator[tuple[str, tuple[list[str], list[list[str]]]]]:
    """What the groups go by, and the table of the leading measure by group."""
    from recli.experiments.group_tables import group_table

    if not run.n_compared:
        return
    frame, best = run.groups(), run.best_first()
    labels = [run.line_up[entry] for entry in best]
    for by, rows in frame[frame["metric"] == run.leading].groupby("by", sort=False):
        n_folds = rows.loc[rows["entry"] == best[0], "fold"].nunique()
        columns = rows[["entry", "group", "n_ratings", "value"]].to_numpy().tolist()
        found = ((run.line_up[entry], *rest) for entry, *rest in columns)
        yield str(by), group_table(str(by), labels, found, n_folds)


def _facts(run: StoredRun) -> dict[str, str]:
    document = run.document
    dataset, configuration = document["dataset"], document["configuration"]
    environment, cells = document["environment"], document["cells"]
    reused = sum(cell.get("reused", False) for cell in cells)
    n_cells = len(cells) + len(document.get("missing", ()))
    peaks = [cell["peak_mb"] for cell in cells if cell.get("peak_mb")]
    facts = {
        "run": run.id,
        "status": run.status,
        "started": f"{local_time(document['started'])}, {document['seconds']:.1f} s",
        "command": " ".join(document["command"]),
        "dataset": f"{dataset['name']}: {dataset['users']:,} users × {dataset['items']:,} items, "
        f"{dataset['ratings']:,} ratings ({dataset['fingerprint']})",
        "split": f"{run.split}, seed {configuration['seed']}",
        "liked from": f"{configuration['threshold']:g}",
        "groups": ", ".join(configuration.get("by", ())),
        "cells": f"{len(cells)} of {n_cells}, of an earlier run: {reused}",
        "on disk": _on_disk(run),
        "memory": f"{max(peaks):,.0f} MiB at most" if peaks else "",
        "recli": f"{environment['recli']}, code {environment.get('code', 'unknown')}",
        "machine": f"{environment.get('cpu', '')} {environment['platform']}".strip(),
        "commit": environment.get("commit") or "",
    }
    return {name: value for name, value in facts.items() if value}


def _on_disk(run: StoredRun) -> str:
    """What the run takes, and the outcomes of its cells, which other runs may share."""
    from recli import files, memory

    own = memory.shown(files.size(run.folder))
    return f"{own}, and {memory.shown(run.n_cell_bytes)} of kept outcomes"


def _names(labels: list[str]) -> str:
    more = len(labels) - _SHOWN_NAMES
    return ", ".join(labels[:_SHOWN_NAMES]) + (f" and {more} more" if more > 0 else "")


def _best(best: dict[str, Any] | None) -> str:
    if best is None or best["value"] is None:
        return ShownNumber(None)
    return f"{best['metric']} {best['value']:.4f} {best['algorithm']}"


def _has_value(entry: dict[str, Any], measure: str) -> bool:
    return bool(entry["metrics"].get(measure, {}).get("mean") is not None)


def _mean_and_std(score: dict[str, float | None] | None) -> ShownNumber:
    if score is None or score["mean"] is None:
        return ShownNumber(None)
    return ShownNumber(score["mean"], ".4f", f" ±{score['std']:.4f}")


def _texts(difference: Difference) -> list[str]:
    return [difference.part, difference.what, _text(difference.first), _text(difference.second)]


def _text(value: Any) -> str:
    return ShownNumber(None) if _or_none(value) is None else str(value)


def _digits(value: float) -> str:
    return ShownNumber(value, ".4f")


def _change(pair: Any) -> str:
    change = pair.second - pair.first
    return "–" if math.isnan(change) else "same" if change == 0 else f"{change:+.2g}"


def _or_none(value: Any) -> Any:
    return None if isinstance(value, float) and math.isnan(value) else value
