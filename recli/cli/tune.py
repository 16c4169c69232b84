"""`recli tune`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from recli.cli import _options, _types
from recli.cli._console import Console
from recli.cli._options import DatasetChoice

if TYPE_CHECKING:
    from recli.experiments.tuning import TuningRun

_SHOWN_TRIALS = 5


@click.command(
    epilog="""
    \b
    Examples:
      recli tune -a svd --trials 20
      recli tune -a knn-baseline --metric ndcg@10 --timeout 600
      recli tune -a svd -p n_factors=50          (held at 50, the others are tuned)
    """,
)
@click.option(
    "-a",
    "--algorithm",
    type=_types.ALGORITHM,
    required=True,
    help="An algorithm with declared ranges: see 'recli show algorithm NAME'.",
)
@_options.dataset_options
@_options.cv_option
@click.option(
    "--metric",
    type=_types.METRIC,
    default="rmse",
    show_default=True,
    help="What to improve: rmse, ndcg@10, …",
)
@click.option(
    "--trials", type=click.IntRange(1), default=30, show_default=True, help="Settings to try."
)
@click.option(
    "--timeout", type=click.FloatRange(0, min_open=True), help="Start no trial after these seconds."
)
@_options.threshold_option
@_options.params_option
@_options.seed_option
@_options.jobs_option
@_options.memory_limit_option
@_options.results_option
@_options.output_options()
def command(
    algorithm: str,
    data: DatasetChoice,
    cv: int,
    metric: str,
    trials: int,
    timeout: float | None,
    threshold: float | None,
    params: tuple[str, ...],
    seed: int,
    jobs: int,
    memory_limit: int | None,
    results: Path,
    console: Console,
) -> None:
    """Search for the best parameters with Optuna.

    The defaults are tried first, then what the tree-structured Parzen estimator (TPE) proposes; every
    setting is cross-validated on the same folds. The best is written as TOML, which
    'recli train --params' and 'recli evaluate --params' read.
    """
    from recli.cli.evaluate import command_line
    from recli.data.splits.k_fold import KFold
    from recli.evaluation.metric_names import Measure
    from recli.experiments.cross_validation import Protocol
    from recli.experiments.resources import Resources
    from recli.experiments.tuning import Budget, TuningRun
    from recli.params import assignments

    measure = Measure.parse(metric)
    fixed = assignments(params)
    dataset = data.load(console, results)
    liked = _options.liked_from(dataset, threshold)
    protocol = Protocol(KFold(cv, seed), (measure,), liked, seed)
    run = TuningRun(results, command_line(), dataset, algorithm, fixed, protocol)
    console.say(
        f"{run.start.name}: up to {trials} settings × {cv} folds for {measure}, seed {seed}"
    )
    with console.progress("Tuning", trials) as advance:
        run.run(Budget(trials, timeout), Resources(jobs, memory_limit), lambda trial: advance())
    _show(console, run)
    console.say(f"Written to {run.folder}: best.toml, study.json, study.db (Optuna)")
    console.say(f"Next: recli train --params {run.params_file}")


def _show(console: Console, run: TuningRun) -> None:
    from recli.params import short

    sign = -1.0 if run.measure.greater_is_better else 1.0
    ordered = sorted(run.finished, key=lambda trial: sign * (trial.value or 0.0))
    names = list(dict.fromkeys(name for trial in ordered for name in trial.params))
    header = ["trial", str(run.measure), *names]
    rows = [
        [
            str(trial.number),
            f"{trial.value:.4f}",
            *(short(trial.params[n]) if n in trial.params else "–" for n in names),
        ]
        for trial in ordered
    ]

    def table() -> None:
        first = next((trial for trial in run.finished if trial.number == 0), None)
        best = run.study.best_trial
        title = (
            f"The best {min(_SHOWN_TRIALS, len(rows))} of {len(rows)} trials (trial 0: defaults)"
        )
        console.line()
        console.table(header, rows[:_SHOWN_TRIALS], title, right=header)
        console.line()
        if first is not None and first.value is not None and best.value is not None:
            if best.number == 0:
                console.line(
                    f"No setting was better than the defaults: {run.measure} {first.value:.4f}."
                )
                return
            console.line(
                f"{run.measure} {first.value:.4f} with the defaults, {best.value:.4f} with the best. It "
                "was chosen for that number: on other data expect a little less."
            )

    console.emit(run.document(), header, rows, table)
