"""`recli.evaluate`."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from numbers import Integral
from pathlib import Path
from typing import Any

from recli import errors
from recli.algorithms import Configured
from recli.api._arguments import checked, mapping, path, texts
from recli.api._progress import Progress, followed
from recli.api._several import as_configured
from recli.api.algorithm import AlgorithmLike
from recli.api.evaluation import Evaluation
from recli.api.load import Source, as_dataset
from recli.api.split import SplitLike, as_split
from recli.data.dataset import Dataset
from recli.evaluation.lint import lint
from recli.evaluation.make_protocol import ProtocolRequest, purpose
from recli.evaluation.metric_names import Purpose
from recli.evaluation.protocol import Protocol
from recli.evaluation.tied_places import tied_places
from recli.evaluation.unfinished_training import unfinished_training
from recli.experiments.clusters import opened
from recli.experiments.cross_validation import cells
from recli.experiments.default_line_up import DefaultLineUp, check_suits
from recli.experiments.evaluation_run import EvaluationRun
from recli.experiments.resources import Resources
from recli.ranking.list_options import ListOptions
from recli.ranking.recommender import recommender
from recli.records import failures
from recli.records.cells import Cell, labels, summaries
from recli.records.failures import CellFailure, by_entry


def evaluate(
    dataset: Source,
    algorithms: AlgorithmLike | Iterable[AlgorithmLike] | None = None,
    *,
    split: SplitLike | None = None,
    metrics: str | Iterable[str] = (),
    k: int | Sequence[int] | None = None,
    threshold: float | None = None,
    sampled_negatives: int | None = None,
    by: str | Iterable[str] = (),
    goal: Purpose | None = None,
    lists: Mapping[str, Any] | None = None,
    seed: int = 0,
    jobs: int = -1,
    memory_limit: int | None = None,
    cluster: str | None = None,
    results: str | Path | None = None,
    fresh: bool = False,
    progress: Progress = None,
) -> Evaluation:
    """Compare algorithms on the same folds, as `recli evaluate` does, to the same numbers.

    Args:
        dataset: what `recli.load` gives, or what it takes
        algorithms: one or several, each as `recli.algorithm` takes it; by default all that suit the
            data and learn in a moment
        split: how ratings are cut, see `recli.split`; by default five folds, drawn by `seed`. A split
            that is no text has a seed of its own
        metrics: names such as `rmse` and `ndcg@5`, or `all`; the first orders. By default the usual
            ones
        k: lengths of the lists, for metrics without `@`; by default 10
        threshold: ratings from here on count as liked; by default from the scale
        sampled_negatives: rank what a user likes among that many sampled items in place of the whole
            catalogue: another metric, to compare with a paper that does so
        by: what the metrics are broken down by: `activity`, `popularity`, `user:COLUMN`,
            `item:COLUMN`
        goal: which of the usual metrics come first, those of `lists` or of `ratings`
        lists: how all lists are made, by the options of `recli recommend`: `{"min_ratings": 10}`
        seed: of the split and of the algorithms
        jobs: how many folds are at work at once, -1 for one per core; it changes no number
        memory_limit: bytes for ranking the catalogue; by default half of what is free
        cluster: the address of workers that compute in place of this machine, as `dask://host:8786`;
            it changes no number
        results: a folder to keep the run in, as the command does, and what it has computed for the
            next one; by default nothing is written
        fresh: whether what is kept there is computed again
        progress: True for a bar, or a function of the cells that are done and of how many there are

    Returns:
        What came out: `leaderboard()`, `compare()`, `to_pandas()`, `per_user()`.

    Raises:
        UsageError: an argument is none of those that are valid, or does not go with the data
        DataError: the ratings are too few for the split, or lack what a metric needs
        InterruptedRunError: Ctrl-C, where results are kept; what is finished is there
        RecliError: every algorithm failed. Where only some did, the others are compared, a warning says
            so, and `failures` has the reasons

    >>> import recli
    >>> found = recli.evaluate("movielens-small", ["most-popular", "damped-mean"], metrics="hit-rate")
    >>> found.leaderboard()["hit-rate@10"].round(4).to_dict()
    {'most-popular': 0.5521, 'damped-mean': 0.4621}
    """
    data, seed = as_dataset(dataset), checked("seed", seed)
    wanted = purpose(checked("goal", goal), data)
    line_up = _line_up(algorithms, data, wanted, lists)
    check_suits(line_up, data)
    asked = ProtocolRequest(
        split=as_split(split, seed),
        metrics=texts("metrics", metrics),
        cutoffs=None if k is None else _cutoffs(k),
        threshold=checked("threshold", threshold),
        by=texts("by", by),
        seed=seed,
        sampled_negatives=checked("sampled_negatives", sampled_negatives) or 0,
    )
    protocol, _ = asked.protocol(data, wanted)
    at_once, limit = checked("jobs", jobs), checked("memory_limit", memory_limit)
    with opened(cluster) as workers:
        resources = Resources(at_once, limit, workers=workers)
        if results is None:
            return _in_memory(data, line_up, protocol, resources, progress)
        return _kept(data, line_up, protocol, resources, path("results", results), fresh, progress)


def _in_memory(
    dataset: Dataset,
    line_up: Sequence[Configured],
    protocol: Protocol,
    resources: Resources,
    progress: Progress,
) -> Evaluation:
    """The evaluation, of which nothing is written."""
    folds = protocol.split.folds(dataset)
    findings = lint(dataset, folds, protocol, line_up)
    done: list[Cell | CellFailure] = []
    with followed(progress, "Evaluating", len(line_up) * len(folds)) as step:
        for cell in cells(dataset, line_up, protocol, resources, folds):
            done.append(cell)
            step()
    lost = [cell for cell in done if isinstance(cell, CellFailure)]
    failed = by_entry(lost, labels(line_up), len(folds))
    compared = tuple(failures.compared((cell for cell in done if isinstance(cell, Cell)), lost))
    by_label = summaries(line_up, compared, protocol.measures[0])
    scores = {one.label: [cell.scores for cell in one.cells] for one in by_label}
    findings += tied_places(scores) + unfinished_training(scores)
    return _told(
        Evaluation(
            dataset, protocol, tuple(line_up), tuple(folds), compared, findings, failures=failed
        )
    )


def _told(evaluation: Evaluation) -> Evaluation:
    """The evaluation; what failed is a warning. Raises it where nothing is left to compare."""
    try:
        failures.check(evaluation.failures, len(evaluation.line_up))
    except errors.RecliError as error:
        if not evaluation.cells:
            raise
        warnings.warn(str(error), errors.FailedCellsWarning, stacklevel=3)
    return evaluation


def _kept(
    dataset: Dataset,
    line_up: Sequence[Configured],
    protocol: Protocol,
    resources: Resources,
    results: Path,
    fresh: bool,
    progress: Progress,
) -> Evaluation:
    """The evaluation as a run in a results folder."""
    run = EvaluationRun(results, ["recli.evaluate"], dataset, line_up, protocol)
    with followed(progress, "Evaluating", run.n_cells) as step:
        run.run(resources, _each(step), fresh)
    done, folds = tuple(run.compared), tuple(run.folds)
    return _told(
        Evaluation(
            dataset, protocol, run.line_up, folds, done, run.findings, run.folder, run.failures
        )
    )


def _each(step: Callable[[], None]) -> Callable[[Cell | CellFailure], None]:
    return lambda cell: step()


def _line_up(
    algorithms: AlgorithmLike | Iterable[AlgorithmLike] | None,
    dataset: Dataset,
    purpose: Purpose,
    lists: Mapping[str, Any] | None,
) -> tuple[Configured, ...]:
    """The algorithms, each with the options of lists. Raises UsageError for none at all."""
    found = as_configured(
        DefaultLineUp.of(dataset, purpose).names if algorithms is None else algorithms
    )
    if not found:
        raise errors.UsageError(
            "`algorithms` is empty: name one, or leave it out for the usual ones."
        )
    if given := mapping("lists", lists, '{"min_ratings": 10}'):
        options = ListOptions.of(given)
        if unnamed := [one.label for one in found if not one.is_named]:
            raise errors.UsageError(
                f"`lists` is for algorithms with a name, and {unnamed[0]} has none."
            )
        found = tuple(recommender(configured, options) for configured in found)
    return found


def _cutoffs(k: int | Sequence[int]) -> tuple[int, ...]:
    """Raises UsageError for lengths that lists cannot have."""
    found = tuple(k) if isinstance(k, Iterable) and not isinstance(k, str) else (k,)
    whole = [isinstance(each, Integral) and not isinstance(each, bool) for each in found]
    if not found or not all(whole) or not all(1 <= each < 10**9 for each in found):
        raise errors.UsageError(f"`k={k!r}`: it is a whole number, 1 or more, or a list of such.")
    return tuple(map(int, found))
