"""Which of several models answers whom: the same one at every start and in every process."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from recli import errors


@dataclass(frozen=True)
class UserSplit:
    """A split of users among models, by a hash of their ids.

    Where shares change, those users alone get another model that have to: with two models, those of one
    side of the boundary that moves. Other models make another split, independent of this one.

    Attributes:
        shares: the share of users of each model, by name; they add up to 1

    >>> split = UserSplit.of({"svd": 9.0, "ials": 1.0})
    >>> split.shares, split.id
    ({'ials': 0.1, 'svd': 0.9}, 'ials, svd')
    >>> [split.model(user) for user in ("41", "42", "43")]
    ['svd', 'svd', 'svd']
    """

    shares: Mapping[str, float]

    @classmethod
    def of(cls, weights: Mapping[str, float]) -> Self:
        """The split by weights, which need not add up to 1; the order of the names does not matter.

        Args:
            weights: of the models, by name

        Raises:
            UsageError: a weight is not above 0
        """
        for name, weight in weights.items():
            if not 0 < weight < math.inf:
                raise errors.UsageError(
                    f"{name}={weight:g}: the weight of a model should be a number above 0. Leave out a "
                    "model that nobody should get."
                )
        total = math.fsum(weights.values())
        return cls({name: weights[name] / total for name in sorted(weights)})

    @property
    def id(self) -> str:
        """What it is known by: the names, whatever their shares."""
        return ", ".join(self.shares)

    def model(self, user: str) -> str:
        """The model that answers a user.

        Args:
            user: the raw id
        """
        if len(self.shares) == 1:
            return next(iter(self.shares))
        digest = hashlib.blake2b(f"{self.id}\0{user}".encode(), digest_size=8).digest()
        place, end = int.from_bytes(digest) / 2**64, 0.0
        for name, share in self.shares.items():
            end += share
            if place < end:
                return name
        return name


def parsed(typed: Sequence[str]) -> dict[str, float]:
    """Models as they are typed, NAME or NAME=WEIGHT, by name or folder with their weights.

    Args:
        typed: such as `["svd=0.9", "ials=0.1"]`

    Raises:
        UsageError: a model is named twice, some have weights and others not, one alone has one, or a
            weight is no number above 0

    >>> parsed(["svd=0.9", "ials=0.1"]), parsed(["svd"])
    ({'svd': 0.9, 'ials': 0.1}, {'svd': 1.0})
    """
    found: dict[str, float] = {}
    weighed = 0
    for text in typed:
        name, equals, weight = text.rpartition("=")
        try:
            value = float(weight) if equals else None
        except ValueError:
            value = None
        name = text if value is None else name
        weighed += value is not None
        if name in found:
            raise named_twice(name)
        found[name] = 1.0 if value is None else value
    if 0 < weighed < len(found):
        raise errors.UsageError(
            "Some models have a weight and others have none: give each one, as '--model A=0.9 --model "
            "B=0.1', or none, for equal shares."
        )
    if weighed and len(found) == 1:
        raise errors.UsageError(
            f"{typed[0]}: a share is for one of several models. Leave it out, or name another model."
        )
    UserSplit.of(found)  # raises before anything is loaded
    return found


def named_twice(name: str) -> errors.UsageError:
    """The error for a model that is there twice.

    Args:
        name: of the model
    """
    return errors.UsageError(f"Model '{name}' is named twice: name each model once.")
