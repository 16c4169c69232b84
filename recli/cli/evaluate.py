"""Compare algorithms on the same folds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from recli.cli._options import common, parameter_types
from recli.cli._options.as_typed import as_typed
from recli.cli._options.common import DatasetChoice
from recli.cli._options.engine import EngineChoice, engine_options
from recli.cli._options.external import (
    ExternalChoice,
    check_lists,
    external_options,
    tell_unmeasured,
    with_measures_of,
)
from recli.cli._options.lists import ListChoice, list_options
from recli.cli._options.protocol import ProtocolChoice, protocol_options
from recli.cli._output import leaderboard
from recli.cli._output.console import Console, count

if TYPE_CHECKING:
    from recli.algorithms import Configured
    from recli.data.dataset import Dataset
    from recli.evaluation.metric_names import Purpose


@click.command(
    epilog="""
    \b
    Examples:
      recli evaluate
      recli evaluate -a svd -a knn-baseline -p sim_options.name=pearson_baseline
      recli evaluate -d my-ratings.csv -a svd --metric rmse --metric ndcg@5
      recli evaluate --split timeline --metric all --k 5,10,20 --by activity
      recli evaluate --goal ratings
      recli evaluate -a ease --diversify 0.3 --metric ndcg --metric diversity
      recli evaluate -a svd --params results/studies/…/best.toml
      recli evaluate -a ease --predictions other=theirs.csv --lists other=top.csv
    """,
)
@click.option(
    "-a",
    "--algorithm",
    "algorithms",
    multiple=True,
    type=parameter_types.ALGORITHM,
    help="An algorithm of the line-up, or your own as module:Class; may be repeated. "
    "[default: all that suit the data]",
)
@common.goal_option
@common.dataset_options
@protocol_options
@list_options
@common.params_option
@click.option(
    "--params",
    "params_files",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A file from 'recli tune': adds that algorithm, so tuned, to the line-up.",
)
@external_options
@common.backend_option
@common.jobs_option
@common.memory_limit_option
@common.cluster_option
@click.option("--strict", is_flag=True, help="Stop where the protocol gives reason to doubt.")
@click.option("--fresh", is_flag=True, help="Compute again what an earlier run has computed.")
@common.cells_limit_option
@engine_options
@common.results_option
@common.output_options()
def command(
    algorithms: tuple[str, ...],
    goal: Purpose | None,
    data: DatasetChoice,
    choice: ProtocolChoice,
    lists: ListChoice,
    params: tuple[str, ...],
    params_files: tuple[Path, ...],
    external: ExternalChoice,
    jobs: int,
    memory_limit: int | None,
    cluster: str | None,
    strict: bool,
    fresh: bool,
    cells_limit: int | None,
    engine: EngineChoice,
    results: Path,
    console: Console,
) -> None:
    """Compare algorithms on the same folds.

    Ranking metrics look at the best items of the whole catalogue, less those that the user rated in
    training; what they liked in the test is relevant. Rating metrics compare predicted with true
    ratings. The goal says which come first and order the algorithms, unless --metric does; of
    interactions there are no ratings to predict. Lists are made as 'recli recommend' makes them: with its
    options, such as --where, --min-ratings or --diversify, what is measured is the lists that users
    would get. They are as long as the longest --k, and shorter ones are their beginning; auc and
    r-precision look at the whole ranking, before it is re-ranked. Results are printed, and kept under
    results/runs.

    An algorithm that fails on a fold is a row that says so: the others are compared, and the command
    ends with the code of the first that failed. The same command again computes only what is missing.

    What another program predicted or recommended on the same folds is measured beside the algorithms
    by --predictions and --lists, and by itself where none is named. Every pair of a fold's test takes
    one prediction, which may be empty; predictions off the rating scale are taken as they are.

    With --engine spark the data are read by Spark, in the order of the file, so that every split gives
    the same folds as here; ease, item-knn, spark-als and spark-ials are learned by it on each. Lists and
    metrics are made here, by the same code.
    """
    from recli.cli._output.cluster import workers_of
    from recli.evaluation.make_protocol import purpose as purpose_of
    from recli.experiments.default_line_up import check_suits
    from recli.experiments.evaluation_run import EvaluationRun
    from recli.experiments.resources import Resources
    from recli.ranking.recommender import lists_of, recommender

    choice.check()
    made = str(lists.options)
    files = external.files(lists.options.exclude_seen)
    named = algorithms or params_files or (external and params)
    line_up = _line_up(algorithms, params, params_files) if named else []
    check_lists(line_up, lists, files)
    if cluster and not engine.is_local:
        raise click.UsageError(
            "--cluster computes each cell on a worker, --engine learns with all of them: give one "
            "of the two."
        )
    made_by = engine.made()
    dataset = choice.filtered(data.load(console, results, made_by), console)
    purpose = purpose_of(goal, dataset)
    if not line_up and not files:
        line_up = _line_up(_default_line_up(dataset, purpose, console), params, ())
    line_up = [recommender(configured, lists.over(lists_of(configured))) for configured in line_up]
    lists.tell_unknown(dataset.ratings.item_ids, console)
    check_suits(line_up, dataset)
    protocol = choice.protocol(dataset, console, purpose)
    folds = protocol.split.folds(dataset)
    others = [each.read(dataset, folds, protocol.measures) for each in files]
    tell_unmeasured(others, protocol, console)
    if not line_up and not choice.metrics:
        protocol = with_measures_of(others, protocol)
    made_here, line_up = bool(line_up), [*line_up, *others]
    run = EvaluationRun(
        results,
        command_line(),
        dataset,
        line_up,
        protocol,
        data.reading,
        strict,
        folds,
        as_typed,
    )
    chosen = "" if dataset.ratings.implicit else " (--threshold)"
    console.say(
        f"{count(len(line_up), 'algorithm')} × {count(run.n_folds, 'fold')} ({protocol.split}), seed "
        f"{protocol.seed}; {dataset.ratings.counts_as_liked(protocol.threshold)}{chosen}"
    )
    if made and made_here:
        console.say(f"Lists are made with {made}, as 'recli recommend' makes them")
    if made and files:
        console.say(f"The lists of {', '.join(entry.name for entry in files)} stay as they are")
    fit = None if engine.is_local else made_by.fit
    with (
        workers_of(cluster, console) as workers,
        console.progress("Evaluating", run.n_cells) as advance,
    ):
        run.run(Resources(jobs, memory_limit, fit, workers), lambda cell: advance(), fresh)
    if not run.compared:
        run.check()
    if run.n_reused:
        console.say(
            f"{run.n_reused} of {run.n_cells} cells were there already (--fresh computes anew)"
        )
    common.limit_cells(cells_limit, results, console)
    leaderboard.show(console, run)
    console.say(f"Written to {run.folder}: report.md, metrics.csv, per_user.parquet, run.json")
    console.say_all(leaderboard.best_lists(run))
    run.check()


def _default_line_up(dataset: Dataset, purpose: Purpose, console: Console) -> tuple[str, ...]:
    """The usual algorithms for these data; tells which are left out."""
    from recli.experiments.default_line_up import DefaultLineUp

    found = DefaultLineUp.of(dataset, purpose)
    console.say_all(found.notes)
    return found.names


def _line_up(
    names: Sequence[str], params: tuple[str, ...], params_files: tuple[Path, ...]
) -> list[Configured]:
    """The algorithms by name, `-p` for those that have the parameter, then those of `--params`."""
    from recli import errors
    from recli.algorithms import Configured, declared
    from recli.experiments import params_file
    from recli.params import assignments

    given = assignments(params)
    known = {name: {parameter.name for parameter in declared(name, given)} for name in names}
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


def command_line() -> list[str]:
    """The command as the user typed it, without what is secret in a URL."""
    import sys

    from recli import urls

    return ["recli", *map(urls.redacted, sys.argv[1:])]
