"""`recli tune`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from recli.cli import _options, _study, _types
from recli.cli._console import Console, count
from recli.cli._options import DatasetChoice
from recli.experiments.tuning import samplers

if TYPE_CHECKING:
    from recli.experiments.tuning.study import Begin, TuningRun

_TRIALS = 30


@click.command(
    epilog="""
    \b
    Examples:
      recli tune -a svd --trials 20
      recli tune -a svd -a knn-baseline --timeout 600   (the budget shared equally)
      recli tune -a knn-baseline --metric ndcg@10
      recli tune -a svd --fix n_factors=50              (held at 50, the others are tuned)
      recli tune -a svd --metric rmse --metric fit_seconds --pick knee
      recli tune -a svd --storage postgresql+psycopg://me@host/studies
    """,
)
@click.option(
    "-a",
    "--algorithm",
    "algorithms",
    multiple=True,
    type=_types.ALGORITHM,
    required=True,
    help="An algorithm with declared ranges: see 'recli show algorithm NAME'; may be repeated.",
)
@_options.dataset_options
@_options.cv_option
@click.option(
    "--split",
    type=_types.SPLIT,
    metavar="NAME[:OPTION=VALUE,…]",
    help="Another split than k-fold to measure settings on.",
)
@click.option(
    "--metric",
    "metrics",
    multiple=True,
    type=_types.METRIC,
    default=("rmse",),
    show_default="rmse",
    help="What to improve: rmse, ndcg@10, …, and fit_seconds beside it; several give a Pareto front.",
)
@click.option(
    "--trials",
    type=click.IntRange(1),
    default=_TRIALS,
    show_default=True,
    help="Settings to try, of all algorithms together.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(0, min_open=True),
    help="Stop after these seconds; the defaults are tried in any case.",
)
@click.option(
    "--sampler",
    type=click.Choice(tuple(samplers.SAMPLERS)),
    default="tpe",
    show_default=True,
    help="Who proposes settings: tree-structured Parzen estimator, Gaussian process, CMA-ES, chance, "
    "a grid, or a quasi-random sequence.",
)
@click.option(
    "--pruner",
    type=click.Choice(tuple(samplers.PRUNERS)),
    default="wilcoxon",
    show_default=True,
    help="Who stops bad settings after their first folds.",
)
@click.option(
    "--fix",
    "-p",
    "params",
    multiple=True,
    metavar="NAME=VALUE",
    help="A hyperparameter to hold, for the algorithms that have it; may be repeated.",
)
@click.option(
    "--space",
    "space_file",
    type=click.Path(path_type=Path),
    help="A TOML file of ranges that go before the declared ones.",
)
@click.option(
    "--holdout",
    type=click.FloatRange(0, 1, max_open=True),
    default=0.2,
    show_default=True,
    help="Share of the ratings that is locked away, for one look at the end; 0 for none.",
)
@click.option(
    "--nested",
    is_flag=True,
    help="Cross-validate the whole search, in place of a locked test: takes as many searches more as "
    "there are folds.",
)
@click.option(
    "--pick",
    default="knee",
    show_default=True,
    metavar="knee|first|N",
    help="Which setting of a Pareto front is the best: the compromise, the best in the first metric, "
    "or the one at a place.",
)
@click.option("--study", "name", help="Name of the study. [default: from what is searched]")
@click.option(
    "--storage",
    metavar="URL",
    help="A database that many workers share, each started with the same command. "
    "[default: a file in the study's folder]",
)
@click.option(
    "--resume", "begin", flag_value="resume", help="Only go on with a study that is there."
)
@click.option("--fresh", "begin", flag_value="fresh", help="Forget the study that is there.")
@_options.threshold_option
@_options.seed_option
@_options.jobs_option
@_options.memory_limit_option
@_options.results_option
@_options.output_options()
def command(
    algorithms: tuple[str, ...],
    data: DatasetChoice,
    cv: int,
    split: str | None,
    metrics: tuple[str, ...],
    trials: int,
    timeout: float | None,
    sampler: str,
    pruner: str,
    params: tuple[str, ...],
    space_file: Path | None,
    holdout: float,
    nested: bool,
    pick: str,
    name: str | None,
    storage: str | None,
    begin: Begin | None,
    threshold: float | None,
    seed: int,
    jobs: int,
    memory_limit: int | None,
    results: Path,
    console: Console,
) -> None:
    """Search for the best parameters with Optuna.

    The defaults are tried first, then what the sampler proposes; every setting is measured on the same
    folds, and stopped where it is clearly worse than the best. A share of the ratings is locked away
    before: at the end the best setting and the defaults are measured on it once, so that the number
    reported is one that holds. The best is written as TOML, which 'recli train --params' and
    'recli evaluate --params' read.

    The same command goes on with the same study, where it was: after an interruption, with more
    trials, or as one of many workers.
    """
    from recli.cli.evaluate import command_line
    from recli.data.splits._base import Split
    from recli.data.splits.k_fold import KFold
    from recli.experiments.cross_validation import Protocol
    from recli.experiments.resources import Resources
    from recli.experiments.stored_study import StoredStudy
    from recli.experiments.tuning import space
    from recli.experiments.tuning.goals import goals
    from recli.experiments.tuning.plan import Plan
    from recli.experiments.tuning.search import Budget, Method
    from recli.experiments.tuning.study import TuningRun
    from recli.params import assignments

    plan = Plan(
        algorithms=tuple(dict.fromkeys(algorithms)),
        goals=goals(metrics),
        method=Method(sampler, pruner, seed),
        fixed=assignments(params, "--fix"),
        ranges=space.read_ranges(space_file) if space_file else {},
        holdout=holdout,
        nested=nested,
        pick=pick,
    )
    plan.check()
    folds = Split.parse(split, seed) if split else KFold(cv, seed)
    dataset = data.load(console, results)
    liked = _options.liked_from(dataset, threshold)
    protocol = Protocol(folds, plan.measures, liked, seed)
    run = TuningRun(
        results,
        command_line(),
        dataset,
        plan,
        protocol,
        name=name,
        url=storage,
        begin=begin or "join",
    )
    _announce(console, run, trials)
    with _study.watched(console, run, trials, timeout) as watch:
        run.run(Budget(trials, timeout), Resources(jobs, memory_limit), watch)
    study = StoredStudy.read(results, str(run.folder))
    _study.show(console, study)
    where = "study.db (Optuna)" if storage is None else "and the trials in the storage"
    console.say(f"Written to {run.folder}: best.toml, report.html, study.json, {where}")
    console.say(f"Next: recli train --params {study.params_file}")


def _announce(console: Console, run: TuningRun, trials: int) -> None:
    who = " and ".join(run.spaces)
    what = " and ".join(map(str, run.goals))
    split = run.protocol.split
    console.say(f"{who}: {count(trials, 'setting')} for {what} on {split}, seed {split.seed}")
    if run.holdout:
        n_locked = len(run.holdout.fold.test)
        console.say(f"Locked away until the end: {count(n_locked, 'rating')} (--holdout)")
    console.say(f"Study {run.id}")
