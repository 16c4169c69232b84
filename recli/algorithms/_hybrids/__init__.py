"""How a hybrid weighs its members: one method a file."""

from recli.algorithms._hybrids._weighting import Weighting
from recli.algorithms._hybrids.log_linear import LogLinear
from recli.algorithms._hybrids.reciprocal_rank import ReciprocalRank
from recli.algorithms._hybrids.stacked import Stacked
from recli.algorithms._hybrids.switching import Switching
from recli.algorithms._hybrids.weighted import Weighted

METHODS: dict[str, type[Weighting]] = {
    "stacked": Stacked,
    "weighted": Weighted,
    "switching": Switching,
    "reciprocal-rank": ReciprocalRank,
    "log-linear": LogLinear,
}

__all__ = ["METHODS", "Weighting"]
