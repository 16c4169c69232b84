"""What a check of a protocol is, and what it looks at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from recli.algorithms import Configured
from recli.data.dataset import Dataset
from recli.data.ratings import Ratings
from recli.data.splits._base import Fold
from recli.evaluation.metric_names import Measure
from recli.evaluation.protocol import Protocol


@dataclass(frozen=True)
class Finding:
    """A reason to doubt: its kind, and what it is, how much of it there is, and what to do.

    Attributes:
        code: the name of the check
        message: what is said
    """

    code: str
    message: str


@dataclass(frozen=True, eq=False)
class Checked:
    """A protocol on a dataset.

    Args:
        dataset: what is learned from and tested on
        folds: what the split makes of it
        protocol: how the line-up is compared
        line_up: what is compared
    """

    dataset: Dataset
    folds: Sequence[Fold]
    protocol: Protocol
    line_up: Sequence[Configured]

    @property
    def ratings(self) -> Ratings:
        """Those of the dataset."""
        return self.dataset.ratings

    @property
    def n_tests(self) -> int:
        """Test ratings of all folds together."""
        return sum(len(fold.test) for fold in self.folds)

    @property
    def ranks(self) -> list[Measure]:
        """The measures that ask for liked items."""
        every = [
            measure for measure in self.protocol.measures if measure.metric.needs == "rankings"
        ]
        return [measure for measure in every if measure.metric.uses_test]

    @property
    def extent(self) -> str:
        """The number of folds in words."""
        return "1 fold" if len(self.folds) == 1 else f"{len(self.folds)} folds"


class Check:
    """A reason to doubt the numbers of a protocol; its name is the code of what it finds.

    Attributes:
        position: its place among the checks: those with smaller ones come first
    """

    position: ClassVar[int] = 1000

    def messages(self, checked: Checked) -> Iterator[str]:
        """What it finds, how much of it there is over all folds, and what to do; nothing or one.

        Args:
            checked: the protocol that is looked at
        """
        raise NotImplementedError


def share(part: int, whole: int) -> str:
    """A number, and how much of the whole it is.

    Args:
        part: how many of them
        whole: how many there are

    >>> share(1200, 4800)
    '1,200 of 4,800 (25%)'
    """
    return f"{part:,} of {whole:,} ({part / whole:.0%})"
