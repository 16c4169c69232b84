"""Recommend items to a user, to some, or to all."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from recli.cli._options import common
from recli.cli._options.cold_user import ColdUser, cold_user_options
from recli.cli._options.engine import EngineChoice, engine_options
from recli.cli._options.lists import ListChoice, list_options
from recli.cli._options.model import ModelChoice, model_options
from recli.cli._options.reranking import tell
from recli.cli._options.target_users import TargetUsers, target_users_options
from recli.cli._output.answer import show_answer
from recli.cli._output.console import Console, count
from recli.cli._output.shown_number import ShownNumber

if TYPE_CHECKING:
    from recli.evaluation.metric_names import Purpose
    from recli.models.model import FittedModel
    from recli.ranking.list_options import ListOptions
    from recli.ranking.request import Request
    from recli.ranking.reranking_cost import RerankingCost
    from recli.ranking.rows import Rows
    from recli.ranking.writers._base import Target


@click.command(
    epilog="""
    \b
    Examples:
      recli recommend --user 42
      recli recommend --user 42 --explain
      recli recommend --rate "toy story=5" --rate 318=4.5
      recli recommend --user 42 --diversify 0.3 --calibrate genres=0.3
      recli recommend --user 42 -n 20 --model svd --output for-42.csv
      recli recommend --user 42 --where "genres contains 'Comedy' and year >= 1990"
      recli recommend --all-users --model svd --output recommendations.parquet
      recli recommend --users some.txt --max-per genres=3 --output sqlite:///shop.db
    """,
)
@target_users_options
@cold_user_options
@click.option(
    "-n", "n", type=click.IntRange(1), default=10, show_default=True, help="How many items."
)
@click.option(
    "--explain",
    is_flag=True,
    help="Say of each item why, and write it as a column; for a single user.",
)
@list_options
@model_options
@common.goal_option
@click.option(
    "-o",
    "--output",
    help="Where the lists are written: a file, by its suffix .csv, .tsv, .jsonl, .parquet, .db "
    "(SQLite), or the URL of a database, as SQLAlchemy has them; 'recli list writers' explains "
    "them. [default: CSV under results/recommendations]",
)
@click.option(
    "--exact",
    is_flag=True,
    help="Score all items, even if the model has an index by which a list may lack one in a hundred.",
)
@common.memory_limit_option
@engine_options
@common.results_option
@common.spreadsheet_option
@common.output_options()
def command(
    target_users: TargetUsers,
    cold_user: ColdUser,
    n: int,
    explain: bool,
    lists: ListChoice,
    choice: ModelChoice,
    goal: Purpose | None,
    output: str | None,
    exact: bool,
    memory_limit: int | None,
    engine: EngineChoice,
    results: Path,
    console: Console,
) -> None:
    """Recommend items to a user, to some, or to all.

    Lists are ranked by the model and written as a table with a row for each place: user, model, rank,
    item, title, score, rating (where the model predicts ratings), deviation (where it knows that), time
    and, with --explain, why. The list of a single user is printed too. A file is written whole or not
    at all; a table of a database in one transaction, after the rows that it has. The last line says how
    good the lists of the model are, as it was measured when it was trained.

    Without --model, one is trained on the dataset for this alone: a few algorithms that make lists are
    compared on a fifth of the ratings, and the best is taken. With --goal ratings it is content-based
    if items have features, else svd.

    Somebody whom the model does not know gets a list by --ratings, --rate or --like-item: they are
    folded in, which is no training. With --user these are ratings that have come since, and of two
    of an item the new one counts.

    A model may remember how its lists are to be made, as 'recli train --min-ratings 10' says; what is
    typed here goes before that, and 'none' or 0 takes it back.

    --diversify, --calibrate and --explore give other lists than the scores alone, in this order, and
    --max-per holds for what they give; what they cost in score and gain is said.

    With --engine spark the workers of Spark make the lists of many users by a stored model, whose folder
    each of them can read, and write them as a folder of Parquet files.
    """
    from datetime import UTC, datetime

    import numpy as np

    from recli.ranking.lists import recommend
    from recli.ranking.output import written
    from recli.ranking.request import request_of
    from recli.ranking.reranking_cost import RerankingCost
    from recli.ranking.row_tables import RowTables
    from recli.ranking.rows import Rows
    from recli.ranking.writers._base import Target
    from recli.records import default_files

    target_users.check(cold_user)
    _check_engine(engine, target_users.user is None and not cold_user.given, choice, output)
    _check(explain and target_users.user is None and not cold_user.given, goal, choice)
    # A wrong one is told before anything is computed.
    target = None if output is None or not engine.is_local else Target.of(output)
    _check_safe(target, engine, console)
    lists.options  # noqa: B018, a wrong one is told before anything is computed
    model, model_name = choice.load(results, console, goal, exact=exact)
    options = lists.of_model(model, console)
    whole = model
    if cold_user.given:
        model, code = cold_user.folded(model, target_users.user, console)
        users = np.array([code], np.int32)
        model_name = model.configured.name if cold_user.is_new else model_name
    else:
        users = target_users.codes(model, console)
    request = request_of(options, whole, users, n, seed=choice.seed, model=model)
    if not engine.is_local:
        _by_engine(engine, model, model_name, choice.folder(results), request, output, console)
        return
    if target is None:
        default = default_files.recommendations(results, model_name, target_users.name)
        target = Target.of(str(default))
    cost = RerankingCost(request.rerankers)
    made = recommend(model, request, memory_limit, _cores())
    made = cost.follow(made) if request.rerankers else made
    rows = (Rows.of(model, some, request.sort, explain) for some in made)
    safe = console.spreadsheet_safe and target.writer.opens_in_spreadsheets
    tables = RowTables(model, model_name, datetime.now(UTC), explain, safe)
    replaces = not target.writer.adds and Path(target.place).is_file()
    kept = written(rows, tables, target)
    if target_users.user is not None or cold_user.given:
        _one(kept, request, model_name, target_users.user, cost, console)
    else:
        _many(kept, request, model, model_name, cost, console)
    if request.rerankers:
        tell(cost, console)
    console.say(f"Written to {target}" + ", in place of what was there" * replaces)
    if not cold_user.is_new:
        _say_quality(whole, options, console)


def _one(
    kept: Iterable[Rows],
    request: Request,
    model_name: str,
    user: str | None,
    cost: RerankingCost,
    console: Console,
) -> None:
    """Take the rows of a single user, and show them."""
    from recli.ranking.answer import Answer

    [only] = kept
    show_answer(Answer(model_name, only, user is None, cost), user, request, console)


def _say_quality(model: FittedModel, options: ListOptions, console: Console) -> None:
    """How good the lists of a model are, as it was measured."""
    from recli.models import list_quality
    from recli.ranking.recommender import labelled, remembered

    typed = "" if options == remembered(model) else ", without the options of lists given here"
    console.say_all(list_quality.said(labelled(model) + typed, model.origin))


def _check(explains_many: bool, goal: Purpose | None, choice: ModelChoice) -> None:
    if explains_many:
        raise click.UsageError("'--explain' is for a single user: add '--user ID'.")
    if goal and choice.name is not None:
        raise click.UsageError(
            "--goal is for a model that is trained: leave out one of --model, --goal."
        )


def _check_safe(target: Target | None, engine: EngineChoice, console: Console) -> None:
    """Raise UsageError where `--spreadsheet-safe` would change nothing."""
    # By default a file of CSV is written.
    as_csv = engine.is_local and (target is None or target.writer.opens_in_spreadsheets)
    if console.spreadsheet_safe and not as_csv and console.format != "csv":
        raise click.UsageError(
            "--spreadsheet-safe is for lists as CSV or TSV: leave it out, or name such a file with "
            "'--output'."
        )


def _check_engine(
    engine: EngineChoice, for_many: bool, choice: ModelChoice, output: str | None
) -> None:
    if engine.is_local:
        return
    if not for_many:
        raise click.UsageError(
            f"--engine {engine.name} is for lists of many users: add '--all-users' or '--users FILE'."
        )
    if choice.name is None:
        raise click.UsageError(
            f"--engine {engine.name} recommends by a stored model: name it with '--model'."
        )
    if output is None or not output.endswith((".parquet", ".pq")):
        raise click.UsageError(
            f"--engine {engine.name} writes a folder of Parquet files: name it with '--output "
            "FOLDER.parquet'."
        )


def _by_engine(
    engine: EngineChoice,
    model: FittedModel,
    model_name: str,
    folder: Path,
    request: Request,
    output: str | None,
    console: Console,
) -> None:
    """Have an engine write the lists of many users, and say how many there are, of how many items."""
    import time

    from recli import urls

    assert output is not None
    started = time.perf_counter()
    found = engine.made().write_lists(model, model_name, folder, request, output)
    _tell_many(
        request,
        model,
        model_name,
        (found.places, found.items, found.short_lists),
        time.perf_counter() - started,
        None,
        console,
    )
    console.say(f"Written to {urls.shown(output)}")


def _cores() -> int:
    """How many cores this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)  # where the system has it
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def _many(
    chunks: Iterable[Rows],
    request: Request,
    model: FittedModel,
    model_name: str,
    cost: RerankingCost,
    console: Console,
) -> None:
    """Take the rows of many users, and say how many there are, of how many items."""
    import time

    import numpy as np

    started = time.perf_counter()
    n_users, n_items = len(request.users), model.trainset.n_catalogue
    n_places = n_short = 0
    recommended = np.zeros(n_items, bool)
    with console.progress("Recommending", n_users) as advance:
        for rows in chunks:
            n_places += len(rows)
            n_short += int(np.count_nonzero((rows.lists.items >= 0).sum(axis=1) < request.n))
            recommended[rows.items] = True
            advance(len(rows.lists.users))
    counted = n_places, int(np.count_nonzero(recommended)), n_short
    reranked = cost.document if request.rerankers else None
    _tell_many(
        request, model, model_name, counted, time.perf_counter() - started, reranked, console
    )


def _tell_many(
    request: Request,
    model: FittedModel,
    model_name: str,
    counted: tuple[int, int, int],
    seconds: float,
    reranked: Any,
    console: Console,
) -> None:
    """How many lists there are: places, different items, and users with short lists."""
    n_users, n_items = len(request.users), model.trainset.n_catalogue
    n_places, n_recommended, n_short = counted
    if n_short:
        console.say(
            f"{count(n_short, 'user')} of {n_users:,} got fewer than {count(request.n, 'item')}: that "
            "is all there is to recommend."
        )
    document: dict[str, Any] = {
        "model": model_name,
        "users": n_users,
        "places": n_places,
        "items": n_recommended,
        "catalogue": n_items,
        "short_lists": n_short,
        "seconds": seconds,
    }
    header = list(document)
    row = [*map(str, list(document.values())[:-1]), ShownNumber(document["seconds"], ".2f")]
    if reranked is not None:
        document["reranking"] = reranked

    def summary() -> None:
        console.line(
            f"{count(n_users, 'user')}, {count(n_places, 'place')}, by {model.configured.label}: "
            f"{document['items']:,} of {count(n_items, 'item')}, in {document['seconds']:.2f} s"
        )

    console.emit(document, header, [row], summary)
