"""Recommendation algorithms, one a file; each is a `surprise.AlgoBase`.

The classes can be had from here by name, each imported when it is asked for:

>>> from recli.algorithms import SVD, SlopeOne
>>> SVD(n_factors=20).n_factors
20
"""

from typing import Any

from recli import class_attributes
from recli.algorithms._base import Algorithm
from recli.algorithms._configured import Configured, declared
from recli.algorithms._ranking import Rankings, best, excluded, rank, scored

__all__ = ["Algorithm", "Configured", "Rankings", "best", "declared", "excluded", "rank", "scored"]


def __getattr__(name: str) -> Any:
    return class_attributes.class_called("algorithm", name, __name__)


def __dir__() -> list[str]:
    return [*globals(), *class_attributes.class_names("algorithm")]
