"""Reports for people."""

from __future__ import annotations

import math
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from recli.data.dataset import Dataset
from recli.evaluation.external.entry import External
from recli.evaluation.lint_checks import Finding
from recli.evaluation.metric_names import Measure
from recli.evaluation.protocol import Protocol
from recli.experiments.group_tables import breakdown, shown
from recli.experiments.verdicts import Verdict
from recli.ranking.list_options import ListOptions
from recli.ranking.recommender import lists_of
from recli.records.cells import Summary, best_first
from recli.records.failures import EntryFailure
from recli.records.training_curves import in_words

_TITLES = {
    "ratings": "Predicted ratings",
    "accuracy": "Ranked catalogue",
    "lists": "Beyond accuracy",
}


def tables_of(
    measures: Sequence[Measure],
    has_value: Callable[[Measure], bool] = lambda measure: True,
    sampled_negatives: int = 0,
) -> Iterator[tuple[str, list[Measure]]]:
    """Measures that stand in one table, of one aspect and one length of the lists, and its title.

    The aspect of the first measure comes first, and what is beyond accuracy last. A table without any
    value is left out where another has some.

    Args:
        measures: what is measured, the first orders
        has_value: whether any algorithm has a value of a measure
        sampled_negatives: how many items were sampled to rank what users like among; 0 for all

    >>> for title, group in tables_of([Measure.parse(text) for text in ("ndcg", "rmse", "map", "mae")]):
    ...     print(title, list(map(str, group)))
    Ranked catalogue, first 10 places ['ndcg@10', 'map@10']
    Predicted ratings ['rmse', 'mae']
    """
    keys = dict.fromkeys((measure.metric.aspect, measure.k) for measure in measures)
    aspects = dict.fromkeys(aspect for aspect, _ in keys)
    order = [*(aspect for aspect in aspects if aspect != "lists"), "lists"]
    titles = dict(_TITLES)
    if sampled_negatives:
        titles["accuracy"] = f"Ranked among {sampled_negatives:,} sampled items"
    any_value = any(map(has_value, measures))
    for aspect, k in sorted(keys, key=lambda key: (order.index(key[0]), key[1] or math.inf)):
        group = [m for m in measures if (m.metric.aspect, m.k) == (aspect, k)]
        if any_value and not any(map(has_value, group)):
            continue
        places = f", first {k} places" if k else ""
        yield f"{titles[aspect]}{places}", group


def tables_of_summaries(
    found: Sequence[Summary], protocol: Protocol
) -> Iterator[tuple[str, list[Measure]]]:
    """The same of what was found.

    Args:
        found: the line-up over its folds
        protocol: how it was compared
    """

    def has_value(measure: Measure) -> bool:
        return not all(math.isnan(summary.mean(measure)) for summary in found)

    return tables_of(protocol.measures, has_value, protocol.sampled_negatives)


def remarks(
    leading: Measure, verdicts: Mapping[str, Verdict], difference: float | None = None
) -> list[str]:
    """What the marks of a table say and what is corrected for what; what could have been seen.

    Nothing of one algorithm.

    Args:
        leading: the measure that orders
        verdicts: which algorithms differ, by measure
        difference: in the leading measure; it is said how many users it takes to find it. None is that
            of the best and the next, where it is too small to be found by so many
    """
    tested = [name for name, verdict in verdicts.items() if verdict.is_tested]
    # Of a metric that one algorithm alone has there are no pairs.
    first = str(leading) if str(leading) in tested else next(iter(tested), "")
    marks = [
        "* the best, = not distinguishable from it: the differences shown, tested at 5 % over users, of "
        "all lists together over folds, and corrected for the pairs of a metric (Holm)"
    ]
    if len(tested) > 1:
        marks.append(f"{first} decides: nothing is corrected for looking at the other metrics too")
    untested: dict[str, list[str]] = {}
    for name, verdict in verdicts.items():
        if verdict.untested:
            untested.setdefault(verdict.untested, []).append(name)
    return [
        *(marks if tested else []),
        *_seen(verdicts.get(first), difference),
        *(f"Not tested: {', '.join(names)}: {reason}" for reason, names in untested.items()),
    ]


