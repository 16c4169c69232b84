"""Random numbers as a function of seed, user and item."""

from __future__ import annotations

import numpy as np

from recli.compiled import njit

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


@njit(cache=True, nogil=True)
def standard_normal(seed: int, users: np.ndarray, items: np.ndarray) -> np.ndarray:
    """A draw from the standard normal distribution for each pair of user and item.

    The pair's bits are mixed by the finaliser of SplitMix64 (Steele, Lea and Flood 2014) into two
    uniform numbers, and these by Box and Muller (1958) into a normal one.

    Args:
        seed: A whole number; with another one every draw is another.
        users: int[n], from -1 on.
        items: int[n], from -1 on.

    Returns:
        float64[n].
    """
    result = np.empty(len(users))
    for pair in range(len(users)):
        state = _mixed(np.uint64(seed) + _GOLDEN)
        state = _mixed(state ^ np.uint64(users[pair] + 1))
        state = _mixed((state + _GOLDEN) ^ np.uint64(items[pair] + 1))
        radius = np.sqrt(-2.0 * np.log(_uniform(state)))
        result[pair] = radius * np.cos(2.0 * np.pi * _uniform(_mixed(state + _GOLDEN)))
    return result


@njit(cache=True, nogil=True)
def _mixed(state: np.uint64) -> np.uint64:
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return state ^ (state >> np.uint64(31))


@njit(cache=True, nogil=True)
def _uniform(state: np.uint64) -> float:
    """A number in (0, 1] from the 53 upper bits."""
    return (np.float64(state >> np.uint64(11)) + 1.0) * 2.0**-53
