"""Why an item has the score that it has."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Reason:
    """A part of a score.

    kind: "mean", "user bias", "item bias", "feature", "rated item", "neighbour", "member", …;
        "default" is what stands in where there is no prediction, "other" what no item carries
    what: name of the feature or the member, raw id of the item or the neighbour; else empty
    amount: how much of the score it makes
    rating: the rating that stands behind it, where there is one
    """

    kind: str
    what: str
    amount: float
    rating: float | None = None
