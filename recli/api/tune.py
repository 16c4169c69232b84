"""`recli.tune`."""

from __future__ import annotations

import dataclasses
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from recli import errors, params, registry
from recli.algorithms import Configured
from recli.api._arguments import checked, mapping, path, texts
from recli.api._progress import Progress, followed
from recli.api._several import as_configured
from recli.api.algorithm import AlgorithmLike
from recli.api.load import Source, as_dataset
from recli.api.split import SplitLike, as_split
from recli.api.tuning import Tuning
from recli.evaluation.metric_names import Purpose
from recli.experiments.clusters import opened
from recli.experiments.resources import Resources
from recli.experiments.tuning import pruners, samplers, usual
from recli.experiments.tuning.auto import suitable
from recli.experiments.tuning.plan import Plan
from recli.experiments.tuning.search import Budget, Method
from recli.experiments.tuning.study import TuningRun
from recli.experiments.tuning.watch import Watch
from recli.ranking.list_options import ListOptions
from recli.ranking.recommender import lists_of

_TRIALS = 30
_AUTO = 600.0  # seconds


def tune(
    dataset: Source,
    algorithms: AlgorithmLike | Iterable[AlgorithmLike] | None = None,
    *,
    metric: str | Iterable[str] = (),
    trials: int | None = None,
    timeout: float | None = None,
    goal: Purpose | None = None,
    split: SplitLike | None = None,
    threshold: float | None = None,
    fix: Mapping[str, Any] | None = None,
    ranges: Mapping[str, Any] | None = None,
    lists: Mapping[str, Any] | None = None,
    vary: str | Iterable[str] = (),
    sampler: str | None = None,
    pruner: str = pruners.DEFAULT_PRUNER,
    holdout: float = 0.2,
    nested: bool = False,
    pick: str | int = "knee",
    seed: int = 0,
    jobs: int = -1,
    memory_limit: int | None = None,
    cluster: str | None = None,
    results: str | Path | None = None,
    study: str | None = None,
    fresh: bool = False,
    progress: Progress = None,
) -> Tuning:
    """Search for the best hyperparameters with Optuna, as `recli tune` does.

    The defaults are tried first, then what the sampler proposes; every setting is measured on the same
    folds, and stopped where it is clearly worse than the best. A share of the ratings is locked away
    before, and the best setting and the defaults are measured on it once, at the end.

    Args:
        dataset: what `recli.load` gives, or what it takes
        algorithms: one or several, each as `recli.algorithm` takes it; what is set there is held. By
            default all that suit the data, of which the bad ones are dropped on the way and the best
            stacked at the end (`recli tune --auto`)
        metric: what to improve; several give a Pareto front. By default `ndcg@10`, or `rmse` where all
            algorithms named predict ratings
        trials: settings to try, of all algorithms together; by default 30, without algorithms no limit
        timeout: seconds; the defaults are tried in any case. By default none, without algorithms 600
        goal: what it is for, where no metric says it, good `lists` or well predicted `ratings`
        split: how a setting is measured, see `recli.split`; by default five folds, drawn by `seed`
        threshold: ratings from here on count as liked; by default from the scale
        fix: hyperparameters to hold, for the algorithms that have them
        ranges: what goes before the declared ranges, by hyperparameter: `{"n_factors": (10, 400)}`; of
            several algorithms, by algorithm and hyperparameter
        lists: how lists are made, by the options of `Model.recommend`: `{"min_ratings": 10}`
        vary: options of lists to search over, such as `diversify`
        sampler: who proposes settings, see `recli tune --help`
        pruner: who stops bad settings after their first folds
        holdout: share of the ratings that is locked away; 0 for none
        nested: whether to cross-validate the whole search instead
        pick: which setting of a Pareto front is the best: `knee`, `first`, or its place in it
        seed: of split, algorithms and sampler
        jobs: how many folds are at work at once, -1 for one per core; it changes no number
        memory_limit: bytes for ranking the catalogue; by default half of what is free
        cluster: the address of workers that compute in place of this machine, as `dask://host:8786`;
            it changes no number
        results: a folder to keep the study in, as the command does, where the same call goes on with
            it; by default nothing is written
        study: name of the study that is kept; by default from what is searched
        fresh: whether a study of that name is forgotten
        progress: True for a bar, or a function of the trials that are done and of how many there are

    Returns:
        What came out: `best`, `locked`, `to_pandas()`, `study`.

    Raises:
        UsageError: an argument is none of those that are valid, or every trial failed
        DataError: the ratings are too few for the split
        InterruptedRunError: Ctrl-C

    >>> import recli
    >>> found = recli.tune("movielens-small", "damped-mean", metric="rmse", trials=3)
    >>> print(found.best)
    damped-mean (damping=13.4)
    """
    data, metrics = as_dataset(dataset), texts("metric", metric)
    trials, timeout = checked("trials", trials), checked("timeout", timeout)
    goal, seed = checked("goal", goal), checked("seed", seed)
    goals, auto = usual.aims(metrics, goal), algorithms is None
    line_up = as_configured(suitable(data, goals) if algorithms is None else algorithms)
    names = tuple(dict.fromkeys(configured.name for configured in line_up))
    plan = Plan(
        algorithms=names,
        goals=goals,
        method=Method(
            registry.resolve("sampler", sampler or samplers.default_sampler(len(goals))),
            registry.resolve("pruner", pruner),
            seed,
        ),
        fixed=_fixed(line_up, mapping("fix", fix, '{"n_factors": 50}'), names),
        ranges=_ranges(names, mapping("ranges", ranges, '{"n_factors": (10, 400)}')),
        holdout=checked("holdout", holdout),
        nested=nested,
        auto=auto,
        pick=str(pick),
        lists=ListOptions.of(mapping("lists", lists, '{"min_ratings": 10}')),
        vary=texts("vary", vary),
    )
    if not auto and not metrics and goal is None:
        plan = dataclasses.replace(plan, goals=usual.of_what_they_predict(plan))
    plan.check()
    cut = as_split(split, seed) if split is not None or not auto else None
    plan, protocol = usual.on_dataset(
        plan,
        data,
        metrics=metrics,
        goal=goal,
        split=cut,
        threshold=checked("threshold", threshold),
        seed=seed,
    )
    budget = Budget(
        trials or (sys.maxsize if auto else _TRIALS),
        _AUTO if auto and timeout is None else timeout,
    )
    at_once, limit = checked("jobs", jobs), checked("memory_limit", memory_limit)
    with _folder(results) as folder, opened(cluster) as workers:
        resources = Resources(at_once, limit, workers=workers)
        run = TuningRun(
            folder,
            ["recli.tune"],
            data,
            plan,
            protocol,
            name=study,
            begin="fresh" if fresh else "join",
        )
        with followed(progress, "Tuning", trials or _TRIALS) as step:
            _run(run, budget, resources, step, is_kept=results is not None)
        return Tuning.of(run, run.folder if results is not None else None)


