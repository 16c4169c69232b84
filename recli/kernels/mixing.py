"""Bits that look drawn, as a function of a number; needs no numba."""

from __future__ import annotations

from typing import TypeVar

import numpy as np

Whole = TypeVar("Whole", int, np.ndarray)
_FACTOR, _BITS = 0x45D9F3B, 0xFFFFFFFF  # no product of theirs is beyond 63 bits


def mixed(number: Whole) -> Whole:
    """A number of 32 bits for each of 32 bits, another for another, without a pattern.

    Twice shifted by half and multiplied: a hash by T. Mueller, which changes about every second bit
    where one of the number's changes.

    Args:
        number: from 0 to 2³² - 1, or int64[...] of such

    >>> mixed(np.arange(3))
    array([         0,  824515495, 1722258072])
    """
    number = ((number >> 16) ^ number) * _FACTOR & _BITS
    number = ((number >> 16) ^ number) * _FACTOR & _BITS
    return (number >> 16) ^ number
