"""Who stops bad settings early, one a file."""

from recli.experiments.tuning.pruners._base import DEFAULT_PRUNER, Pruner, by_means, pruner

__all__ = ["DEFAULT_PRUNER", "Pruner", "by_means", "pruner"]
