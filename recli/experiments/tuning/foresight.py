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
    is regressed on the lowest loss up to the same epoch (by which the model is kept), and the fit is
    ended where the better end of the interval of the prediction for one more fit is beyond the limit. A
    loss that tells nothing of the value, or is far off all that are known, has a wide interval, and
    ends nothing; so has one for which lower losses went with worse values.

    It looks after 1, 2, 4, 8, … epochs, as every look may be the wrong one.

    Source: Baker, Gupta, Raskar and Naik 2017, "Accelerating neural architecture search using
    performance prediction", there by support vectors on the whole curve; the interval is that of
    simple linear regression (Draper and Smith 1998, chapter 3).

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
        self._limit, self._level = self._sign * limit, level
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
        if found is not None and found[1] > self._limit:
            foreseen, best_case, limit = (self._sign * value for value in (*found, self._limit))
            raise errors.StoppedFitError(
                f"by its loss after {epoch.number} of {epoch.of} epochs the first fold would come to "
                f"{best_case:.4f} at best, and to go on it would have to reach {limit:.4f}",
                foreseen,
            )

    def _foreseen(self, epoch: int) -> tuple[float, float] | None:
        """The value that is expected after so many epochs, and the better end of its interval.

        Lower is better in both. None where the losses tell nothing.
        """
        n, y = len(self._values), self._values
        if n < _FEWEST:
            return None
        x = np.array([lowest[min(epoch, len(lowest)) - 1] for lowest in self._lowest])
        dx = x - x.mean()
        spread = float(dx @ dx)
        slope = float(dx @ y) / spread if spread > 0 else 0.0
        if slope <= 0:
            return None
        rest = y - y.mean() - slope * dx
        away = self._own - float(x.mean())
        error = math.sqrt(float(rest @ rest) / (n - 2) * (1 + 1 / n + away**2 / spread))
        foreseen = float(y.mean()) + slope * away
        return foreseen, foreseen - float(scipy.stats.t.isf(self._level, n - 2)) * error
