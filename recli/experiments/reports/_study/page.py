"""The page of a study: how the search went, what it found, and how that holds."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from html import escape

from recli.experiments.reports._page import definitions, drawn, page
from recli.experiments.reports._study import history, importance, parallel, pareto, slices
from recli.experiments.reports._study.words import said
from recli.experiments.stored_study import StoredStudy
from recli.params import short

_PLOTS = (pareto, history, importance, parallel, slices)
_SHOWN = 50


def study_page(study: StoredStudy) -> str:
    """A page in one file that needs no network."""
    title = f"Study {study.id}"
    body = f"<header><h1>{escape(title)}</h1></header><section>{''.join(_section(study))}</section>"
    return page(title, body)


def _section(study: StoredStudy) -> Iterator[str]:
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
    told = {k.replace("_", " "): v for k, v in document["configuration"].items() if k != "space"}
    yield f"<h3>Configuration</h3>{definitions(told)}"
    yield f"<h3>Space</h3>{definitions(document['configuration']['space'])}"
    yield f"<h3>Environment</h3>{definitions(document['environment'])}"
    command = shlex.join(document["command"])
    yield f'<h3>How to go on</h3><pre tabindex="0"><code>{escape(command)}</code></pre>'


def _table(study: StoredStudy) -> str:
    goals = list(map(str, study.goals))
    heads = ["trial", *goals, "seconds", "parameters"]
    rows = []
    for trial in (study.front or study.finished())[:_SHOWN]:
        setting = ", ".join(f"{name}={short(value)}" for name, value in trial.varied.items())
        cells = [f"{value:.4f}" for value in trial.values or ()]
        cells += [f"{trial.seconds:.2f}", setting]
        inside = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
        rows.append(
            f'<tr><th scope="row">{escape(f"{trial.algorithm} {trial.number}")}</th>{inside}</tr>'
        )
    caption = "The Pareto front" if study.front else "Settings, the best first; trial 0: defaults"
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in heads)
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{caption}"><table>'
        f"<caption>{caption}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )
