"""Every setting of a grid."""

from __future__ import annotations

from recli.experiments.tuning.samplers.random import Random


class Grid(Random):
    """Every setting of a grid over the ranges, in a random order."""

    is_grid = True
