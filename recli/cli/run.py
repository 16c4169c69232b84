"""Run an experiment from a file."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from recli.cli._options import common
from recli.cli._options.as_typed import as_typed
from recli.cli._options.common import DatasetChoice
from recli.cli._options.protocol import ProtocolChoice
from recli.cli._output import leaderboard
from recli.cli._output.console import Console, count
from recli.cli._output.shown_number import ShownNumber

if TYPE_CHECKING:
    from recli.data.dataset import Dataset
    from recli.evaluation.protocol import Protocol
    from recli.experiments.evaluation_run import EvaluationRun
    from recli.experiments.experiment_file import Experiment
    from recli.experiments.reading import Reading
    from recli.records.failures import EntryFailure


@dataclass(frozen=True)
class Planned:
    """One evaluation of an experiment; without `data` its dataset is still to be downloaded.

    Attributes:
        dataset: the name of the dataset
        split: the split, as it is written
        seed: what is drawn at random is drawn by it
        reading: how the dataset is read
        data: the dataset and the protocol, once they are loaded
    """

    dataset: str
    split: str
    seed: int
    reading: Reading
    data: tuple[Dataset, Protocol] | None

    @property
    def name(self) -> str:
        """For people."""
        return f"{self.dataset}, {self.split}, seed {self.seed}"

    @property
    def n_folds(self) -> int | None:
        """Folds, None where the data that decides it is not there."""
        if self.data is None:
            return None
        dataset, protocol = self.data
        return len(protocol.split.folds(dataset))


@click.command(
    epilog="""
    \b
    Examples:
      recli run experiments/quick-look.toml
      recli run experiments/quick-look.toml --dry-run
      recli run experiments/quick-look.toml -S seeds=0,1 -S algorithm.svd.n_epochs=5,20
      recli run mine.toml -S splits=last-n:n=5,min_train=2,timeline
    """,
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "-S",
    "--set",
    "settings",
    multiple=True,
    metavar="KEY=VALUE",
    help="Sets a key of the file. Dots lead into tables; commas part several values, which for a "
    "parameter are a grid. May be repeated.",
)
@click.option("--dry-run", is_flag=True, help="Check everything and print what would be run.")
@common.backend_option
@common.jobs_option
@common.memory_limit_option
@common.cluster_option
@click.option("--fresh", is_flag=True, help="Compute again what an earlier run has computed.")
@common.cells_limit_option
@common.results_option
@common.output_options()
def command(
    file: Path,
    settings: tuple[str, ...],
    dry_run: bool,
    jobs: int,
    memory_limit: int | None,
    cluster: str | None,
    fresh: bool,
    cells_limit: int | None,
    results: Path,
    console: Console,
) -> None:
    """Run an experiment from a file.

    The TOML file names datasets, splits, seeds and algorithms with their parameters, where a list is a
    grid. Each dataset × split × seed is one evaluation of all algorithms on the same folds, as by
    'recli evaluate', and what fails in one does not stop the others. 'recli show schema' has all keys.
    """
    from recli.cli._output.cluster import workers_of
    from recli.cli.evaluate import command_line
    from recli.experiments import experiment_file
    from recli.experiments.evaluation_run import EvaluationRun
    from recli.experiments.resources import Resources
    from recli.records import failures

    experiment = experiment_file.read(file, settings)
    plan = [
        planned
        for reading in experiment.datasets
        for planned in _plan(experiment, reading, console, results, dry_run)
    ]
    if console.format == "table":
        console.line(experiment.title or file.stem)
    if dry_run:
        _show_plan(console, experiment, plan)
        return
    runs = []
    for number, planned in enumerate(plan, start=1):
        assert planned.data is not None
        dataset, protocol = planned.data
        run = EvaluationRun(
            results,
            command_line(),
            dataset,
            experiment.line_up,
            protocol,
            planned.reading,
            worded=as_typed,
        )
        heading = f"Run {number} of {len(plan)}: {planned.name}"
        with (
            workers_of(cluster, console) as workers,
            console.progress(heading, run.n_cells) as advance,
        ):
            resources = Resources(jobs, memory_limit, workers=workers)
            run.run(resources, lambda cell, advance=advance: advance(), fresh)  # type: ignore[misc]
        if run.n_reused:
            console.say(
                f"{run.n_reused} of {run.n_cells} cells were there already (--fresh computes anew)"
            )
        if console.format == "table":
            console.line(f"\n{heading}")
            if run.compared:
                leaderboard.show(console, run)
            else:
                console.line("Every algorithm failed.")
        console.say(f"Written to {run.folder}: report.md, metrics.csv, per_user.parquet, run.json")
        common.limit_cells(cells_limit, results, console)
        runs.append(run)
    _show(console, experiment, plan, runs)
    failures.check(_failures(plan, runs), len(runs) * len(experiment.line_up))


def _failures(plan: list[Planned], runs: list[EvaluationRun]) -> list[EntryFailure]:
    """The algorithms that failed, each named with its evaluation where there are several."""
    return [
        dataclasses.replace(failed, label=f"{failed.label} ({planned.name})")
        if len(plan) > 1
        else failed
        for planned, run in zip(plan, runs, strict=True)
        for failed in run.failures
    ]


def _plan(
    experiment: Experiment, reading: Reading, console: Console, results: Path, dry_run: bool
) -> list[Planned]:
    """The evaluations on a dataset; what cannot be run is an error now, not hours later."""
    from recli.data.load import describe
    from recli.data.splits._base import Split
    from recli.data.training_statistics import TrainingStatistics
    from recli.experiments.default_line_up import check_suits
    from recli.ranking import recommender

    pairs = list(itertools.product(experiment.splits, experiment.seeds))
    with _errors_of(f"{experiment.file}: datasets"):
        about = describe(reading.spec)
    if dry_run and about.is_absent:
        console.say(f"{about.name} is not on this machine yet. {about.how_to_get}")
        return [Planned(about.name, split, seed, reading, None) for split, seed in pairs]
    choice = ProtocolChoice(
        experiment.splits[0],
        experiment.min_user_ratings,
        experiment.min_item_ratings,
        experiment.seeds[0],
        experiment.metrics,
        experiment.k,
        experiment.threshold,
        experiment.by,
        experiment.sampled_negatives or 0,
    )
    data = DatasetChoice(reading.spec, dict(reading.overrides), reading.on_bad, reading.duplicates)
    dataset = choice.filtered(data.load(console, results), console)
    with _errors_of(f"{experiment.file}, on {dataset.name}"):
        _check_features(experiment, dataset)
        check_suits(experiment.line_up, dataset)
        on_dataset = choice.protocol(dataset, console)
    plan = []
    for text, seed in pairs:
        split = Split.parse(text, seed)
        with _errors_of(f"{experiment.file}, {text} on {dataset.name}"):
            first = split.folds(dataset)[0]
            statistics = TrainingStatistics(dataset, first.train, on_dataset.threshold)
            recommender.check(experiment.line_up, statistics, seed)
        protocol = dataclasses.replace(on_dataset, split=split, seed=seed)
        plan.append(Planned(dataset.name, text, seed, reading, (dataset, protocol)))
    return plan


@contextmanager
def _errors_of(where: str) -> Iterator[None]:
    """Errors from within begin with where they come from."""
    from recli import errors

    try:
        yield
    except errors.RecliError as error:
        raise type(error)(f"{where}: {error}") from None


def _check_features(experiment: Experiment, dataset: Dataset) -> None:
    from recli import errors

    for configured in experiment.line_up:
        if configured.needs_features and not dataset.has_features:
            raise errors.DataError(
                f"{configured.name} needs item features, and there are none: describe them in the "
                "dataset.toml, or leave the algorithm out."
            )


def _show_plan(console: Console, experiment: Experiment, plan: list[Planned]) -> None:
    from recli.records import store
    from recli.records.cells import labels

    n_algorithms = len(experiment.line_up)
    folds = [planned.n_folds for planned in plan]
    header = ["run", "dataset", "split", "seed", "folds", "algorithms", "cells"]
    rows = [
        [
            str(number),
            planned.dataset,
            planned.split,
            str(planned.seed),
            "?" if n is None else str(n),
            str(n_algorithms),
            "?" if n is None else f"{n * n_algorithms:,}",
        ]
        for number, (planned, n) in enumerate(zip(plan, folds, strict=True), start=1)
    ]
    document = {
        "title": experiment.title,
        "file": str(experiment.file),
        "line_up": store.line_up_document(experiment.line_up),
        "metrics": list(experiment.metrics),
        "k": list(experiment.k),
        "runs": [
            {"dataset": planned.dataset, "split": planned.split, "seed": planned.seed, "folds": n}
            for planned, n in zip(plan, folds, strict=True)
        ],
    }

    def as_table() -> None:
        if experiment.description:
            console.line(experiment.description.strip())
        console.line()
        console.table(header, rows, right=("run", "seed", "folds", "algorithms", "cells"))
        console.line()
        for label in labels(experiment.line_up):
            console.line(label)
        console.line()
        console.line(
            f"Metrics: {', '.join(experiment.metrics)}; k {', '.join(map(str, experiment.k))}"
        )
        cells = sum(n or 0 for n in folds) * n_algorithms
        known = "" if None in folds else f", {count(cells, 'cell')}"
        console.line(f"{count(len(plan), 'run')}{known}; nothing was run.")

    console.emit(document, header, rows, as_table)


def _show(
    console: Console, experiment: Experiment, plan: list[Planned], runs: list[EvaluationRun]
) -> None:
    """All runs in a format for machines; as tables they are shown one by one."""
    from recli.experiments.report import exact_leaderboard, failed_rows, leaderboard

    made = exact_leaderboard if console.format == "csv" else leaderboard
    document = {
        "title": experiment.title,
        "file": str(experiment.file),
        "runs": [
            {"split": planned.split, "seed": planned.seed, **run.document()}
            for planned, run in zip(plan, runs, strict=True)
        ],
    }
    table: list[dict[str, str]] = []
    for planned, run in zip(plan, runs, strict=True):
        names, rows = made(run.summaries, run.protocol.measures)
        rows += failed_rows(run.failures, len(names))
        of_run = {"dataset": planned.dataset, "split": planned.split, "seed": str(planned.seed)}
        table += [of_run | dict(zip(names, row, strict=True)) for row in rows]
    header = list(dict.fromkeys(name for row in table for name in row))
    rows = [[row.get(name, ShownNumber(None)) for name in header] for row in table]
    console.emit(document, header, rows, lambda: None)