def _seen(verdict: Verdict | None, wanted: float | None) -> Iterator[str]:
    """How the best and the next differ, and how large a difference the test sees, if there is one.

    Of a difference that it does not see, and of one that is wanted, how many users it takes.
    """
    pair = None if verdict is None else verdict.best_pair()
    if verdict is None or verdict.over_users is None or pair is None:
        return
    test, (first, second) = verdict.over_users[pair], pair
    if not test.difference:
        yield f"{first} and {second} are the same in {verdict.measure}: no user makes a difference"
    elif not test.error:
        yield (
            f"{first} and {second} differ in {verdict.measure} by {abs(test.difference):.4f}, and "
            "as much without any one user"
        )
    else:
        found = abs(test.difference)
        small = wanted or (found if found < test.detectable else None)
        size = f"{wanted:g}" if wanted else f"{found:.4f}"
        needed = f"; one of {size} needs {test.users_needed(small):,} users" if small else ""
        yield (
            f"{first} and {second} differ in {verdict.measure} by {found:.4f}; with {test.n:,} users one "
            f"of {test.detectable:.4f} would be found four times of five{needed}"
        )


def leaderboard(
    found: Sequence[Summary],
    measures: Sequence[Measure],
    verdicts: Mapping[str, Verdict] | None = None,
    fit: bool = True,
) -> tuple[list[str], list[list[str]]]:
    """Header and rows of the comparison: mean ± standard deviation over folds, and mean seconds.

    With `verdicts` the best value of a column is marked `*`, and those that are not distinguishable
    from it `=`. The seconds are those of fitting (unless not `fit`), and of predicting or ranking,
    whichever `measures` need.

    Args:
        found: the line-up over its folds, the best first
        measures: what is measured, the first orders
        verdicts: which algorithms differ, by measure
        fit: whether seconds of the fit are a column
    """
    times = {"fit s": [summary.fit_seconds for summary in found]} if fit else {}
    needed = {measure.metric.needs for measure in measures}
    if "predictions" in needed:
        times["test s"] = [summary.test_seconds for summary in found]
    if "rankings" in needed:
        times["rank s"] = [summary.rank_seconds for summary in found]
    header = ["algorithm", *map(str, measures), *times]
    rows = []
    for row, summary in enumerate(found):
        label = summary.label
        scores = [
            _mean_and_std(summary, measure) + mark(label, (verdicts or {}).get(str(measure)))
            for measure in measures
        ]
        seconds = [shown(column[row], 2) for column in times.values()]
        rows.append([label, *scores, *seconds])
    return header, rows


def exact_leaderboard(
    found: Sequence[Summary], measures: Sequence[Measure]
) -> tuple[list[str], list[list[str]]]:
    """Header and rows of the comparison for programs: all digits, an empty cell for none.

    A measure is followed by its standard deviation, as in `Evaluation.leaderboard`.

    Args:
        found: the line-up over its folds, the best first
        measures: what is measured, the first orders
    """
    times = ("fit_seconds", "test_seconds", "rank_seconds")
    header = ["algorithm", *(name for m in measures for name in (str(m), f"{m} std")), *times]
    rows = []
    for summary in found:
        values = [value for m in measures for value in (summary.mean(m), summary.std(m))]
        values += [getattr(summary, name) for name in times]
        rows.append([summary.label, *("" if math.isnan(v) else repr(v) for v in values)])
    return header, rows


def markdown_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table, its columns padded so that it reads well as text too.

    Args:
        header: names of the columns
        rows: the first rows, cut into cells
    """
    cells = [[cell.replace("|", "\\|") for cell in row] for row in (header, *rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]

    def line(row: Sequence[str]) -> str:
        return "| " + " | ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) + " |"

    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([line(cells[0]), rule, *map(line, cells[1:])])


def markdown_report(
    run: str,
    command: Sequence[str],
    dataset: Dataset,
    protocol: Protocol,
    leading: Measure,
    found: Sequence[Summary],
    verdicts: Mapping[str, Verdict],
    findings: Sequence[Finding],
    n_folds: int,
    n_cells: int,
    failures: Sequence[EntryFailure] = (),
) -> str:
    """The report.md of the evaluation called `run`, which has `n_cells` cells when it is complete.

    Args:
        run: the name of the run
        command: the command line
        dataset: the ratings, and what is known of items and users
        protocol: how the line-up is compared
        leading: the measure that says what is best
        found: the line-up over its folds, the best first
        verdicts: which algorithms differ, by measure
        findings: what gives reason to doubt the protocol
        n_folds: how many folds
        n_cells: how many cells
        failures: the algorithms that failed, which are not in `found`
    """
    n_finished = sum(len(summary.cells) for summary in found)
    expected = n_cells - n_folds * len(failures)
    missing = f"\n**Not complete**: {n_finished} of {expected} cells were finished.\n"
    tables = "\n\n".join(
        f"## {title}\n\n{_table(best_first(found, group[0]), group, verdicts, failures)}"
        for title, group in tables_of_summaries(found, protocol)
    )
    for by in protocol.by:
        table = markdown_table(*breakdown(found, by, leading))
        tables += f"\n\n## {leading} by {by}\n\n{table}"
    tables += _training(found)
    tables += "\n\n## Failed\n\n" * bool(failures) + "\n".join(f"- {each}" for each in failures)
    minded = "\n".join(f"- {finding.message}" for finding in findings) or "- Nothing was found."
    return f"""# Evaluation {run}
{missing if n_finished < expected else ""}
Dataset **{dataset.name}**: {dataset.ratings.n_users:,} users, {dataset.ratings.n_items:,} items,
{dataset.extent}
(fingerprint `{dataset.fingerprint}`).