def _run(
    run: TuningRun, budget: Budget, resources: Resources, step: Callable[[], None], is_kept: bool
) -> None:
    """The search. Interrupted, where nothing is kept, nobody is told where it is."""
    try:
        run.run(budget, resources, Watch(lambda trial: step()))
    except errors.InterruptedRunError:
        if is_kept:
            raise
        raise KeyboardInterrupt from None


@contextmanager
def _folder(results: str | Path | None) -> Iterator[Path]:
    """The folder of results; a temporary one, which goes with all that is in it, where none is given."""
    if results is not None:
        yield path("results", results)
        return
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def _fixed(
    line_up: Iterable[Configured], fix: Mapping[str, Any], names: tuple[str, ...]
) -> dict[str, Any]:
    """What is held: `fix`, and what the algorithms were configured with.

    Raises UsageError where two of them hold the same parameter at different values, and for algorithms
    that cannot be made again from their names.
    """
    found = dict(params.flat(fix))
    for configured in line_up:
        if not configured.is_named or lists_of(configured) != ListOptions():
            raise errors.UsageError(
                f"{configured.label}: to be tuned an algorithm needs a name, or a class in a module, "
                "and no options of lists."
            )
        for parameter, value in configured.changed.items():
            if found.setdefault(parameter, value) != value:
                raise errors.UsageError(
                    f"{parameter} would be held at {found[parameter]} and at {value}: tune one algorithm "
                    "at a time."
                )
    return found


def _ranges(names: tuple[str, ...], ranges: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The ranges by algorithm and parameter."""
    if not ranges:
        return {}
    by_name = {names[0]: ranges} if len(names) == 1 else ranges
    if not all(isinstance(table, Mapping) for table in by_name.values()):
        raise errors.UsageError(
            "`ranges` of several algorithms are by algorithm and hyperparameter: "
            f'`ranges={{"{names[0]}": {{"…": (1, 10)}}}}`.'
        )
    return {
        name: {of: list(v) if isinstance(v, tuple) else v for of, v in table.items()}
        for name, table in by_name.items()
    }
