"""What a split is, and what it gives."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from recli import errors, params, registry, spec
from recli.data.dataset import Dataset
from recli.data.ratings import Ratings
from recli.params import Parameter, Value


@dataclass(frozen=True, eq=False)
class Fold:
    """Row numbers of a table of ratings, int64: those to learn from and those to test on.

    Attributes:
        train: int64[n], rows that are learned from, ascending
        test: int64[n], rows that are tested, ascending
    """

    train: np.ndarray
    test: np.ndarray

    @classmethod
    def where(cls, tested: np.ndarray) -> Fold:
        """The fold that tests on the rows where `tested`, bool[n], and learns from all others.

        Args:
            tested: bool[n], which rows are tested
        """
        return cls(np.flatnonzero(~tested), np.flatnonzero(tested))

    @functools.cached_property
    def fingerprint(self) -> str:
        """SHA-256 of both lists of rows, 16 hexadecimal digits of it.

        The order counts because gradient descent goes through the rows in it.

        >>> Fold(np.array([0, 1]), np.array([2])).fingerprint
        '600970fbc9fbf307'
        """
        digest = hashlib.sha256(len(self.train).to_bytes(8, "little"))
        for rows in (self.train, self.test):
            digest.update(np.asarray(rows, "<i8").tobytes())
        return digest.hexdigest()[:16]


class Split:
    """A way to cut ratings into training and test.

    A subclass is a frozen dataclass of its options, which `parameters` declares, and `seed`. It gives
    `_folds`. An option out of bounds raises UsageError, in Python as in text.

    Attributes:
        uses_time: whether it needs to know when ratings were given, and never learns from a later rating
            of a user than it tests
        random: whether another seed makes other folds
        leaves_out: whether ratings may be in neither training nor test of a fold
        tests_all: whether every rating is tested in exactly one fold
        advice: what to do when it leaves a fold nothing to learn from or nothing to test on
        seed: what is drawn at random is drawn by it
    """

    parameters: ClassVar[tuple[Parameter, ...]] = ()
    uses_time: ClassVar[bool] = False
    random: ClassVar[bool] = True
    leaves_out: ClassVar[bool] = False
    tests_all: ClassVar[bool] = False
    advice: ClassVar[str]
    seed: int

    def __post_init__(self) -> None:
        for name, value in self.options.items():
            object.__setattr__(self, name, value)

    @staticmethod
    def parse(text: str, seed: int = 0) -> Split:
        """The split that `name` or `name:option=value,option=value` means; `str` is the inverse.

        Args:
            text: the text to read, the name may be `module:Class`
            seed: what is drawn at random is drawn by it

        Raises:
            UsageError: for an unknown name or option, the nearest spelling first, and for a value
                that is not valid

        >>> Split.parse("LastN:n=5", seed=3)
        LastN(n=5, min_train=1, seed=3)
        >>> str(Split.parse("LastN:n=5", seed=3))
        'last-n:n=5,min_train=1'
        """
        cls, options = spec.parse("split", text)
        split: Split = spec.made(cls, **options, seed=seed)
        return split

    def __str__(self) -> str:
        return spec.written(registry.name_of(type(self)), self.options)

    @property
    def options(self) -> dict[str, Value]:
        """Every option that matters, in declared order."""
        values = {parameter.name: getattr(self, parameter.name) for parameter in self.parameters}
        given = params.difference(self.parameters, values)
        return params.resolve(self.parameters, given, registry.name_of(type(self)), "split")

    def folds(self, dataset: Dataset) -> list[Fold]:
        """The folds, in each at least one row to learn from and one to test on, none in both.

        Args:
            dataset: the ratings, and what is known of items and users

        Raises:
            DataError: when the ratings are too few for that, or have no times and need them
            OwnCodeError: where a split of the user's own raises what is no RecliError, or gives rows
                that there are not, or rows to learn from and test on at once
        """
        ratings = dataset.ratings
        if self.uses_time and ratings.times is None:
            raise errors.DataError(
                f"{registry.name_of(type(self))} splits by time, and the ratings of {dataset.name} "
                'have none. Say which column it is with `…, time="NAME"`, or take a split '
                f"that needs no time: {', '.join(_without_time())}."
            )
        with registry.own_code(type(self)):
            folds = list(self._folds(dataset))
        for number, fold in enumerate(folds, start=1):
            self._check_rows(fold, number, len(ratings))
            for rows, purpose in ((fold.train, "learn from"), (fold.test, "test on")):
                if not len(rows):
                    raise errors.DataError(
                        f"{self} leaves nothing to {purpose} in fold {number} of {len(folds)}; "
                        f"there {_extent(ratings, self.uses_time)}. {self.advice}"
                    )
        return folds

    def _check_rows(self, fold: Fold, number: int, n: int) -> None:
        """Refuse what is no part of `n` rows, and what is learned from and tested at once."""
        used = np.zeros(n, bool)
        for rows in (fold.train, fold.test):
            beyond = rows[(rows < 0) | (rows >= n)]
            if len(beyond):
                raise errors.OwnCodeError(
                    f"{self}: fold {number} has the row {beyond[0]}, and the rows go from 0 to {n - 1}."
                )
        used[fold.train] = True
        if both := np.count_nonzero(used[fold.test]):
            raise errors.OwnCodeError(
                f"{self}: fold {number} tests on {both:,} rows that it also learns from. What is tested "
                "has to be left out of what is learned from."
            )

    def _folds(self, dataset: Dataset) -> Iterable[Fold]:
        """The folds, of whatever size; the ratings have times if the split uses them."""
        raise NotImplementedError


def _without_time() -> list[str]:
    names = registry.names("split")
    return [name for name in names if not registry.get("split", name).uses_time]


def _extent(ratings: Ratings, with_time: bool) -> str:
    n = len(ratings)
    extent = "is 1 rating" if n == 1 else f"are {n:,} ratings"
    if not with_time or ratings.times is None:
        return extent
    days = np.array([ratings.times.min(), ratings.times.max()], f"datetime64[{ratings.time_unit}]")
    first, last = days.astype("datetime64[D]")
    return f"{extent} from {first} to {last}"
