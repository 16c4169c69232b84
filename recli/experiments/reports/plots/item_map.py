"""The items as a model sees them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from recli.experiments.reports import _svg as svg
from recli.experiments.reports.plots._base import Figure, Plot
from recli.experiments.run_data import RunData

if TYPE_CHECKING:
    from recli.models.item_map import ItemMap

_TITLE = "Map of the items"
_SIDE, _EDGE, _ROW, _COLUMNS = svg.WIDTH, 8.0, 16.0, 3
_OTHERS = 5  # the colour of all categories but the five most frequent, and a quiet one
_DOT = 2.6


class MapOfItems(Plot):
    """The items as a model sees them.

    The most rated items, near where the model finds them alike.
    """

    position = 90

    def figures(self, data: RunData) -> list[Figure]:
        found = data.item_map
        if found is None:
            return [Figure(_TITLE, "needs a model with vectors: 'recli report RUN --model NAME'.")]
        reading = (
            f"The {len(found.names):,} items rated most, near where {found.label} finds them alike "
            f"({found.method} of their vectors; directions and distances far off mean nothing). Point at "
            "one for its title."
        )
        if found.categories is not None:
            reading += " Colours are first categories."
        return [Figure(_TITLE, reading, _drawn(found))]


def _drawn(found: ItemMap) -> str:
    across = svg.Axis.around(found.points[:, 0], _EDGE, _SIDE - _EDGE)
    up = svg.Axis.around(found.points[:, 1], _SIDE - _EDGE, _EDGE)
    categories = found.categories or [""] * len(found.names)
    shown = _frequent(categories)
    entries = {name: entry for entry, name in enumerate(shown)}
    of_entry: dict[int, list[str]] = {}
    for (x, y), name, category in zip(found.points, found.names, categories, strict=True):
        entry = entries.get(category, _OTHERS if shown else 0)
        tooltip = f"{name} ({category})" if category else name
        point = svg.group([svg.mark(entry, across(x), up(y), _DOT)], tooltip)
        of_entry.setdefault(entry, []).append(point)
    # Others first, so that they do not lie upon what has a colour.
    parts = [svg.group(of_entry[e], "", "series") for e in sorted(of_entry, reverse=True)]
    names = [*shown, "other"] if shown and _OTHERS in of_entry else shown
    parts += [_key(place, name) for place, name in enumerate(names)]
    return svg.svg(_SIDE + _ROW * -(-len(names) // _COLUMNS) + 4, _TITLE, parts)


def _frequent(categories: list[str]) -> list[str]:
    """The five most frequent categories, the most frequent first."""
    counts = Counter(filter(None, categories))
    return sorted(counts, key=lambda name: (-counts[name], name))[:_OTHERS]


def _key(place: int, name: str) -> str:
    width = _SIDE / _COLUMNS
    x, y = (place % _COLUMNS) * width + _EDGE, _SIDE + _ROW * (place // _COLUMNS) + 8
    entry = _OTHERS if place == _OTHERS else place
    said = svg.text(x + 10, y + 4, svg.shortened(name, width - 24), "name")
    return svg.group([svg.mark(entry, x, y, 4), said])
