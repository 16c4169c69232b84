"""A first look: what the defaults of an algorithm reach on one fold, and in what time."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from recli.algorithms._configured import class_of
from recli.experiments.tuning.search import Search
from recli.experiments.tuning.trials import FAILURES

COSTS = ("low", "medium", "high")
_DEARER = 3.0  # times as long as the slowest so far takes one of the next cost, if not better known


@dataclass(frozen=True)
class FirstLook:
    """What the defaults of an algorithm reach on one fold.

    Attributes:
        loss: the first goal, the less the better; NaN where the fit failed, or a goal has no value
        seconds: what it took, without compiling
    """

    loss: float
    seconds: float


def first_look(search: Search, name: str) -> FirstLook:
    """The look at an algorithm of a search; that of an earlier call where there is one.

    Args:
        search: the search
        name: the name of the algorithm
    """
    for trial in search.tried():
        if (trial.algorithm, trial.number) == (name, 0):
            folds = trial.folds or ((math.nan,),)
            return FirstLook(_loss(search, folds[0]), trial.seconds / len(folds))
    started = time.monotonic()
    try:
        values, seconds = search.trials.first_fold(search.spaces[name].start)
    except FAILURES:
        return FirstLook(math.nan, time.monotonic() - started)
    return FirstLook(_loss(search, values), seconds)


def in_order(search: Search) -> list[str]:
    """The algorithms of a search, those that are made for its goal first, the quick before the slow.

    Args:
        search: the search
    """
    wanted = "scores" if search.goals[0].ranks else "ratings"
    starts = [space.start for space in search.spaces.values()]
    made_for_it = {start.name: start.create(0).predicts == wanted for start in starts}
    return sorted(made_for_it, key=lambda name: (not made_for_it[name], _cost(name), name))


def best_first(looks: Mapping[str, FirstLook]) -> list[str]:
    """Those of which there is a value.

    Args:
        looks: by algorithm
    """
    return sorted(
        (name for name, look in looks.items() if not math.isnan(look.loss)),
        key=lambda name: looks[name].loss,
    )


def expected_seconds(name: str, looks: Mapping[str, FirstLook]) -> float:
    """What a look at an algorithm will take: what the slowest of its cost took, or more than a cheaper.

    Args:
        name: the name of the algorithm
        looks: those so far, at least one
    """
    alike = [look.seconds for of, look in looks.items() if _cost(of) == _cost(name)]
    return max(alike) if alike else _DEARER * max(look.seconds for look in looks.values())


def _loss(search: Search, values: Sequence[float]) -> float:
    return math.nan if any(map(math.isnan, values)) else search.goals[0].sign * values[0]


def _cost(name: str) -> int:
    return COSTS.index(class_of(name).cost)
