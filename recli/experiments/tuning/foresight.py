"""What a fold will come to, by what the epochs of its fit have lost so far."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import scipy.stats

from recli import errors
from recli.epochs import Epoch

_FEWEST = 6
"""Fits that are to be known: with fewer the interval of a prediction is wider than all of them."""


class Foresight:
    """Ends a fit once its fold will hardly come to a value with which the trial would go on.

    What epochs lose and what folds are measured by are no like scales, and the losses of two settings
    need not be: a penalty is part of some. So nothing is concluded from a loss but by way of the values
    that the same loss has led to: of fits of other settings on the same fold both are known. The value
    is regressed on the lowest loss up to the same epoch (by which the model is kept), both by their
    ranks, as losses of unlike settings lie far apart. The fit is ended where the better end of the
    interval of the prediction for one more fit is beyond the limit. A loss that tells nothing of the
    value has a wide interval, and ends nothing; nor does one where lower losses went with worse values.

    It looks after 1, 2, 4, 8, … epochs, as every look may be the wrong one.

    Source: Baker, Gupta, Raskar and Naik 2017, "Accelerating neural architecture search using
    performance prediction", there by support vectors on the whole curve; regression of ranks by Conover
    and Iman 1981, "Rank transformations as a bridge between parametric and nonparametric statistics";
    the interval is that of simple linear regression (Draper and Smith 1998, chapter 3).

    Args:
        losses: of each earlier fit on this fold, what was lost after each epoch on what was held out
        values: float64[n_fits], what the fold came to
        limit: a value on this fold from which on the trial does not go on
        greater_is_better: whether larger values are better
        level: chance of ending a fit whose value is at the limit, at each look
    """

    def __init__(
        self,
        losses: Sequence[Sequence[float]],
        values: Sequence[float],
        limit: float,
        greater_is_better: bool,
        level: float = 0.05,
    ) -> None:
        self._lowest = [np.minimum.accumulate(fit) for fit in losses]
        self._sign = -1.0 if greater_is_better else 1.0
        self._values = self._sign * np.array(values, np.float64)
        self._limit, self._level = limit, level
        # Between the ranks of those that would go on and those that would not.
        self._limit_rank = float(np.count_nonzero(self._values <= self._sign * limit)) + 0.5
        self._own = math.inf

    def __call__(self, epoch: Epoch) -> None:
        """Take down an epoch.

        Args:
            epoch: of the fit that is judged

        Raises:
            StoppedFitError: where the fit is to end
        """
        self._own = float(np.fmin(self._own, epoch.held_out))
        if epoch.number.bit_count() > 1 or epoch.number >= epoch.of or math.isinf(self._own):
            return
        found = self._foreseen(epoch.number)
        if found is not None and found[1] > self._limit_rank:
            foreseen, best_case = map(self._value_at, found)
            raise errors.StoppedFitError(
                f"by its loss after {epoch.number} of {epoch.of} epochs the first fold would come to "
                f"{best_case:.4f} at best, and to go on it would have to reach {self._limit:.4f}",
                foreseen,
            )

    def _foreseen(self, epoch: int) -> tuple[float, float] | None:
        """The rank that is expected after so many epochs, and the better end of its interval.

        The best has rank 1. None where the losses tell nothing.
        """
        n = len(self._values)
        if n < _FEWEST:
            return None
        lost = [lowest[min(epoch, len(lowest)) - 1] for lowest in self._lowest]
        *known, own = scipy.stats.rankdata([*lost, self._own])
        x, y = np.array(known), scipy.stats.rankdata(self._values)
        dx = x - x.mean()
        spread = float(dx @ dx)
        slope = float(dx @ y) / spread if spread > 0 else 0.0
        if slope <= 0:
            return None
        rest = y - y.mean() - slope * dx
        away = float(own - x.mean())
        error = math.sqrt(float(rest @ rest) / (n - 2) * (1 + 1 / n + away**2 / spread))
        foreseen = float(y.mean()) + slope * away
        return foreseen, foreseen - float(scipy.stats.t.isf(self._level, n - 2)) * error

    def _value_at(self, rank: float) -> float:
        """The value of a rank, between those of the ranks beside it, and none beyond what is known."""
        ordered = np.sort(self._values)
        return self._sign * float(np.interp(rank, np.arange(1, len(ordered) + 1), ordered))
