"""How a number of the item table is scaled."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from recli import errors
from recli.data.description import SCALINGS
from recli.data.preparation._base import Draft, Step
from recli.params import Choice, Text


@dataclass(frozen=True)
class Scale(Step):
    """Scale a number that items have as scikit-learn does, where algorithms learn from it.

    `standard` to mean 0 and deviation 1, as it is without this step; `min-max` to lie between 0 and 1;
    `robust` to have median 0 and the middle half 1 wide, for numbers with outliers. Over all items of
    the catalogue.

    Attributes:
        item: the column, or what is done with the ids, of items
        by: `user`, or `all` for all ratings together

    Raises:
        DataError: without an item table
        UsageError: for what is no such feature
    """

    parameters = (
        Text("item", None, "item feature of the kind number"),
        Choice("by", "standard", "how it is scaled", options=SCALINGS),
    )
    needed = ("item",)
    example = "scale:item=price,by=robust"

    item: str | None = None
    by: str = "standard"

    def apply(self, draft: Draft) -> tuple[Draft, str]:
        dataset, items = draft.dataset, draft.dataset.items
        if items is None:
            dataset.column("item", str(self.item))  # raises: there is no table
        assert items is not None
        numbers = [feature.name for feature in items.features if feature.kind == "number"]
        if self.item not in numbers:
            raise errors.unknown("item feature of the kind number", str(self.item), numbers)
        features = tuple(
            dataclasses.replace(feature, scaling=self.by) if feature.name == self.item else feature
            for feature in items.features
        )
        table = dataclasses.replace(items, features=features)
        return dataclasses.replace(draft, dataset=dataclasses.replace(dataset, items=table)), ""
