"""Whether algorithms differ by more than chance, from values of the same users or folds."""

from recli.evaluation.significance.comparisons import Comparisons, compare_all, holm
from recli.evaluation.significance.pairs import (
    FoldTest,
    PairedTest,
    corrected_resampled_t,
    paired,
)
from recli.evaluation.significance.ranks import AverageRanks, average_ranks

__all__ = [
    "AverageRanks",
    "Comparisons",
    "FoldTest",
    "PairedTest",
    "average_ranks",
    "compare_all",
    "corrected_resampled_t",
    "holm",
    "paired",
]
