"""Splits that the contract has to refuse."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recli.data.splits import Fold, Split


@dataclass(frozen=True)
class Leaking(Split):
    """Learns from what it tests."""

    advice = "None."
    random = False
    seed: int = 0

    def _folds(self, dataset):
        rows = np.arange(len(dataset.ratings))
        yield Fold(rows, rows[:5])


@dataclass(frozen=True)
class Backwards(Split):
    """Says that it goes by time, and learns from what is later."""

    advice = "None."
    uses_time = True
    random = False
    seed: int = 0

    def _folds(self, dataset):
        times = dataset.ratings.times
        yield Fold.where(times < np.median(times))


@dataclass(frozen=True)
class Unseeded(Split):
    """Draws from numpy's global generator and leaves ratings out."""

    advice = "None."
    seed: int = 0

    def _folds(self, dataset):
        drawn = np.random.permutation(len(dataset.ratings))
        yield Fold(drawn[:100], drawn[100:200])
