"""Recommendation algorithms, one a file; each is a `surprise.AlgoBase`."""

from recli.algorithms._base import Algorithm
from recli.algorithms._configured import Configured, declared
from recli.algorithms._ranking import Rankings, best, rank, scored

__all__ = ["Algorithm", "Configured", "Rankings", "best", "declared", "rank", "scored"]
