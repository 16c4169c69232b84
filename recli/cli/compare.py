"""`recli compare`."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import click

from recli.cli import _options, _types
from recli.cli._console import Console

if TYPE_CHECKING:
    from recli.experiments.joint import Joint


@click.command(
    epilog="""
    \b
    Examples:
      recli compare 20261122-1645 20261122-1710
      recli compare latest 20261122-1645 --metric ndcg@10
    """,
)
@click.argument("runs", nargs=-1, required=True, metavar="RUN RUN…")
@click.option(
    "--metric",
    type=_types.METRIC,
    help="The metric whose pairs are listed. [default: the first that all have]",
)
@_options.results_option
@_options.output_options()
def command(runs: tuple[str, ...], metric: str | None, results: Path, console: Console) -> None:
    """Compare the algorithms of several runs.

    The runs must be over the same ratings, cut into the same folds; where they are not, it says what
    differs. Every pair of algorithms is tested over users, with Holm's correction over all pairs.
    """
    from recli import errors
    from recli.evaluation.metric_names import Measure
    from recli.experiments.joint import join
    from recli.experiments.report import MARKS
    from recli.experiments.stored_run import StoredRun

    joint = join([StoredRun.read(results, name) for name in runs])
    known = [str(measure) for measure in joint.measures]
    chosen = str(Measure.parse(metric)) if metric else known[0]
    if chosen not in known:
        raise errors.unknown("metric in all of these runs", chosen, known)
    header, rows = _means(joint)
    document = {
        "runs": list(runs),
        "means": {
            label: {name: None if math.isnan(v) else v for name, v in row.items()}
            for label, row in joint.means().to_dict("index").items()
        },
        "significance": {name: verdict.document() for name, verdict in joint.verdicts.items()},
    }

    def as_tables() -> None:
        console.line()
        console.table(header, rows, "Means over folds", right=header[1:])
        pairs_header, pairs = _pairs(joint, chosen)
        console.line()
        console.table(pairs_header, pairs, f"Pairs in {chosen}", right=pairs_header[2:])
        console.line()
        console.say(MARKS)

    console.emit(document, header, rows, as_tables)


def _means(joint: Joint) -> tuple[list[str], list[list[str]]]:
    from recli.experiments.report import mark

    header = ["algorithm", *map(str, joint.measures)]
    first = joint.measures[0]
    means = joint.means().sort_values(str(first), ascending=not first.greater_is_better)
    rows = [
        [
            str(label),
            *(f"{row[name]:.4f}" + mark(str(label), joint.verdicts[name]) for name in header[1:]),
        ]
        for label, row in means.iterrows()
    ]
    return header, rows


def _pairs(joint: Joint, metric: str) -> tuple[list[str], list[list[str]]]:
    header = ["first", "second", "difference", "95 % interval", "p adjusted", "d", "users"]
    rows = []
    for pair in joint.verdicts[metric].document()["pairs"]:
        interval = (pair.get("interval_low"), pair.get("interval_high"))
        known = None not in interval
        rows.append(
            [
                pair["a"],
                pair["b"],
                _shown(pair.get("difference_over_users", pair["difference"]), "+.4f"),
                f"{interval[0]:+.4f} … {interval[1]:+.4f}" if known else "–",
                _shown(pair["p_adjusted"], ".2g"),
                _shown(pair.get("d_z"), "+.2f"),
                str(pair.get("users", "–")),
            ]
        )
    return header, rows


def _shown(value: float | None, form: str) -> str:
    return "–" if value is None else format(value, form)
