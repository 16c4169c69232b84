"""What describes items, by a look at their table: the title, and which columns are features."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from dataclasses import dataclass

from recli import errors
from recli.data.columns.number import is_gap
from recli.data.columns.values import Column
from recli.data.description import Feature, ItemsSource
from recli.data.ids import Ids
from recli.data.tables import features, reading
from recli.data.tables.items import parts, separator
from recli.data.tables.reading import DescribedTable

_TITLE_NAMES = ("title", "name", "label")


@dataclass(frozen=True)
class GuessedItems:
    """The source of an item table with all that it left open.

    Attributes:
        source: where the item table is, and how it is read
        numbering: columns that number the rows, and are left out
        silent: columns that tell no two items apart, and are no features
    """

    source: ItemsSource
    numbering: tuple[str, ...]
    silent: tuple[str, ...]


def guess_items(described: DescribedTable, source: ItemsSource, catalogue: Ids) -> GuessedItems:
    """The title is in a column called title or name; columns are features by what they hold.

    Args:
        described: the table as it was read
        source: how it was read; a title and features that it names stay
        catalogue: the items to be told apart
    """
    named = enumerate(described.text.columns.items(), start=1)
    columns = [Column(name, place, texts) for place, (name, texts) in named]
    numbering = [c.name for c in columns if c.unnamed and c.are_row_numbers]
    others = [c.name for c in columns if c.name not in (described.id, *numbering)]
    titles = (name for name in others if name.strip().lower() in _TITLE_NAMES)
    title = source.title or next(titles, None)
    found = [_feature(n, described.text.columns[n].to_pylist()) for n in others if n != title]
    kept = tuple(one for one in found if _tells_apart(one, described, catalogue))
    read = {each.name: getattr(source, each.name) for each in dataclasses.fields(ItemsSource)}
    return GuessedItems(
        ItemsSource(**{**read, "id": described.id, "title": title, "features": kept}),
        tuple(name for name in numbering if name != described.id),
        tuple(one.name for one in found if one not in kept),
    )


def _tells_apart(feature: Feature, described: DescribedTable, catalogue: Ids) -> bool:
    """Whether items can be learned about by a feature: not where all are alike, or it has no word."""
    items = reading.items(described, ItemsSource(features=(feature,)), catalogue)
    try:
        features.matrix(items)
    except errors.DataError:
        return False
    return True


def _feature(name: str, values: Sequence[str]) -> Feature:
    """The feature that fits a column's name and values: year, number, tags, categories, text."""
    filled = [value for value in values if value.strip()]
    known = [value for value in filled if not is_gap(value)]
    if known and all(_is_number(value) for value in known):
        return Feature(name, "year" if "year" in name.lower() else "number", name)
    cut = Feature(name, "categories", name, separator=separator(filled))
    found = {part for value in filled for part in parts(value, cut)}
    if found and all(re.fullmatch(r".+:\s*\d+", part) for part in found):
        return dataclasses.replace(cut, kind="tags")
    if len(found) < max(2, len(filled) // 2):
        return cut
    return Feature(name, "text", name)


def _is_number(text: str) -> bool:
    return bool(re.fullmatch(r"\s*[-+]?\d+(\.\d+)?\s*", text))
