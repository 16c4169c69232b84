"""The order of equal scores written anew, in whole numbers of Python, for tests to compare with."""

from __future__ import annotations

import numpy as np


def mixed(number: int) -> int:
    """The hash by T. Mueller, from its definition: shift, multiply, keep 32 bits."""
    for _ in range(2):
        number = (number ^ number // 65536) * 73244475 % 4294967296
    return number ^ number // 65536


def draw(seed: int, user: int, item: int) -> int:
    """Of equal scores the item with the smaller number goes first.

    `user` and `item` are how many users and items appeared in the data before.
    """
    salt = int(np.random.SeedSequence(seed).generate_state(1)[0])
    return mixed(mixed(mixed(user) ^ salt) ^ mixed(item))
