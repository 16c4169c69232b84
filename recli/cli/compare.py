"""Compare the algorithms of several runs."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from recli.cli._options import common, parameter_types
from recli.cli._output.console import Console
from recli.cli._output.shown_number import ShownNumber

if TYPE_CHECKING:
    from recli.evaluation.metric_names import Measure
    from recli.experiments.run_data import RunData
    from recli.experiments.verdicts import Verdict


@click.command(
    epilog="""
    \b
    Examples:
      recli compare 20261122-1645 20261122-1710
      recli compare latest 20261122-1645 --metric ndcg@10
      recli compare latest --metric ndcg@10 --difference 0.005
      recli compare --clicks
      recli compare ials ease --clicks --event purchase
    """,
)
@click.argument("runs", nargs=-1, metavar="RUN RUN…|MODEL…")
@click.option(
    "--metric",
    type=parameter_types.METRIC,
    help="The metric whose pairs are listed. [default: the first that all have]",
)
@click.option(
    "--difference",
    type=click.FloatRange(1e-9),
    help="Say how many users a test needs to find a difference this large in the metric, four times of "
    "five. A single run will do. [default: the differences found]",
)
@click.option(
    "--clicks",
    is_flag=True,
    help="Compare models that 'recli serve' served side by side, by what their users clicked: those of "
    "the last such split, or the models that are named in place of runs.",
)
@click.option(
    "--event",
    "events",
    multiple=True,
    metavar="TYPE",
    help="With --clicks, events that count, as purchase; may be repeated. [default: all but ratings]",
)
@common.results_option
@common.output_options()
def command(
    runs: tuple[str, ...],
    metric: str | None,
    difference: float | None,
    clicks: bool,
    events: tuple[str, ...],
    results: Path,
    console: Console,
) -> None:
    """Compare the algorithms of several runs.

    The runs must be over the same ratings, cut by the same split; where they are not, it says what
    differs. Runs of several seeds that have the same algorithms count as one with more folds. Every
    pair of algorithms is tested over users, with Holm's correction over the pairs of a metric. The
    column 'users needed' says how many users like these a test needs to find the difference, four times
    of five.

    With --clicks it is the models that were served side by side: how many clicks their users sent for
    each list that they were shown, with 95 % intervals and tests by user, and how small a difference
    so many users could show.
    """
    if clicks:
        for option, given in (("--metric", metric), ("--difference", difference)):
            if given:
                raise click.UsageError(
                    f"{option} is for runs: leave it out, or leave out --clicks."
                )
        from recli.cli._output.clicks import show

        show(runs, events, results, console)
        return
    if events:
        raise click.UsageError("--event is for --clicks: add that, or leave it out.")
    from recli import errors
    from recli.evaluation.metric_names import Measure
    from recli.experiments.merged_runs import together
    from recli.experiments.report import remarks
    from recli.experiments.run_data import RunData
    from recli.records import store
    from recli.records.stored_run import StoredRun

    stored = [StoredRun.read(results, name) for name in runs]
    if len({run.id for run in stored}) < (1 if difference else 2):
        raise errors.UsageError(
            "To compare takes two runs or more, with '--difference' one. 'recli runs list' has them. "
            "Models that were served side by side are compared with '--clicks'."
        )
    joint, reason = together([RunData.of(run) for run in stored])
    if joint is None:
        raise errors.UsageError(f"{reason} Evaluate again with the same data and split.")
    known = [str(measure) for measure in joint.measures]
    # Of a metric that one algorithm alone has there are no pairs.
    in_pairs = (name for name in known if joint.verdicts[name].over_folds)
    chosen = str(Measure.parse(metric)) if metric else next(in_pairs, known[0])
    if chosen not in known:
        raise errors.unknown("metric in all of these runs", chosen, known)
    header, rows = _table(joint)
    verdicts = {name: verdict.document() for name, verdict in joint.verdicts.items()}
    pairs = verdicts[chosen]["pairs"]
    for pair in pairs:
        pair["users_needed"] = _users_needed(joint.verdicts[chosen], pair, difference)
    document = {
        "runs": [run.id for run in stored],
        "means": {
            label: {name: store.or_none(mean) for name, mean in row.items()}
            for label, row in _means(joint).items()
        },
        "significance": verdicts,
    }

    def as_tables() -> None:
        console.line()
        console.table(header, rows, "Means over folds", right=header[1:])
        if pairs:
            pairs_header, pair_rows = _pairs(pairs, difference)
            console.line()
            console.table(pairs_header, pair_rows, f"Pairs in {chosen}", right=pairs_header[2:])
        console.line()
        leading = Measure.parse(metric) if metric else _leading(joint)
        console.say_all(remarks(leading, joint.verdicts, difference))

    console.emit(document, header, rows, as_tables)


def _leading(joint: RunData) -> Measure:
    """The measure that says what is best, the first that somebody has a value in."""
    from recli.evaluation.metric_names import leading

    return leading(joint.measures, lambda measure: any(map(math.isfinite, joint.means(measure))))


def _means(joint: RunData) -> dict[str, dict[str, float]]:
    """Mean over folds by algorithm and measure, the best by the leading measure first."""
    by_measure = {str(measure): joint.means(measure).tolist() for measure in joint.measures}
    first = _leading(joint)
    sign = -1 if first.greater_is_better else 1
    rows = [
        dict(zip(by_measure, row, strict=True)) for row in zip(*by_measure.values(), strict=True)
    ]
    order = sorted(
        range(len(rows)),
        key=lambda entry: (math.isnan(rows[entry][str(first)]), sign * rows[entry][str(first)]),
    )
    return {joint.labels[entry]: rows[entry] for entry in order}


def _table(joint: RunData) -> tuple[list[str], list[list[str]]]:
    from recli.experiments.report import mark

    header = ["algorithm", *map(str, joint.measures)]
    rows = [
        [
            label,
            *(
                ShownNumber(row[name], ".4f", mark(label, joint.verdicts.get(name)))
                for name in header[1:]
            ),
        ]
        for label, row in _means(joint).items()
    ]
    return header, rows


def _users_needed(verdict: Verdict, pair: dict[str, Any], wanted: float | None) -> int | None:
    """How many users it takes to find the wanted difference, or that of the pair; None if unknown."""
    difference = wanted or pair["difference"]
    if verdict.over_users is None or not difference:
        return None
    test = verdict.over_users[pair["a"], pair["b"]]
    return None if math.isnan(test.error) else test.users_needed(difference)


def _pairs(
    pairs: list[dict[str, Any]], difference: float | None
) -> tuple[list[str], list[list[str]]]:
    header = ["first", "second", "difference", "95 % interval", "p adjusted", "d", "users"]
    needed = "users needed" if difference is None else f"users for {difference:g}"
    rows = []
    for pair in pairs:
        interval = (pair.get("interval_low"), pair.get("interval_high"))
        known = None not in interval
        rows.append(
            [
                pair["a"],
                pair["b"],
                ShownNumber(pair["difference"], "+.4f"),
                f"{interval[0]:+.4f} … {interval[1]:+.4f}" if known else "–",
                ShownNumber(pair["p_adjusted"], ".2g"),
                ShownNumber(pair.get("d_z"), "+.2f"),
                ShownNumber(pair.get("users")),
                ShownNumber(pair["users_needed"], ",d"),
            ]
        )
    return [*header, needed], rows
