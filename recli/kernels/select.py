"""The k-th largest."""

from __future__ import annotations

import numpy as np

from recli.compiled import njit


@njit(cache=True, nogil=True)
def kth_largest(values: np.ndarray, size: int, k: int) -> float:
    """The k-th largest of the first `size` values, which are reordered: Hoare's quickselect.

    Args:
        values: float64[n], no NaN.
        size: How many count.
        k: From 1 to `size`.

    Returns:
        That value.
    """
    low, high, wanted = 0, size - 1, k - 1
    while low < high:
        pivot = values[(low + high) // 2]
        left, right = low, high
        while left <= right:
            while values[left] > pivot:
                left += 1
            while values[right] < pivot:
                right -= 1
            if left <= right:
                values[left], values[right] = values[right], values[left]
                left += 1
                right -= 1
        if wanted <= right:
            high = right
        elif wanted >= left:
            low = left
        else:
            break
    return values[wanted]
