"""`recli evaluate`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from recli.cli import _options, _types
from recli.cli._console import Console, count
from recli.cli._options import DatasetChoice

if TYPE_CHECKING:
    from recli.algorithms import Configured
    from recli.data.dataset import Dataset
    from recli.experiments.evaluation_run import EvaluationRun


@click.command(
    epilog="""
    \b
    Examples:
      recli evaluate
      recli evaluate -a svd -a knn-baseline -p sim_options.name=pearson_baseline
      recli evaluate -d my-ratings.csv -a svd --metric rmse --metric ndcg@5
      recli evaluate -a svd --params results/studies/…/best.toml
    """,
)
@click.option(
    "-a",
    "--algorithm",
    "algorithms",
    multiple=True,
    type=_types.ALGORITHM,
    help="An algorithm of the line-up, or your own as module:Class; may be repeated. "
    "[default: all that suit the data]",
)
@_options.dataset_options
@_options.cv_option
@click.option(
    "--metric",
    "metrics",
    multiple=True,
    type=_types.METRIC,
    help="A metric, such as rmse or ndcg@10; may be repeated, the first one orders. [default: all]",
)
@_options.threshold_option
@_options.params_option
@click.option(
    "--params",
    "params_files",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A file from 'recli tune': adds that algorithm, so tuned, to the line-up.",
)
@_options.seed_option
@_options.jobs_option
@_options.memory_limit_option
@click.option("--fresh", is_flag=True, help="Compute again what an earlier run has computed.")
@_options.results_option
@_options.output_options()
def command(
    algorithms: tuple[str, ...],
    data: DatasetChoice,
    cv: int,
    metrics: tuple[str, ...],
    threshold: float | None,
    params: tuple[str, ...],
    params_files: tuple[Path, ...],
    seed: int,
    jobs: int,
    memory_limit: int | None,
    fresh: bool,
    results: Path,
    console: Console,
) -> None:
    """Compare algorithms by cross-validation.

    All are fitted and measured on the same folds. Rating metrics compare predicted with true
    ratings. Ranking metrics look at the ten best items of the whole catalogue, less those that the
    user rated in training; what she liked in the test fold is relevant. Results are printed, and
    kept under results/runs.
    """
    from recli.data.splits.k_fold import KFold
    from recli.evaluation import metric_names
    from recli.evaluation.metric_names import Measure
    from recli.experiments.cross_validation import Protocol
    from recli.experiments.evaluation_run import EvaluationRun
    from recli.experiments.reading import Reading
    from recli.experiments.resources import Resources

    measures = tuple(map(Measure.parse, dict.fromkeys(metrics or metric_names.DEFAULT)))
    named = bool(algorithms or params_files)
    line_up = _line_up(algorithms, params, params_files) if named else []  # errors before loading
    dataset = data.load(console, results)
    line_up = line_up or _line_up(_default_line_up(dataset, console), params, ())
    liked = _options.liked_from(dataset, threshold)
    protocol = Protocol(KFold(cv, seed), measures, liked, seed)
    n_cells = cv * len(line_up)
    console.say(
        f"{count(len(line_up), 'algorithm')} × {cv} folds, seed {seed}; a rating of "
        f"{liked:g} or more counts as liked (--threshold)"
    )
    reading = Reading(data.spec, data.overrides, data.on_bad, data.duplicates)
    run = EvaluationRun(results, command_line(), dataset, line_up, protocol, reading)
    with console.progress("Evaluating", n_cells) as advance:
        run.run(Resources(jobs, memory_limit), lambda cell: advance(), fresh)
    if run.n_reused:
        console.say(f"{run.n_reused} of {n_cells} cells were there already (--fresh computes anew)")
    _show(console, run)
    console.say(f"Written to {run.folder}: report.md, metrics.csv, run.json")


def _default_line_up(dataset: Dataset, console: Console) -> list[str]:
    """Every algorithm; without item features, every one that needs none."""
    from recli import registry

    names = registry.names("algorithm")
    if dataset.has_features:
        return list(names)
    left_out = [name for name in names if registry.get("algorithm", name).needs_features]
    console.say(f"Left out, since the dataset has no item features: {', '.join(left_out)}")
    return [name for name in names if name not in left_out]


def _line_up(
    names: Sequence[str], params: tuple[str, ...], params_files: tuple[Path, ...]
) -> list[Configured]:
    """The algorithms by name, `-p` for those that have the parameter, then those of `--params`."""
    from recli import errors
    from recli.algorithms import Configured, declared
    from recli.experiments import params_file
    from recli.params import assignments

    given = assignments(params)
    known = {name: {parameter.name for parameter in declared(name)} for name in names}
    for name in given:
        if not names:
            raise errors.UsageError("'-p' sets parameters of the algorithms of '-a': name one.")
        if not any(name in own for own in known.values()):
            every = sorted(set().union(*known.values()))
            raise errors.unknown(f"parameter of {' or '.join(known)}", name, every)
    line_up = [
        Configured.of(name, {key: value for key, value in given.items() if key in known[name]})
        for name in dict.fromkeys(names)
    ]
    return [*line_up, *(params_file.read(path) for path in params_files)]


def _show(console: Console, run: EvaluationRun) -> None:
    from recli.experiments.cross_validation import summaries
    from recli.experiments.report import leaderboard

    def tables() -> None:
        measures = run.protocol.measures
        groups = [
            ("Predicted ratings, best {0} first", [m for m in measures if m.k is None]),
            ("Ranked catalogue, best {0} first", [m for m in measures if m.k is not None]),
        ]
        shown = [(title, group) for title, group in groups if group]
        for place, (title, group) in enumerate(shown):
            found = summaries(run.line_up, run.finished, group[0])
            header, rows = leaderboard(found, group, fit=place == 0)
            console.line()
            console.table(header, rows, title.format(group[0]), right=header[1:])
        console.line()

    header, rows = leaderboard(run.summaries, run.protocol.measures)
    console.emit(run.document(), header, rows, tables)


def command_line() -> list[str]:
    """The command as the user typed it."""
    import sys

    return ["recli", *sys.argv[1:]]
