"""From data to the best model: halving over algorithms, then over their parameters, then a stack."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from recli import errors, registry
from recli.algorithms import Configured
from recli.data.dataset import Dataset
from recli.evaluation.goals import Goal
from recli.experiments.tuning.search import Search
from recli.experiments.tuning.stacks import FITS, stacks
from recli.experiments.tuning.watch import Watch
from recli.records.stored_trial import StoredTrial

_SHARE = 3  # one in so many algorithms stays, with so many times the trials
_FEWEST, _MOST = 3, 5  # algorithms that stay to the end; members of the stack
_FOR_THE_STACK = 0.4  # of the time at most
_LOCKED = 2.0  # seconds of the locked test, in seconds of a trial: one fit each, on more ratings
_AIR = 1.2


@dataclass(frozen=True)
class Rung:
    """A step of the halving: after so many trials of each, who stays and who goes, best first.

    Attributes:
        n_trials: how many trials
        kept: the algorithms that went on
        dropped: the algorithms that did not
    """

    n_trials: int
    kept: tuple[str, ...]
    dropped: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return {"trials": self.n_trials, "kept": list(self.kept), "dropped": list(self.dropped)}


def suitable(dataset: Dataset, goals: Sequence[Goal]) -> list[str]:
    """The algorithms that can be had, suit the data and have a value of every goal, quick ones first.

    Left out are those that need item features where there are none, those of extras that are not
    installed, and hybrids, which are made of the others. Where the first goal is one of ranked lists,
    so are those that predict ratings: their lists hold what few have rated.

    Args:
        dataset: the ratings, and what is known of items and users
        goals: what tuning improves, the first orders
    """
    found = []
    ranks = goals[0].ranks
    for name in registry.names("algorithm"):
        cls = registry.get("algorithm", name)
        if cls.kind == "hybrid" or (cls.needs_features and not dataset.has_features):
            continue
        if ranks and cls.predicts == "ratings":
            continue
        try:
            configured = Configured.of(name)
            for goal in goals:
                goal.check(configured)
        except (errors.UsageError, errors.MissingExtraError):
            continue
        found.append((("low", "medium", "high").index(cls.cost), name))
    return [name for _, name in sorted(found)]


class Auto:
    """Successive halving (Jamieson and Talwalkar 2016) over the algorithms of a search.

    Every algorithm is measured with its defaults; a third stays, and has three times as many trials,
    until three are left, which share the time that remains. At the end the best of five algorithms
    are stacked. What that needs is set aside from the start.

    Args:
        search: the search
        timeout: how long to wait for an answer, seconds
        n_trials: how many trials there may be in all
    """

    def __init__(self, search: Search, timeout: float, n_trials: float = math.inf) -> None:
        self.search, self.n_trials = search, n_trials
        self.end = time.monotonic() + timeout
        self.timeout = timeout
        self.rungs: list[Rung] = []

    def run(self, watch: Watch) -> None:
        """All of it, in the time given.

        Args:
            watch: told of what happens
        """
        alive = list(self.search.spaces)
        wanted, more = 1, 1
        while True:
            for algorithm in alive:
                self._until(algorithm, wanted, watch)
            if len(alive) <= _FEWEST:
                break
            alive = self._halved(alive, wanted)
            more *= _SHARE
            wanted += more
        while self._has_time() and (next_one := self._least_served(alive)):
            self._step(next_one, watch)
        # The last trial may have found a slower best, or have taken of what was set aside.
        self.search.trials.deadline = math.inf
        for stack in self._stacks(self._members((self.end - time.monotonic()) * _AIR)):
            self.search.measure(stack, watch)

    def _until(self, algorithm: str, wanted: int, watch: Watch) -> None:
        """Trials of an algorithm until it has so many; the very first is made in any case."""
        while self.search.has_room(algorithm) and self.search.count(algorithm) < wanted:
            if self.search.tried() and not self._has_time():
                return
            self._step(algorithm, watch)

    def _step(self, algorithm: str, watch: Watch) -> None:
        self.search.trials.whole_defaults = not self.search.finished
        self.search.trials.deadline = self.end - self._set_aside()
        self.search.step(algorithm, watch)

    def _has_time(self) -> bool:
        is_open = len(self.search.tried()) < self.n_trials
        return is_open and time.monotonic() + self._set_aside() < self.end

    def _halved(self, alive: Sequence[str], n_trials: int) -> list[str]:
        n_kept = max(_FEWEST, math.ceil(len(alive) / _SHARE))
        ranked = dict.fromkeys(t.algorithm for t in self._ranked() if t.algorithm in alive)
        kept = list(ranked)[:n_kept]
        dropped = dict.fromkeys(name for name in (*ranked, *alive) if name not in kept)
        self.rungs.append(Rung(n_trials, tuple(kept), tuple(dropped)))
        return kept

    def _least_served(self, alive: Sequence[str]) -> str | None:
        """The algorithm that has had the least time, of those that have settings left."""
        served = dict.fromkeys((name for name in alive if self.search.has_room(name)), 0.0)
        for trial in self.search.tried():
            if trial.algorithm in served:
                served[trial.algorithm] += trial.seconds
        return min(served, key=lambda name: served[name]) if served else None

    def _ranked(self) -> list[StoredTrial]:
        """The finished trials of all algorithms but the stacks, the best first."""
        sign = self.search.goals[0].sign
        singles = [t for t in self.search.finished if t.algorithm in self.search.spaces]
        return sorted(singles, key=lambda trial: sign * (trial.values or (0.0,))[0])

    def _members(self, seconds: float) -> list[StoredTrial]:
        """The best settings, each of another algorithm, that can be stacked in so many seconds.

        Of an algorithm whose best setting is too slow for that, the next best stands for it.
        """
        members: dict[str, StoredTrial] = {}
        for trial in self._ranked():
            if len(members) == _MOST:
                break
            if trial.algorithm in members:
                continue
            if self._reserve([*members.values(), trial]) <= seconds:
                members[trial.algorithm] = trial
        return list(members.values())

    def _set_aside(self) -> float:
        """Seconds for the stack, as it would be now."""
        return self._reserve(self._members(_FOR_THE_STACK * self.timeout))

    def _reserve(self, members: Sequence[StoredTrial]) -> float:
        """Seconds that every stack of them takes on all folds, and one on the locked test."""
        fits = FITS * len(self._stacks(members))
        return _AIR * (fits + _LOCKED) * sum(trial.seconds for trial in members)

    def _stacks(self, members: Sequence[StoredTrial]) -> list[Configured]:
        implicit = self.search.trials.dataset.ratings.implicit
        return stacks(members, self.search.goals[0], implicit)
