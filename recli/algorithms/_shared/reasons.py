"""Why an item has the score that it has."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import surprise

from recli.algorithms._contract.catalogue import raw_item


@dataclass(frozen=True)
class Reason:
    """A part of a score.

    Attributes:
        kind: "mean", "user bias", "item bias", "feature", "rated item", "neighbour", "member", …;
            "default" is what stands in where there is no prediction, "other" what no item carries.
        what: Name of the feature or the member, raw id of the item or the neighbour; else empty.
        amount: How much of the score it makes.
        rating: The rating that stands behind it, where there is one.
    """

    kind: str
    what: str
    amount: float
    rating: float | None = None


def rated_items(
    trainset: surprise.Trainset, items: np.ndarray, amounts: np.ndarray, values: np.ndarray
) -> list[Reason]:
    """A reason for each rated item whose amount is not 0, the largest first.

    Args:
        trainset: The trainset of which the items are.
        items: int[n], inner ids.
        amounts: float64[n], how much of the score each makes.
        values: float64[n], the ratings.

    Returns:
        The reasons, of the kind "rated item".
    """
    order = np.argsort(-np.abs(amounts), kind="stable")
    return [
        Reason("rated item", raw_item(trainset, int(items[j])), float(amounts[j]), float(values[j]))
        for j in order
        if amounts[j]
    ]
