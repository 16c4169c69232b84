"""Fit an algorithm on all ratings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from recli.cli._options import common
from recli.cli._options.common import DatasetChoice
from recli.cli._options.engine import EngineChoice, engine_options
from recli.cli._options.lists import ListChoice, list_options
from recli.cli._output.console import Console
from recli.cli._output.shown_number import ShownNumber

if TYPE_CHECKING:
    import numpy as np

    from recli.algorithms import Configured
    from recli.data.dataset import Dataset
    from recli.engines import Engine
    from recli.evaluation.metric_names import Purpose
    from recli.models.model import FittedModel


@click.command(
    epilog="""
    \b
    Examples:
      recli train
      recli train -a svd -p n_factors=50 --name small-svd --goal ratings
      recli train --params results/studies/…/best.toml
      recli train -a content-based --min-ratings 10 --diversify 0.2
    """,
)
@common.algorithm_option
@common.goal_option
@common.dataset_options
@common.params_option
@common.params_file_option
@click.option("--name", help="Name of the model. [default: the algorithm's]")
@click.option(
    "--allow-pickle",
    is_flag=True,
    help="Pickle what a class of your own has learned, instead of fitting it again at every use. "
    "Whoever uses the model has to allow that too.",
)
@click.option(
    "--index",
    is_flag=True,
    help="Keep an index, by which items of a large catalogue are found without the scores of all, if it "
    "finds 99 % of exact lists; for models of factors, with 'recli[ann]'.",
)
@list_options
@common.threshold_option
@engine_options
@common.seed_option
@common.backend_option
@common.results_option
@common.output_options()
def command(
    algorithm: str | None,
    goal: Purpose | None,
    data: DatasetChoice,
    params: tuple[str, ...],
    params_file: Path | None,
    name: str | None,
    allow_pickle: bool,
    index: bool,
    lists: ListChoice,
    threshold: float | None,
    engine: EngineChoice,
    seed: int,
    results: Path,
    console: Console,
) -> None:
    """Fit an algorithm on all ratings.

    Where none is named, a few that make lists are compared on a fifth of the ratings, and the best is
    taken; with --goal ratings it is content-based if items have features, else svd.

    The model is a folder under results/models: arrays, ids, tables and a manifest with checksums. It
    brings along the metrics of the newest run that measured the same algorithm on the same data, and
    how good its lists are: by such a run, or by a quick look at a fifth of the ratings, held back. A
    model of the same name is replaced.

    Options of lists, such as --min-ratings or --diversify, change nothing that is learned: the model
    remembers them, 'recli recommend', 'recli serve' and 'recli refresh' make its lists so unless they
    are told otherwise, and how good its lists are is measured so.

    Lists of a large catalogue are exact and soon made where items' factors differ in length, as those of
    preferences do. Where they are all of about the same length, an index is quicker: 'recli refresh'
    makes it anew, 'recli recommend --exact' does without.
    """
    import dataclasses

    import numpy as np

    from recli import files
    from recli.cli._options.algorithm import choose
    from recli.data.training_statistics import TrainingStatistics
    from recli.evaluation import make_protocol
    from recli.experiments import params_file as params_files
    from recli.experiments.default_line_up import check_suits
    from recli.experiments.list_makers import lists_document
    from recli.models import list_quality
    from recli.models import model as models
    from recli.ranking.list_options import ListOptions
    from recli.ranking.recommender import check, lists_of, recommender
    from recli.records.measured import measured

    lists.options  # noqa: B018, a wrong one is told before anything is loaded
    made = engine.made(one_algorithm=bool(algorithm or params_file))
    dataset = data.load(console, results, made)
    purpose, liked_from = (
        make_protocol.purpose(goal, dataset),
        make_protocol.liked_from(dataset, threshold),
    )
    choice = choose(algorithm, params, params_file, dataset, purpose, seed, liked_from)
    options = lists.over(lists_of(choice.configured))
    configured = recommender(choice.configured, options)
    lists.tell_unknown(dataset.ratings.item_ids, console)
    check(
        [configured], TrainingStatistics(dataset, np.arange(len(dataset.ratings)), liked_from), seed
    )
    check_suits([configured], dataset)
    _check_index(index, configured)
    origin = {
        "params": params_file and params_files.origin(params_file),
        "run": measured(results, dataset, configured),
    }
    of_choice = {} if str(options) else choice.origin  # measured by lists of the scores alone
    origin = {of: found for of, found in origin.items() if found} | of_choice
    model_name = files.checked_name(name or configured.name.replace(":", "."), "model")
    if choice.why:
        console.say(f"Taken: {choice.why}.")
    model, seconds, losses = _trained(console, made, dataset, configured, seed, liked_from, origin)
    if engine.is_local and purpose == "lists" and list_quality.ORIGIN not in origin:
        quality = lists_document(results, dataset, configured, seed, liked_from, seconds)
        origin[list_quality.ORIGIN] = quality
    remembered = options.document()
    model = dataclasses.replace(
        model, configured=recommender(configured, ListOptions()), origin=origin, lists=remembered
    )
    model = _indexed(model, console) if index else model
    path = models.save(model, results, model_name, allow_pickle)
    document = {
        "model": model_name,
        "algorithm": configured.name,
        "params": configured.params,
        "path": str(path),
        "fit_seconds": seconds,
        "lists": origin.get(list_quality.ORIGIN),
        **({"list_options": remembered} if remembered else {}),
        **({} if model.index is None else {"index": model.index.document}),
    }

    _emit(console, document, configured.label)
    _say_how_long(console, losses)
    user = dataset.ratings.user_ids.text[0]
    console.say(f"Next: recli recommend --model {model_name} --user {user}")
    console.say_all(list_quality.said(configured.label, origin))


def _emit(console: Console, document: dict[str, Any], label: str) -> None:
    """Tell of the model that `document` is about."""
    name, seconds, path = document["model"], document["fit_seconds"], document["path"]

    def summary() -> None:
        console.line(f"Model '{name}' ({label}), trained in {seconds:.2f} s: {path}")

    header = ["model", "algorithm", "path", "fit seconds"]
    console.emit(document, header, [[name, label, path, ShownNumber(seconds, ".2f")]], summary)


def _trained(
    console: Console,
    engine: Engine,
    dataset: Dataset,
    configured: Configured,
    seed: int,
    liked_from: float,
    origin: dict[str, Any],
) -> tuple[FittedModel, float, np.ndarray | None]:
    """A model, the seconds that its fit took, and what its epochs lost, as `own_losses` has it."""
    import time

    from recli.epochs import Epoch, heard
    from recli.evaluation.fold_outcome import own_losses

    if not engine.learns(configured.name):
        console.say(f"Learned here, from what was read by the engine: {configured.name}.")
    told: list[Epoch] = []
    started = time.perf_counter()
    with console.training(configured.label), heard(told.append):
        model = engine.train(dataset, configured, seed, liked_from, origin)
    return model, time.perf_counter() - started, own_losses(model.algorithm, told)


def _check_index(wanted: bool, configured: Configured) -> None:
    from recli.ranking import indexing

    if wanted:
        indexing.check(configured)


def _indexed(model: FittedModel, console: Console) -> FittedModel:
    """The model with an index, if that finds enough."""
    from recli.ranking.indexing import indexed

    model, recall = indexed(model)
    found = f"of exact lists of ten it finds {recall:.2%}"
    if model.index is None:
        console.say(f"No index is kept: {found}, and that is too few. Lists are made without.")
    else:
        n_users, depth = model.index.n_users, model.index.depth
        console.say(f"Index: {found} with {depth} candidates, by {n_users:,} users.")
    return model


def _say_how_long(console: Console, losses: np.ndarray | None) -> None:
    """How many epochs there were and what they came to, and whether more would have been better."""
    if losses is None:
        return
    from recli.evaluation.unfinished_training import is_unfinished
    from recli.records.training_curves import in_words

    console.say(f"Training: {in_words([losses])}.")
    if is_unfinished(losses):
        console.say("Note: the last epoch was the best. Allow more of them with '-p n_epochs=…'.")
