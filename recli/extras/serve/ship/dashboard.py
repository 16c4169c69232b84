"""The dashboard for Grafana: what is asked, how fast it is answered, by which model, with what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

_SCHEMA = 39  # of Grafana 10 and newer, which read older ones too
_WIDTH = 24
_HEIGHT = 8
_SOURCE = {"type": "prometheus", "uid": "${source}"}
_RATE = "[$__rate_interval]"


@dataclass(frozen=True)
class Panel:
    """A plot over time.

    Attributes:
        title: what it is called, for people
        says: how to read it
        unit: as Grafana names units
        queries: the legend of each series and its expression, in PromQL
        now: only the last value, as a number
    """

    title: str
    says: str
    unit: str
    queries: Sequence[tuple[str, str]]
    now: bool = False


def _quantile(q: float, buckets: str, over: str = _RATE) -> str:
    return f"histogram_quantile({q:g}, sum by (le) (rate({buckets}{over})))"


_OF_LISTS = 'recli_request_seconds_bucket{route="/recommend"}'


ROWS: Sequence[tuple[str, Sequence[Panel]]] = (
    (
        "Requests",
        (
            Panel(
                "Requests",
                "Answers per second, by route.",
                "reqps",
                (("{{route}}", f"sum by (route) (rate(recli_requests_total{_RATE}))"),),
            ),
            Panel(
                "Errors",
                "Shares of the answers: refused is the caller's mistake (4xx), failed is ours (5xx).",
                "percentunit",
                tuple(
                    (
                        name,
                        f'(sum(rate(recli_requests_total{{status=~"{digit}.."}}{_RATE})) or vector(0))'
                        f" / sum(rate(recli_requests_total{_RATE}))",
                    )
                    for name, digit in (("refused", 4), ("failed", 5))
                ),
            ),
            Panel(
                "Time of a list",
                "How long /recommend takes: the median, and what one in 20 and one in 100 exceeds.",
                "s",
                tuple((f"{q:.0%}", _quantile(q, _OF_LISTS)) for q in (0.5, 0.95, 0.99)),
            ),
            Panel(
                "In flight",
                "Requests that are being answered at this moment.",
                "short",
                (("{{instance}}", "sum by (instance) (recli_requests_in_flight)"),),
            ),
        ),
    ),
    (
        "Model",
        (
            Panel(
                "Model",
                "Which model answers, and which version of it.",
                "short",
                (("{{model}} ({{algorithm}}, {{dataset}}) {{version}}", "recli_model_info"),),
                now=True,
            ),
            Panel(
                "Age",
                "Time since the model was trained, and since it was loaded.",
                "s",
                (
                    ("trained", "time() - min(recli_model_trained_timestamp_seconds)"),
                    ("loaded", "time() - min(recli_model_loaded_timestamp_seconds)"),
                ),
            ),
            Panel(
                "Reloads",
                "New models since the start: those that were taken, and those that were refused.",
                "short",
                (("{{result}}", "sum by (result) (recli_model_reloads_total)"),),
            ),
        ),
    ),
    (
        "Lists",
        (
            Panel(
                "For whom",
                "Lists per second: known users, folded in by their ratings, fallback for want of any, "
                "and unknown ids.",
                "short",
                (("{{kind}}", f"sum by (kind) (rate(recli_lists_total{_RATE}))"),),
            ),
            Panel(
                "Coverage",
                "Share of the catalogue that is in the last lists at least once.",
                "percentunit",
                (("{{instance}}", "recli_served_coverage_ratio"),),
            ),
            Panel(
                "Popularity",
                "How many ratings the recommended items have, in the mean. Rising: more and more of what "
                "everybody knows.",
                "short",
                (("{{instance}}", "recli_served_popularity_mean"),),
            ),
        ),
    ),
    (
        "Events",
        (
            Panel(
                "Events",
                "Accepted per second, by type, and those that had come before.",
                "short",
                (
                    ("{{type}}", f"sum by (type) (rate(recli_events_total{_RATE}))"),
                    ("duplicates", f"sum(rate(recli_events_duplicate_total{_RATE}))"),
                ),
            ),
            Panel(
                "Backlog",
                "Events that no model has learned from. Each refresh should take it down.",
                "short",
                (("{{instance}}", "recli_event_backlog"),),
            ),
            Panel(
                "From event to list",
                "How long events waited for a model in service that has learned them: the median, and "
                "what one in 20 exceeds.",
                "s",
                tuple(
                    (f"{q:.0%}", _quantile(q, "recli_event_to_list_seconds_bucket", "[1d]"))
                    for q in (0.5, 0.95)
                ),
            ),
            Panel(
                "Mean rating",
                "Of the events, and of what the model has learned from. Apart: drift.",
                "short",
                (
                    ("events", "avg(recli_event_rating_mean)"),
                    ("training", "avg(recli_training_rating_mean)"),
                ),
            ),
        ),
    ),
)


def dashboard() -> dict[str, Any]:
    """The dashboard as Grafana imports it."""
    panels: list[dict[str, Any]] = []
    y = 0
    for title, row in ROWS:
        place = {"h": 1, "w": _WIDTH, "x": 0, "y": y}
        panels.append(
            {
                "id": len(panels) + 1,
                "type": "row",
                "title": title,
                "collapsed": False,
                "gridPos": place,
                "panels": [],
            }
        )
        width = _WIDTH // len(row)
        for column, panel in enumerate(row):
            place = {"h": _HEIGHT, "w": width, "x": column * width, "y": y + 1}
            panels.append({"id": len(panels) + 1, "gridPos": place, **_panel(panel)})
        y += 1 + _HEIGHT
    return {
        "uid": "recli",
        "title": "recli",
        "description": "A recommender in service: requests, model, lists and events.",
        "tags": ["recli"],
        "schemaVersion": _SCHEMA,
        "editable": True,
        "graphTooltip": 1,  # the same moment is marked in all plots
        "time": {"from": "now-6h", "to": "now"},
        "refresh": "30s",
        "templating": {"list": [{"name": "source", "type": "datasource", "query": "prometheus"}]},
        "panels": panels,
    }


def _panel(panel: Panel) -> dict[str, Any]:
    targets = [
        {
            "refId": chr(ord("A") + n),
            "datasource": _SOURCE,
            "expr": expression,
            "legendFormat": legend,
            "instant": panel.now,
        }
        for n, (legend, expression) in enumerate(panel.queries)
    ]
    options: dict[str, Any] = {
        "legend": {"showLegend": True, "displayMode": "list", "placement": "bottom"}
    }
    if panel.now:
        options = {"textMode": "name", "reduceOptions": {"calcs": ["lastNotNull"]}}
    return {
        "type": "stat" if panel.now else "timeseries",
        "title": panel.title,
        "description": panel.says,
        "datasource": _SOURCE,
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
        "options": options,
        "targets": targets,
    }
