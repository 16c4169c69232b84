"""Predictions and ranked lists that are few or odd, for the contract tests of metrics."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from recli.evaluation.by_hand import lists_by_hand
from recli.evaluation.lists import EvaluatedLists
from recli.evaluation.predictions import Predictions


def _predicted(
    truth: Sequence[float], estimate: Sequence[float], impossible: bool = False
) -> Callable[[], Predictions]:
    """Of two users in turn."""
    users = np.arange(len(truth)) % 2
    none = np.full(len(truth), impossible)
    return lambda: Predictions(np.array(truth), np.array(estimate), users, none)


_TRUTH, _ESTIMATE = (
    np.array([1.0, 5.0, 2.0, 4.0, 4.0, 2.0]),
    np.array([2.0, 4.0, 2.5, 3.0, 3.5, 1.0]),
)

ODD_PREDICTIONS: Mapping[str, Callable[[], Predictions]] = {
    "one rating": _predicted([4.0], [3.0]),
    "one rating, exact": _predicted([4.0], [4.0]),
    "constant ratings": _predicted([3.0] * 6, [2.0, 3.0, 4.0, 3.0, 3.5, 1.0]),
    "constant ratings, exact": _predicted([3.0] * 6, [3.0] * 6),
    "constant estimates": _predicted(_TRUTH.tolist(), [3.0] * 6),
    "constant, with rounding": _predicted([0.1] * 6, [0.3 - 0.2] * 6),
    "two values": _predicted([0.0, 1.0, 1.0, 0.0], [0.0, 1.0, 0.0, 1.0]),
    "negative": _predicted((_TRUTH - 9).tolist(), (_ESTIMATE - 9).tolist()),
    "huge": _predicted((_TRUTH * 1e6).tolist(), (_ESTIMATE * 1e6).tolist()),
    "beyond all measure": _predicted((_TRUTH * 1e150).tolist(), (_ESTIMATE * 1e150).tolist()),
    "far from 0": _predicted((_TRUTH + 1e16).tolist(), (_ESTIMATE + 1e16).tolist()),
    "tiny": _predicted((_TRUTH * 1e-100).tolist(), (_ESTIMATE * 1e-100).tolist()),
    "all impossible": _predicted(_TRUTH.tolist(), [3.0] * 6, impossible=True),
}

_TRAIN = [(2, 0, 4.0), (2, 1, 5.0), (2, 1, 5.0)]  # of a user who is not tested

ODD_LISTS: Mapping[str, Callable[[], EvaluatedLists]] = {
    "one item": lambda: lists_by_hand({0: [0]}, [(0, 0, 5.0)], 5, 1, _TRAIN[:1]),
    "one item, not liked": lambda: lists_by_hand({0: [0]}, [(0, 0, 1.0)], 5, 1, _TRAIN[:1]),
    "one user": lambda: lists_by_hand({0: [2, 1, 3]}, [(0, 1, 5.0)], 2, 4, [(0, 0, 4.0)]),
    "nothing learned of": lambda: lists_by_hand({0: [2, 1, 3, 0]}, [(0, 1, 5.0)], 2, 4),
    "fewer items than places": lambda: lists_by_hand(
        {0: [1, 0], 1: [0, 1]}, [(0, 1, 5.0), (1, 1, 4.0)], 10, 2, _TRAIN
    ),
    "nobody likes any": lambda: lists_by_hand(
        {0: [1, 0, 2], 1: [0, 1, 2]}, [(0, 1, 1.0), (1, 1, 2.0)], 2, 3, _TRAIN, threshold=9.0
    ),
    "everybody likes all": lambda: lists_by_hand(
        {user: [1, 0, 2] for user in (0, 1)},
        [(user, item, 5.0) for user in (0, 1) for item in range(3)],
        2,
        3,
        _TRAIN,
    ),
    "no candidates": lambda: lists_by_hand(
        {0: [], 1: [1]}, [(0, 0, 5.0), (1, 1, 5.0)], 2, 2, [(0, 0, 5.0), (0, 1, 5.0), (1, 0, 5.0)]
    ),
    "huge and negative ratings": lambda: lists_by_hand(
        {0: [1, 0, 2], 1: [2, 1, 0]},
        [(0, 1, 5e6), (0, 2, -5e6), (1, 0, 1e6), (1, 1, -1.0)],
        2,
        3,
        _TRAIN,
        scale=(-5e6, 5e6),
    ),
}