{tables}

Mean ± standard deviation over folds (divided by their number, as in Surprise), a table ordered by its
first metric; times are seconds per fold. {_sentences(remarks(leading, verdicts))}

## Protocol

- Split `{protocol.split}`, seed {protocol.split.seed}, {n_folds} fold{"s" * (n_folds != 1)}; the same
  for every algorithm. Algorithms have the seed {protocol.seed}.
- {dataset.ratings.counts_as_liked(protocol.threshold).capitalize()}.
- Metrics of ranking are over the users with a liked item in the test, {_who_likes(found)}; candidates
  are all {len(dataset.ratings.item_ids):,} items of the dataset less those that the user has in the
  training{_other_lists(found)}{_sampled(protocol)}.{_files(found)}

## To mind

{minded}

## Again

```
{shlex.join(command)}
```
"""


def _training(found: Sequence[Summary]) -> str:
    """How long each algorithm was trained that tells of its epochs; nothing where none does."""
    curves = {
        summary.label: [
            np.array(cell.scores.losses) for cell in summary.cells if cell.scores.losses
        ]
        for summary in found
    }
    lines = [f"- {label}: {in_words(fits)}." for label, fits in curves.items() if fits]
    return "\n\n## Training\n\n" * bool(lines) + "\n".join(lines)


def _sentences(lines: Sequence[str]) -> str:
    return " ".join(f"{line}." for line in lines)


def _table(
    found: Sequence[Summary],
    measures: Sequence[Measure],
    verdicts: Mapping[str, Verdict],
    failures: Sequence[EntryFailure],
) -> str:
    header, rows = leaderboard(found, measures, verdicts)
    return markdown_table(header, [*rows, *failed_rows(failures, len(header))])


def failed_rows(failures: Sequence[EntryFailure], width: int) -> list[list[str]]:
    """The last rows of a comparison: the algorithms that failed, and nothing else.

    Args:
        failures: the algorithms that failed
        width: how many cells a row has
    """
    return [[each.label, "failed", *[""] * (width - 2)] for each in failures]


def _other_lists(found: Sequence[Summary]) -> str:
    """What is to be said of candidates where the lists of an entry are filtered or re-ranked."""
    others = any(lists_of(summary.configured) != ListOptions() for summary in found)
    return (
        ", by score, unless options after the name of an algorithm say otherwise" if others else ""
    )


def _sampled(protocol: Protocol) -> str:
    """What is to be said where candidates are sampled."""
    n = protocol.sampled_negatives
    return f"; of these only what the user likes in the test, and {n:,} sampled ones" if n else ""


def _files(found: Sequence[Summary]) -> str:
    """A line for each file of another program that was measured."""
    return "".join(
        f"\n- The {kind} of {summary.label} are those of `{about['file']}` (SHA-256 `{about['sha256']}`)."
        for summary in found
        if isinstance(summary.configured, External)
        for kind, about in summary.configured.about_files.items()
    )


def _who_likes(found: Sequence[Summary]) -> str:
    cells = [cell.scores for summary in found for cell in summary.cells]
    if not cells:
        return "of whom nothing is finished"
    liking, users = (
        sum(numbers) / len(cells)
        for numbers in ([cell.n_users_liking for cell in cells], [cell.n_users for cell in cells])
    )
    return f"{liking:,.0f} of {users:,.0f} a fold"


def _mean_and_std(summary: Summary, measure: Measure) -> str:
    mean, std = summary.mean(measure), summary.std(measure)
    if math.isnan(mean):
        return "–"
    return f"{mean:.4f}" if len(summary.cells) == 1 else f"{mean:.4f} ±{std:.4f}"


def mark(label: str, verdict: Verdict | None) -> str:
    """What follows a value in a table: `*` for the best, `=` for what is not distinguishable from it.

    Args:
        label: how it is shown
        verdict: which algorithms differ; None where that was not tested
    """
    if verdict is None:
        return ""
    if not verdict.is_tested or label not in verdict.alike:
        return "  "
    return " *" if label == verdict.alike[0] else " ="
