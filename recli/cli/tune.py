"""Search for the best parameters with Optuna."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from recli import registry
from recli.cli._options import common, parameter_types
from recli.cli._options.common import DatasetChoice
from recli.cli._options.lists import ListChoice, list_options
from recli.cli._output import leaderboard, study_tables
from recli.cli._output.console import Console, count
from recli.experiments.tuning import pruners, samplers

if TYPE_CHECKING:
    from recli.evaluation.metric_names import Purpose
    from recli.experiments.tuning.external_trials import Told
    from recli.experiments.tuning.search import Budget
    from recli.experiments.tuning.study import Begin, TuningRun

_TRIALS = 30
_AUTO = 600.0  # seconds


@click.command(
    epilog="""
    \b
    Examples:
      recli tune -a ease --trials 20
      recli tune -a svd -a knn-baseline --timeout 600
      recli tune -a item-knn --metric recall@20
      recli tune -a svd --fix n_factors=50     (held at 50, the others are tuned)
      recli tune --auto --timeout 600 -d my-ratings.csv
      recli tune --auto --goal ratings
      recli tune -a svd --metric rmse --metric fit_seconds --pick knee
      recli tune -a ease --metric ndcg --metric diversity --vary diversify
      recli tune -a svd --storage postgresql+psycopg://me@host/studies

    \b
    The trials in a browser, after pip install optuna-dashboard:
      optuna-dashboard sqlite:///results/studies/NAME/study.db
    """,
)
@click.option(
    "-a",
    "--algorithm",
    "algorithms",
    multiple=True,
    type=parameter_types.ALGORITHM,
    help="An algorithm with declared ranges: see 'recli show algorithm NAME'; may be repeated.",
)
@click.option(
    "--auto",
    is_flag=True,
    help="Begin with all algorithms that suit the data and the metric (or those of '-a'), drop the bad "
    "ones on the way, and stack the best at the end; within --timeout.  [default: 600 seconds]",
)
@click.option(
    "--goal",
    type=common.GOAL,
    help="What to tune for, where --metric does not say it: good lists of items (ndcg@10), or well "
    "predicted ratings (rmse).  [default: ratings where all of '-a' predict them, else lists]",
)
@common.dataset_options
@common.cv_option
@click.option(
    "--split",
    type=parameter_types.SPLIT,
    metavar="NAME[:OPTION=VALUE,…]",
    help="How ratings are cut to measure settings on.  [default: k-fold; with --auto for lists, where "
    "ratings have times, last-n]",
)
@click.option(
    "--metric",
    "metrics",
    multiple=True,
    type=parameter_types.METRIC,
    help="What to improve: rmse, ndcg@10, …, and fit_seconds beside it; several give a Pareto front. "
    "[default: by --goal]",
)
@click.option(
    "--trials",
    type=click.IntRange(1),
    help=f"Settings to try, of all algorithms together.  [default: {_TRIALS}; with --auto no limit]",
)
@click.option(
    "--timeout",
    type=click.FloatRange(0, min_open=True),
    help="Stop after these seconds; the defaults are tried in any case.",
)
@click.option(
    "--sampler",
    type=parameter_types.registered("sampler"),
    metavar="NAME",
    help="Who proposes settings: a Gaussian process (gp), the tree-structured Parzen estimator (tpe), "
    "cmaes, random, a grid, or a quasi-random sequence (qmc); 'recli list samplers' has them.  [default: "
    "gp; tpe for several metrics]",
)
@click.option(
    "--pruner",
    type=parameter_types.registered("pruner"),
    metavar="NAME",
    default=pruners.DEFAULT_PRUNER,
    show_default=True,
    help="Who stops bad settings after their first folds, or within the first by its epochs: racing, "
    "against the best on the same folds, until the mean over all of them will hardly be better; "
    "wilcoxon, the test of the same; median, those worse than it; hyperband; none. 'recli list pruners' "
    "has them.",
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
@click.option("--ask", is_flag=True, help="Print the next setting, to be measured elsewhere.")
@click.option(
    "--tell",
    "told",
    multiple=True,
    metavar="TRIAL=VALUE",
    help="What came out elsewhere, as 3=0.91, svd/3=0.91 or 3=failed; may be repeated.",
)
@click.option(
    "--vary",
    multiple=True,
    metavar="OPTION",
    help="An option of lists to tune, too: diversify or explore, from 0 to 1; --space says other bounds, "
    "as lists.diversify = [0, 0.5]. May be repeated.",
)
@list_options
@common.threshold_option
@common.seed_option
@common.backend_option
@common.jobs_option
@common.memory_limit_option
@common.cluster_option
@common.results_option
@common.output_options()
def command(
    algorithms: tuple[str, ...],
    auto: bool,
    goal: Purpose | None,
    data: DatasetChoice,
    cv: int,
    split: str | None,
    metrics: tuple[str, ...],
    trials: int | None,
    timeout: float | None,
    sampler: str | None,
    pruner: str,
    params: tuple[str, ...],
    space_file: Path | None,
    holdout: float,
    nested: bool,
    pick: str,
    name: str | None,
    storage: str | None,
    begin: Begin | None,
    ask: bool,
    told: tuple[str, ...],
    vary: tuple[str, ...],
    lists: ListChoice,
    threshold: float | None,
    seed: int,
    jobs: int,
    memory_limit: int | None,
    cluster: str | None,
    results: Path,
    console: Console,
) -> None:
    """Search for the best parameters with Optuna.

    The defaults are tried first, then what the sampler proposes; every setting is measured on the same
    folds, one by one, and stopped where it is clearly worse than the best. A share of the ratings is
    locked away before: at the end the best setting and the defaults are measured on it once, so that
    the number reported is one that holds. The best is written as TOML, which 'recli train --params' and
    'recli evaluate --params' read.

    Lists are made as 'recli recommend' makes them, with the same options. --vary tunes how they are
    re-ranked, too: for ndcg and diversity the front shows what lists of more unlike items cost.

    The same command goes on with the same study, where it was: after an interruption, with more
    trials, or as one of many workers. 'recli studies' lists and shows what is there.
    """
    from recli.cli._output.cluster import workers_of
    from recli.cli.evaluate import command_line
    from recli.data.splits._base import Split
    from recli.data.splits.k_fold import KFold
    from recli.experiments.resources import Resources
    from recli.experiments.tuning import usual
    from recli.experiments.tuning.auto import suitable
    from recli.experiments.tuning.external_trials import Told
    from recli.experiments.tuning.floors import is_below_the_floor
    from recli.experiments.tuning.plan import Plan
    from recli.experiments.tuning.ranges import read_ranges
    from recli.experiments.tuning.search import Budget, Method
    from recli.experiments.tuning.study import TuningRun
    from recli.params import assignments
    from recli.records.stored_study import StoredStudy

    if not algorithms and not auto:
        raise click.UsageError(
            "Missing option '-a' / '--algorithm', or '--auto' for all that suit."
        )
    budget = Budget(
        trials or (sys.maxsize if auto else _TRIALS), timeout or (_AUTO if auto else None)
    )
    goals = usual.aims(metrics, goal)
    dataset, named = None, bool(algorithms)
    if auto and not algorithms:
        dataset = data.load(console, results)
        algorithms = tuple(suitable(dataset, goals))
    plan = Plan(
        algorithms=tuple(dict.fromkeys(algorithms)),
        goals=goals,
        method=Method(
            registry.resolve("sampler", sampler or samplers.default_sampler(len(goals))),
            registry.resolve("pruner", pruner),
            seed,
        ),
        fixed=assignments(params, "--fix"),
        ranges=read_ranges(space_file) if space_file else {},
        holdout=holdout,
        nested=nested,
        auto=auto,
        pick=pick,
        lists=lists.options,
        vary=vary,
    )
    if named and not metrics and goal is None:
        plan = dataclasses.replace(plan, goals=usual.of_what_they_predict(plan))
    plan.check()
    cut = Split.parse(split, seed) if split else None
    if cut is None and (common.typed("cv") or not auto):
        cut = KFold(cv, seed)
    dataset = dataset or data.load(console, results)
    lists.tell_unknown(dataset.ratings.item_ids, console)
    plan, protocol = usual.on_dataset(
        plan, dataset, metrics=metrics, goal=goal, split=cut, threshold=threshold, seed=seed
    )
    if cut is None and protocol.split.uses_time:
        console.say("Tested on the last of each user, since there are times (--split, --cv).")
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
    if told or ask:
        _elsewhere(console, run, [Told.parse(text) for text in told], ask)
        return
    _announce(console, run, budget)
    with (
        workers_of(cluster, console) as workers,
        study_tables.watched(console, run, budget) as watch,
    ):
        run.run(budget, Resources(jobs, memory_limit, workers=workers), watch)
    if run.n_found:
        console.say(f"{count(run.n_found, 'trial')} were there already (--fresh begins anew)")
    study = StoredStudy.read(results, str(run.folder))
    study_tables.show(console, study)
    where = "study.db (Optuna)" if storage is None else "and the trials in the storage"
    console.say(f"Written to {run.folder}: best.toml, report.html, study.json, {where}")
    if not is_below_the_floor(study):
        console.say(
            f"Next: recli train --params {study.params_file}{leaderboard.same_data(data.reading)}"
        )


def _elsewhere(console: Console, run: TuningRun, told: list[Told], ask: bool) -> None:
    """Take down what was measured elsewhere, and print the next setting."""
    from recli.params import shown

    if told:
        run.tell(told)
        best = run.best if run.finished else None
        reached = f", best {run.goals[0]} {best.values[0]:.4f}" if best and best.values else ""
        console.say(f"Study {run.id}: {count(len(run.tried), 'trial')}{reached}")
    if ask:
        trial = run.ask()
        document = {
            "study": run.id,
            "algorithm": trial.algorithm,
            "trial": trial.number,
            "params": trial.params,
        }
        rows = [[name, shown(value)] for name, value in trial.params.items() if value is not None]
        console.emit(document, ["parameter", f"{trial.algorithm}, trial {trial.number}"], rows)


def _announce(console: Console, run: TuningRun, budget: Budget) -> None:
    who = count(len(run.spaces), "algorithm") if len(run.spaces) > 3 else " and ".join(run.spaces)
    much = (
        count(budget.trials, "setting") if budget.trials < sys.maxsize else f"{budget.timeout:g} s"
    )
    what = " and ".join(map(str, run.goals))
    split = run.protocol.split
    lists = f", lists made with {run.plan.lists}" if str(run.plan.lists) else ""
    console.say(f"{who}: {much} for {what} on {split}, seed {split.seed}{lists}")
    if run.holdout:
        n_locked = len(run.holdout.fold.test)
        console.say(
            f"Locked away until the end: {count(n_locked, run.dataset.ratings.noun)} (--holdout)"
        )
    console.say(f"Study {run.id}")
