"""Ways to split ratings into training and test, one a file."""

from recli.data.splits._base import Fold, Split

__all__ = ["Fold", "Split"]
