"""The page of a study: how the search went, what it found, and how that holds."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from html import escape
from typing import Any

from recli import params
from recli.experiments.reports._page import definitions, drawn, page
from recli.experiments.reports._study import history, importance, parallel, pareto, slices
from recli.experiments.reports._study.words import ended, said, setting
from recli.records.stored_study import StoredStudy

_PLOTS = (pareto, history, importance, parallel, slices)
_SHOWN = 50


def study_page(study: StoredStudy) -> str:
    """A page in one file that needs no network.

    Args:
        study: the study as it is stored
    """
    title = f"Study {study.id}"
    body = f"<header><h1>{escape(title)}</h1></header><section>{''.join(_section(study))}</section>"
    return page(title, body)


def _section(study: StoredStudy) -> Iterator[str]:
    parts = [f"Trials: {len(study.tried)}", *ended(study)]
    yield f'<p class="summary">{escape(", ".join(parts))}.</p>'
    for text in said(study):
        yield f'<p class="summary">{escape(text)}</p>'
    yield _table(study)
    if study.finished():
        figures = [figure for plot in _PLOTS for figure in plot.figures(study)]
        yield f"<h3>Plots</h3>{drawn(figures)}"
    failed = [trial for trial in study.tried if trial.state == "failed"]
    if failed:
        items = "".join(
            f"<li>{escape(f'{t.algorithm}, trial {t.number}: {t.reason}')}</li>" for t in failed
        )
        yield f"<h3>Trials that failed</h3><ul>{items}</ul>"
    document = study.document
    yield f"<h3>Dataset</h3>{definitions(document['dataset'])}"
    configuration = dict(document["configuration"])
    ranges = {
        name: "; ".join(f"{key} {_range(about)}" for key, about in of_one.items()) or "as it is"
        for name, of_one in configuration.pop("space").items()
    }
    configuration["fixed"] = {k: v for k, v in configuration["fixed"].items() if v} or None
    told = {key.replace("_", " "): value for key, value in configuration.items()}
    yield f"<h3>Configuration</h3>{definitions(told)}"
    yield f"<h3>Space</h3>{definitions(ranges)}"
    yield f"<h3>Environment</h3>{definitions(document['environment'])}"
    command = shlex.join(document["command"])
    yield f'<h3>How to go on</h3><pre tabindex="0"><code>{escape(command)}</code></pre>'


def _table(study: StoredStudy) -> str:
    goals = list(map(str, study.goals))
    heads = ["trial", *goals, "seconds"]
    rows = []
    for trial in (study.front or study.finished())[:_SHOWN]:
        cells = [f"{value:.4f}" for value in trial.values or ()]
        cells.append(f"{trial.seconds:.2f}")
        inside = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
        inside += f'<td class="words">{escape(setting(trial))}</td>'
        rows.append(
            f'<tr><th scope="row">{escape(f"{trial.algorithm} {trial.number}")}</th>{inside}</tr>'
        )
    caption = "The Pareto front" if study.front else "Settings, the best first; trial 0: defaults"
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in heads)
    head += '<th scope="col" class="words">parameters</th>'
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{caption}"><table>'
        f"<caption>{caption}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _range(about: dict[str, Any] | list[Any]) -> str:
    """A range or a choice of the space, as people write it."""
    if isinstance(about, list):
        return "one of " + ", ".join(params.shown(value) for value in about)
    scale = ", logarithmic" if about["log"] else ""
    return f"{about['low']:g} to {about['high']:g}{scale}"
