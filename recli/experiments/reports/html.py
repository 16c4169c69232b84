"""HTML: one file, opened without a network."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

from recli import registry
from recli.experiments.merged_runs import together
from recli.experiments.reports import _words
from recli.experiments.reports._base import Report
from recli.experiments.reports._leaderboard import (
    Leaderboard,
    Row,
    Score,
    leaderboards,
    shown_seconds,
)
from recli.experiments.reports._page import definitions, drawn, page
from recli.experiments.run_data import RunData

_WIDTH = 12


class HTML(Report):
    """A page with leaderboards that sort, plots, the lint, the configuration and the command."""

    suffix = ".html"

    def __call__(self, runs: Sequence[RunData]) -> str:
        several = len(runs) > 1
        title = "Runs compared" if several else f"Evaluation {runs[0].id}"
        body = [f"<header><h1>{escape(title)}</h1></header>"]
        if several:
            body.append(_contents(runs))
            common, reason = together(runs)
            inside = (
                "".join([_said(common), *_boards(common)])
                if common
                else f"<p>No common leaderboard: {escape(reason)}</p>"
            )
            body.append(f"<section><h2>All runs</h2>{inside}</section>")
        for number, data in enumerate(runs):
            heading = f'<h2 id="run-{number}">{escape(data.id)}</h2>' if several else ""
            body.append(f"<section>{heading}{''.join(_section(data))}</section>")
        return page(title, "\n".join(body))


def _contents(runs: Sequence[RunData]) -> str:
    links = (
        f'<li><a href="#run-{number}">{escape(data.id)}</a></li>'
        for number, data in enumerate(runs)
    )
    return f"<nav><ul>{''.join(links)}</ul></nav>"


def _section(data: RunData) -> Iterator[str]:
    yield _said(data)
    yield from _boards(data)
    yield from _plots(data)
    yield _lint(data)
    yield f"<h3>Configuration</h3>{definitions(_configuration(data))}"
    yield f"<h3>Parameters</h3>{definitions(_parameters(data))}"
    yield f"<h3>Environment</h3>{definitions(data.document['environment'])}"
    yield _again(data)


def _said(data: RunData) -> str:
    return f'<p class="summary">{escape(" ".join(_words.summary(data)))}</p>'


def _boards(data: RunData) -> Iterator[str]:
    yield f'<div class="boards">{"".join(map(_table, leaderboards(data, _WIDTH)))}</div>'
    yield f'<p class="note">{escape(_words.LEGEND)} A click on a heading sorts.</p>'


def _table(board: Leaderboard) -> str:
    directions = ["descending" if m.greater_is_better else "ascending" for m in board.measures]
    times = [f"{what} s" for what in board.rows[0].seconds]
    columns = [
        ("algorithm", "ascending"),
        *zip(map(str, board.measures), directions, strict=True),
        *((time, "ascending") for time in times),
    ]
    heads = "".join(
        f'<th scope="col" data-first="{first}"'
        f"{f' aria-sort={first}' if place == 1 else ''}>"
        f'<button type="button">{escape(name)}</button></th>'
        for place, (name, first) in enumerate(columns)
    )
    rows = "".join(map(_row, board.rows))
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{escape(board.title)}">'
        f"<table><caption>{escape(board.title)}</caption>"
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _row(row: Row) -> str:
    scores = "".join(map(_cell, row.scores))
    seconds = "".join(map(_seconds, row.seconds.values()))
    return f'<tr><th scope="row">{escape(row.label)}</th>{scores}{seconds}</tr>'


def _cell(score: Score) -> str:
    shown = {1: f"<strong>{score}</strong>", 2: f"<u>{score}</u>"}.get(score.place or 0, str(score))
    like = ' <abbr title="not distinguishable from the best">≈</abbr>'
    spread = f" <small>{score.spread}</small>" if score.spread else ""
    return f'<td data-value="{score.mean!r}">{shown}{like if score.alike else ""}{spread}</td>'


def _seconds(value: float) -> str:
    return f'<td data-value="{value!r}">{shown_seconds(value)}</td>'


def _plots(data: RunData) -> Iterator[str]:
    figures = [figure for _, plot in registry.in_order("plot") for figure in plot().figures(data)]
    yield f"<h3>Plots</h3>{drawn(figures)}"


def _lint(data: RunData) -> str:
    items = "".join(
        f"<li><strong>{escape(found['code'])}</strong> {escape(found['message'])}</li>"
        for found in data.warnings
    )
    said = f"<ul>{items}</ul>" if items else "<p>Nothing to object to.</p>"
    return f"<h3>What to mind about this protocol</h3>{said}"


def _configuration(data: RunData) -> dict[str, Any]:
    dataset = {f"dataset {key}": value for key, value in data.dataset.items()}
    settings = {k.replace("_", " "): v for k, v in data.configuration.items() if k != "line_up"}
    return {**dataset, **settings}


def _parameters(data: RunData) -> dict[str, Any]:
    """By label, the parameters that are set."""
    line_up = data.configuration["line_up"]
    return {
        label: {name: value for name, value in _set(entry).items() if value is not None} or None
        for label, entry in zip(data.labels, line_up, strict=True)
    }


def _set(entry: dict[str, Any]) -> dict[str, Any]:
    """Parameters and options of lists of an entry of a line-up; of another program, its files."""
    lists = {f"lists: {k}": v for k, v in entry.get("lists", {}).items()}
    return {**entry["params"], **lists, **entry.get("external", {})}


def _again(data: RunData) -> str:
    environment = data.document["environment"]
    version, packages = environment["recli"], environment.get("packages", {})
    pinned = " ".join(f"{name}=={version}" for name, version in packages.items())
    commands = f"pip install {pinned}\n{_words.command(data)}\nrecli reproduce {data.id}"
    return (
        "<h3>How to reproduce</h3>"
        f"<p>With recli {escape(version)} and the same packages, the command gives the same numbers; "
        "<code>recli reproduce</code> runs it again and compares. The data must have the fingerprint "
        f"<code>{escape(data.dataset['fingerprint'])}</code>.</p>"
        f'<pre tabindex="0"><code>{escape(commands)}</code></pre>'
    )
