"""The characteristics of a dataset, as `recli data show` prints them."""

from __future__ import annotations

import dataclasses
import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from recli.cli._output.console import Console
from recli.cli._output.figures import date

if TYPE_CHECKING:
    from recli.data.checks.characteristics import Characteristics, Degrees
    from recli.data.ratings import Ratings

_QUANTILE_NAMES = ("least", "¼", "median", "¾", "most")
_DAY = 86_400


def document(found: Characteristics) -> dict[str, Any]:
    """The characteristics for JSON: what is no number is null, times are in ISO 8601.

    Args:
        found: the characteristics
    """
    fields = dataclasses.asdict(found)
    for key, value in fields.items():
        if isinstance(value, float) and math.isnan(value):
            fields[key] = None
    fields["times"] = None if found.times is None else [_moment(time) for time in found.times]
    return fields


def show(console: Console, found: Characteristics, ratings: Ratings) -> None:
    """The characteristics as text.

    Args:
        console: where it is printed
        found: the characteristics
        ratings: the ratings or interactions
    """
    noun = "interactions" if ratings.implicit else "ratings"
    lines = {
        "users": f"{found.users:,}",
        "items": _items(found, ratings, noun),
        noun: f"{found.interactions:,}, density {found.density:.3%}",
        "shape": f"{found.shape:.4g} users per item",
        "Gini index": f"{found.gini_users:.3f} of users, {found.gini_items:.3f} of items",
        "long tail": f"{found.long_tail:.1%} of the items: the least popular, with a fifth of the {noun}",
        "shared": _shared(found),
        "degree": f"{found.average_degree:.1f} on average, assortativity {_or_none(found.assortativity)}",
    }
    if found.times is not None:
        first, last = found.times
        lines["time"] = f"{date(first)} to {date(last)}, {(last - first) / _DAY:,.1f} days"
    width = max(map(len, lines))
    for key, value in lines.items():
        console.line(f"{key:{width}}  {value}")
    console.line()
    degrees = [
        _degrees(f"{noun} per user", found.user_degrees),
        _degrees(f"{noun} per item", found.item_degrees),
    ]
    console.table(["", "mean", *_QUANTILE_NAMES], degrees, right=("mean", *_QUANTILE_NAMES))
    console.line()
    cores = [
        [f"{core.k}-core", *(f"{n:,}" for n in (core.users, core.items, core.interactions))]
        for core in found.cores
    ]
    header = ["", "users", "items", noun]
    console.table(header, cores, right=header[1:])


def _items(found: Characteristics, ratings: Ratings, noun: str) -> str:
    unknown = len(ratings.item_ids) - found.items
    return f"{found.items:,}" + (f", and {unknown:,} without {noun}" if unknown else "")


def _shared(found: Characteristics) -> str:
    of_users, of_items = _or_none(found.shared_items), _or_none(found.shared_users)
    return f"two users have {of_users} items in common on average, two items {of_items} users"


def _degrees(name: str, degrees: Degrees) -> list[str]:
    return [name, f"{degrees.mean:,.1f}", *(f"{n:,.0f}" for n in degrees.quantiles)]


def _or_none(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.3g}"


def _moment(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"
