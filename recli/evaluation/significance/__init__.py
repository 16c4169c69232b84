"""Whether algorithms differ by more than chance, from what the same users or folds say."""

from recli.evaluation.significance.comparisons import holm
from recli.evaluation.significance.influences import Influences
from recli.evaluation.significance.pairs import (
    FoldTest,
    PairedTest,
    corrected_resampled_t,
    paired,
)
from recli.evaluation.significance.ranks import AverageRanks, average_ranks

__all__ = [
    "AverageRanks",
    "FoldTest",
    "Influences",
    "PairedTest",
    "average_ranks",
    "corrected_resampled_t",
    "holm",
    "paired",
]
