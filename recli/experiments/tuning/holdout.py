"""The locked test: ratings that tuning never sees, on which its winner is measured once."""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from recli import registry
from recli.algorithms import Configured
from recli.data.dataset import Dataset
from recli.data.splits._base import Fold, Split
from recli.data.splits.cold_users import ColdUsers
from recli.data.splits.shuffle import Shuffle
from recli.data.splits.timeline import Timeline
from recli.evaluation.fold import FoldScores
from recli.evaluation.goals import Goal
from recli.evaluation.protocol import Protocol
from recli.evaluation.significance.pairs import PairedTest, paired
from recli.experiments.cross_validation import cells
from recli.experiments.resources import Resources
from recli.experiments.tuning.floors import floor_of, floors
from recli.records.cells import Cell
from recli.records.failures import CellFailure
from recli.records.store import or_none

DEFAULTS = "the defaults"


@dataclass(frozen=True)
class HoldOut:
    """A dataset with a test that is locked away.

    Attributes:
        whole: the dataset before anything was held out
        split: how it was cut
        fold: rows of `whole`; its training rows, in the order of the file, are what `open` has
    """

    whole: Dataset
    split: Split
    fold: Fold

    @classmethod
    def of(cls, dataset: Dataset, like: Split, share: float, seed: int) -> HoldOut:
        """Lock away a share of the ratings, in the sense of the split that tuning goes by.

        The last ones of all where that goes by time, all of a share of the users where it tests on
        users or items of whom little is known, else random ones. Raises as `Split.folds` does.

        Args:
            dataset: the ratings, and what is known of items and users
            like: the split that tuning uses
            share: the share of the whole, above 0 and below 1
            seed: what is drawn at random is drawn by it
        """
        kind = registry.name_of(type(like))
        split: Split
        if like.uses_time:
            split = Timeline(test_size=share, seed=seed)
        elif kind in ("cold-users", "cold-items"):
            split = dataclasses.replace(like, test_size=share, seed=seed)  # type: ignore[type-var]
        elif kind == "group":
            split = ColdUsers(test_size=share, seed=seed)
        else:
            split = Shuffle(n_splits=1, test_size=share, seed=seed)
        [fold] = split.folds(dataset)
        return cls(dataset, split, Fold(np.sort(fold.train), np.sort(fold.test)))

    @functools.cached_property
    def open(self) -> Dataset:
        """What tuning may see. What is locked away is in none of its lists: see `Dataset.withheld`."""
        return self.whole.part(self.fold.train)


@dataclass(frozen=True)
class HoldoutVerdict:
    """The winner and the defaults on a test that neither has seen, in one goal.

    What tuning said of them beforehand is of models that had fewer ratings to learn from, and of a test
    in which each user has fewer: the values themselves say nothing of how much too good tuning's are.
    How far the winner is from the defaults, there and here, does.

    Attributes:
        goal: what tuning improves
        tuned: what tuning said of the winner, the mean of its folds
        tuned_defaults: the same of the defaults
        winner: what the tuned algorithm reaches
        defaults: what the defaults reach
        test: winner less defaults, over users; None where they are the same, and where it is not known
            what each user does to the goal
        floor: what `floor_of` the goal reaches; None where it has none
        against: what `defaults` is of, in words: of several algorithms the best one's defaults; where the
            winner is made of several, the best of them alone, with its best setting
    """

    goal: Goal
    tuned: float
    tuned_defaults: float
    winner: float
    defaults: float
    test: PairedTest | None
    floor: float | None = None
    against: str = DEFAULTS

    @property
    def gain(self) -> float:
        """How much better than the defaults the winner is, in the sense of the goal."""
        return self.goal.sign * (self.defaults - self.winner)

    def document(self) -> dict[str, Any]:
        """As JSON, NaN as null."""
        found: dict[str, Any] = {
            "goal": str(self.goal),
            "tuned": self.tuned,
            "tuned_defaults": self.tuned_defaults,
            "best": self.winner,
            "defaults": self.defaults,
            "against": self.against,
        }
        if self.floor is not None:
            found["floor"] = self.floor
        if self.test is not None:
            found |= {
                "users": self.test.n,
                "difference": self.test.difference,
                "interval_low": self.test.interval[0],
                "interval_high": self.test.interval[1],
                "t_p": self.test.t_p,
            }
        return {key: or_none(v) if isinstance(v, float) else v for key, v in found.items()}


def unlock(
    dataset: Dataset,
    fold: Fold,
    winner: Configured,
    defaults: Configured,
    tuned: Sequence[float],
    tuned_defaults: Sequence[float],
    goals: Sequence[Goal],
    protocol: Protocol,
    resources: Resources,
    against: str,
) -> tuple[HoldoutVerdict, ...]:
    """Fit the winner and the defaults on all that tuning saw, and measure both on the test.

    Args:
        dataset: the ratings, and what is known of items and users
        fold: the rows that were held out, and the others
        winner: the tuned algorithm
        defaults: the algorithm with its defaults, or what else the winner is compared with
        tuned: what tuning said of the winner, for each goal
        tuned_defaults: the same of the defaults
        goals: what tuning improves, the first orders
        protocol: how the line-up is compared
        resources: how much may work at once, and with how much memory
        against: what it is compared with, in words

    Raises:
        RecliError: what one of them failed by
    """
    line_up = [winner] if winner == defaults else [winner, defaults]
    n_judged = len(line_up)
    line_up += floors(goals, winner)
    found: list[Cell] = []
    for cell in cells(dataset, line_up, protocol, resources, [fold]):
        if isinstance(cell, CellFailure):
            raise cell.error
        found.append(cell)
    found.sort(key=lambda cell: cell.entry)
    judged = found[:n_judged]
    least = {line_up[cell.entry].name: cell.scores for cell in found[n_judged:]}
    return tuple(
        _verdict(goal, before, judged[0], judged[-1], least, against)
        for goal, before in zip(goals, zip(tuned, tuned_defaults, strict=True), strict=True)
    )


def _verdict(
    goal: Goal,
    before: tuple[float, float],
    winner: Cell,
    defaults: Cell,
    least: Mapping[str, FoldScores],
    against: str,
) -> HoldoutVerdict:
    test = None
    ours, theirs = (goal.influences(cell.scores) for cell in (winner, defaults))
    if winner is not defaults and ours is not None and theirs is not None:
        test = paired(ours, theirs)
        if math.isnan(test.error):
            test = None
    name_of_floor = floor_of(goal)
    return HoldoutVerdict(
        goal,
        *before,
        goal.value(winner.scores),
        goal.value(defaults.scores),
        test,
        goal.value(least[name_of_floor]) if name_of_floor else None,
        against,
    )
