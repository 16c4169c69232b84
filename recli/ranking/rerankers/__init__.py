"""Other lists than the scores alone give, one way a file."""

from recli.ranking.rerankers._base import Reranker
from recli.ranking.rerankers._greedy import Gains, Term

__all__ = ["Gains", "Reranker", "Term"]
