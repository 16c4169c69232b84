"""What is known of items, field by field, to filter them by and to count them by."""

from __future__ import annotations

from recli import errors
from recli.data.tables.fields import Known, of_items
from recli.models.model import FittedModel


def field(model: FittedModel, name: str) -> Known:
    """What is known of all items of the catalogue under a name: a feature, a column, or the title.

    Args:
        model: a fitted model
        name: the name

    Raises:
        DataError: when the model has no item table
        UsageError: for a name that it lacks
    """
    if model.items is None:
        raise errors.DataError(
            f"The dataset {model.dataset.get('name', '')} has no item table, so that nothing but ratings "
            "is known of items. Describe one in its dataset.toml ([items]), and train the model again."
        )
    return of_items(model.items, name)
