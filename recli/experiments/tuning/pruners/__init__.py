"""Who stops bad settings early, one a file."""

from recli.experiments.tuning.pruners._base import DEFAULT_PRUNER, Pruner, named, pruner

__all__ = ["DEFAULT_PRUNER", "Pruner", "named", "pruner"]
