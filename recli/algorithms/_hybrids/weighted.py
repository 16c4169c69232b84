"""The same weights for every pair of user and item."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

import numpy as np
from scipy.optimize import nnls

from recli import errors
from recli.algorithms._hybrids._weighting import Weighting
from recli.algorithms._hybrids.members import Seen
from recli.algorithms._hybrids.scales import standardised
from recli.params import Text, Value

_LEARNED = "learned"


class Weighted(Weighting):
    """Weights that are not negative and sum to one: given, or those of the least squared error.

    Where a member only gives scores, which have no error, all count the same unless weights are
    given; the estimates of every member are then standardised within the user, and so is their sum.
    """

    parameters = (
        Text(
            "weights",
            _LEARNED,
            "a number for each member, separated by commas; learned: of least error",
            when=("method", ("weighted",)),
        ),
    )

    def __init__(self, values: Mapping[str, Value], predicts: Mapping[str, str]) -> None:
        super().__init__(values, predicts)
        self.given = _numbers(str(values["weights"]), tuple(predicts))
        if "scores" in predicts.values():
            self.scale = standardised
        elif self.given is None:
            self.n_columns = 2 * len(predicts)  # the estimates, and their errors

    def learn(self, seen: Callable[[], Seen]) -> np.ndarray:
        """float64[n_members], not negative, of sum one."""
        if self.given is not None:
            return self.given / self.given.sum()
        if self.scale is not None:
            return np.full(len(self.predicts), 1 / len(self.predicts))
        unknown = seen()
        return simplex_least_squares(unknown.deviations, unknown.targets)

    def weights(
        self, learned: np.ndarray, n_user: np.ndarray, n_item: np.ndarray
    ) -> Iterator[np.ndarray]:
        yield np.zeros(1)
        yield from learned[:, None]


def simplex_least_squares(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """argmin_w |y − x w|² over w ≥ 0 with Σ w = 1.

    With weights of sum one the error is E w, where column j of E is y − x_j. The w ≥ 0 that minimises
    |E w|² + (1 − Σ w)² points the same way: along a direction of squared error e² the best sum leaves
    e² / (1 + e²), which grows with e². So non-negative least squares (Lawson and Hanson 1974, chapter
    23) gives it, scaled.

    Args:
        x: float64[n, d].
        y: float64[n].

    Returns:
        float64[d].

    >>> simplex_least_squares(np.array([[0.0, 4.0], [4.0, 0.0]]), np.array([1.0, 3.0]))
    array([0.75, 0.25])
    """
    error = (y[:, None] - x) / np.sqrt(max(1, len(y)))
    system = np.vstack([error, np.ones(x.shape[1])])
    found, _ = nnls(system, np.append(np.zeros(len(y)), 1.0))
    weights: np.ndarray = found / found.sum()
    return weights


def _numbers(text: str, members: tuple[str, ...]) -> np.ndarray | None:
    """`text` as float64[n_members]; None if they are to be learned. Raises UsageError."""
    if errors.plain(text) == _LEARNED:
        return None
    parts = re.split(r"[\s,]+", text.strip())
    if len(parts) != len(members):
        raise errors.UsageError(
            f"Parameter weights={text} has {len(parts)} of the {len(members)} numbers that the "
            f"members {', '.join(members)} need, as in weights={_example(len(members))}."
        )
    try:
        numbers = np.array([float(part) for part in parts])
    except ValueError:
        raise _wrong(text, len(members)) from None
    if not (np.isfinite(numbers).all() and (numbers >= 0).all() and numbers.any()):
        raise _wrong(text, len(members))
    return numbers


def _wrong(text: str, n: int) -> errors.UsageError:
    return errors.UsageError(
        f"Parameter weights={text} is not valid: it takes {n} numbers ≥ 0, not all of them 0, as in "
        f"weights={_example(n)}, or '{_LEARNED}'. Only their proportion counts."
    )


def _example(n: int) -> str:
    return ",".join(map(str, range(n, 0, -1)))
