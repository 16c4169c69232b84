"""A column of the item table as a feature."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from recli.data.description import Feature
from recli.data.preparation._base import Draft, Step
from recli.params import Choice, Text

_SEPARATORS = {"comma": ",", "semicolon": ";", "bar": "|", "slash": "/"}


@dataclass(frozen=True)
class Encode(Step):
    """Declare a column of the item table as a feature that algorithms learn from.

    As `[items.features]` of a dataset.toml does; a feature of that name gives way to it. Columns of
    the user table are features as they are.

    Attributes:
        item: the column, or what is done with the ids, of items
        kind: of which kind it is
        separator: what stands between the labels of a cell

    Raises:
        DataError: without an item table
        UsageError: for a column that it lacks
    """

    parameters = (
        Text("item", None, "column of the item table"),
        Choice(
            "kind",
            "categories",
            "what it is",
            options=("categories", "tags", "text", "number", "year"),
        ),
        Choice(
            "separator",
            "bar",
            "what stands between categories or tags",
            options=tuple(_SEPARATORS),
        ),
    )
    needed = ("item",)
    example = "encode:item=genres,kind=categories,separator=comma"

    item: str | None = None
    kind: str = "categories"
    separator: str = "bar"

    def apply(self, draft: Draft) -> tuple[Draft, str]:
        dataset, column = draft.dataset, str(self.item)
        items = dataset.items
        source = dataset.description.items
        if items is None or source is None or column != source.title:
            dataset.column("item", column)  # raises where there is no such
        assert items is not None
        columns = items.columns
        if items.titles is not None and column not in columns:
            columns = {**columns, column: items.titles}
        feature = Feature(column, self.kind, column, separator=_SEPARATORS[self.separator])
        others = (other for other in items.features if other.name != column)
        table = dataclasses.replace(items, columns=columns, features=(*others, feature))
        return dataclasses.replace(draft, dataset=dataclasses.replace(dataset, items=table)), ""
