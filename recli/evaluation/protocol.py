"""How a line-up is compared."""

from __future__ import annotations

from dataclasses import dataclass

from recli.data.splits._base import Split
from recli.evaluation.metric_names import Measure


@dataclass(frozen=True)
class Protocol:
    """How a line-up is compared: what is the same for all of it.

    Attributes:
        split: how the ratings are split
        measures: what is measured, the first orders
        threshold: the rating from which on an item is liked
        seed: what is drawn at random is drawn by it
        by: what the metrics are broken down by, as in `activity`, `user:occupation`
        sampled_negatives: how many items are sampled for each user to rank what they like among; 0 for
            the whole catalogue
    """

    split: Split
    measures: tuple[Measure, ...]
    threshold: float
    seed: int
    by: tuple[str, ...] = ()
    sampled_negatives: int = 0
