"""List, show, export and remove what 'recli tune' has left."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from recli.cli._options import common, parameter_types
from recli.cli._output import study_tables
from recli.cli._output.console import Console, count, local_time
from recli.cli._output.shown_number import ShownNumber
from recli.cli._output.stored import agreed, show_facts, show_list, tell_removed
from recli.records.kinds import STUDIES

if TYPE_CHECKING:
    from recli.records.stored_study import StoredStudy


@click.group(
    name="studies",
    epilog="""
    \b
    Examples:
      recli studies list
      recli studies show latest
      recli studies export latest --format csv
    """,
)
def command() -> None:
    """List, show, export and remove what 'recli tune' has left.

    A study is meant by its name, by how that begins, by its folder, or as 'latest'. Its trials also
    open in optuna-dashboard: optuna-dashboard sqlite:///results/studies/NAME/study.db
    """


@command.command(
    name="list",
    epilog="""
    \b
    Example:
      recli studies list
    """,
)
@common.results_option
@common.output_options()
def list_studies(results: Path, console: Console) -> None:
    """List all studies, the last written first."""
    from recli.records.stored_study import StoredStudy

    columns = {
        "study": lambda found: found["study"],
        "when": lambda found: local_time(found["started"]),
        "dataset": lambda found: found["dataset"],
        "algorithms": lambda found: ", ".join(found["algorithms"]),
        "trials": lambda found: str(found["trials"]),
        "best": lambda found: _best(found["best"]),
        "status": lambda found: found["status"],
        "seconds": lambda found: ShownNumber(found["seconds"], ".1f"),
    }
    show_list(STUDIES, results, console, lambda folder: _listed(StoredStudy.of(folder)), columns)


@command.command(
    epilog="""
    \b
    Examples:
      recli studies show latest
      recli studies show svd-rmse --format json
    """,
)
@click.argument("study", type=parameter_types.STUDY)
@common.results_option
@common.output_options()
def show(study: str, results: Path, console: Console) -> None:
    """Show the best trials of a study, and how the best did on the locked test."""
    from recli.records.stored_study import StoredStudy

    stored = StoredStudy.read(results, study)
    if console.format == "table":
        show_facts(console, _facts(stored), 9)
    study_tables.show(console, stored)


@command.command(
    epilog="""
    \b
    Examples:
      recli studies export latest > trials.csv
      recli studies export latest --format json
    """,
)
@click.argument("study", type=parameter_types.STUDY)
@common.results_option
@common.output_options("csv", "json", "markdown", default="csv")
def export(study: str, results: Path, console: Console) -> None:
    """Print every trial of a study: its end, values, folds and parameters."""
    from recli.params import shown
    from recli.records.stored_study import StoredStudy

    stored = StoredStudy.read(results, study)
    goals = [str(goal) for goal in stored.goals]
    names = list(dict.fromkeys(name for trial in stored.tried for name in trial.params))
    folds = [f"{goal}, fold {n + 1}" for n in range(stored.n_folds) for goal in goals]
    header = ["algorithm", "trial", "state", *goals, "seconds", "reason", *folds, *names]
    rows = []
    for trial in stored.tried:
        values = [repr(value) for value in trial.values or ()] or [""] * len(goals)
        measured = [repr(value) for fold in trial.folds for value in fold]
        measured += [""] * (len(folds) - len(measured))
        params = ["" if trial.params.get(n) is None else shown(trial.params[n]) for n in names]
        about = [
            trial.algorithm,
            str(trial.number),
            trial.state,
            *values,
            ShownNumber(trial.seconds, ".3f"),
        ]
        rows.append([*about, trial.reason, *measured, *params])
    console.emit(stored.document["trials"], header, rows)


@command.command(
    epilog="""
    \b
    Examples:
      recli studies rm svd-rmse-movielens-small-042db3
      recli studies rm latest --yes
    """,
)
@click.argument("studies", type=parameter_types.STUDY, nargs=-1, required=True)
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@common.results_option
@common.output_options("table", "json")
def rm(studies: tuple[str, ...], yes: bool, results: Path, console: Console) -> None:
    """Remove studies with their trials.

    Trials in a storage that others share stay there: 'recli tune --fresh' forgets those.
    """
    from recli import stored

    folders = agreed(STUDIES, results, studies, yes)
    stored.remove(folders)
    tell_removed(STUDIES, folders, console)


def _listed(study: StoredStudy) -> dict[str, Any]:
    best, document = study.best, study.document
    return {
        "study": study.id,
        "started": document["started"],
        "dataset": document["dataset"]["name"],
        "algorithms": study.algorithms,
        "trials": len(document["trials"]),
        "best": best
        and {
            "algorithm": best.algorithm,
            "metric": str(study.goals[0]),
            "value": (best.values or (None,))[0],
        },
        "status": study.status,
        "seconds": document["seconds"],
    }


def _facts(study: StoredStudy) -> dict[str, str]:
    from recli.ranking.list_options import ListOptions

    document = study.document
    dataset, configuration = document["dataset"], document["configuration"]
    locked, made = configuration["holdout"], configuration.get("lists")
    return {
        "study": study.id,
        "status": study.status,
        "started": f"{local_time(document['started'])}, {document['seconds']:.1f} s",
        "command": " ".join(document["command"]),
        "dataset": f"{dataset['name']}: {count(dataset['ratings'], 'rating')} "
        f"({dataset['fingerprint']})",
        "measured": f"{', '.join(document['metrics'])} on {configuration['split']}, seed "
        f"{configuration['seed']}" + (f"; {locked:.0%} locked away" if locked else ""),
        "search": f"{configuration['sampler']}, {configuration['pruner']}",
        **({"lists": str(ListOptions.of(made))} if made else {}),
        "storage": document["storage"],
    }


def _best(best: dict[str, Any] | None) -> str:
    if best is None or best["value"] is None:
        return ShownNumber(None)
    return f"{best['metric']} {best['value']:.4f} {best['algorithm']}"
