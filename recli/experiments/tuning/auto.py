"""From data to the best model: one look at every algorithm, halving, their parameters, then a stack."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from recli import errors, registry
from recli.algorithms import Configured
from recli.data.dataset import Dataset
from recli.evaluation.goals import Goal
from recli.experiments.tuning.first_look import (
    COSTS,
    FirstLook,
    best_first,
    expected_seconds,
    first_look,
    in_order,
)
from recli.experiments.tuning.search import Search
from recli.experiments.tuning.stacks import FITS, stacks
from recli.experiments.tuning.watch import Watch
from recli.records.stored_trial import StoredTrial

_SHARE = 3  # one in so many algorithms stays, with so many times the trials
_FEWEST, _MOST = 3, 5  # algorithms that stay to the end; members of a stack
_FOR_THE_STACK = 0.4  # of the time at most
_MORE_RATINGS = 1.25  # has a model of the locked test than one of a fold
_AIR = 1.2


@dataclass(frozen=True)
class Rung:
    """A step of the halving: who stays and who goes, best first.

    Attributes:
        trials: how many settings of each algorithm were tried
        folds: on how many folds at most
        kept: the algorithms that went on
        dropped: those that did not, though they were measured
        failed: those of which nothing could be measured
        not_tried: those that nobody looked at
        short_of: for want of what they were not: `time` or `trials`
    """

    trials: int
    folds: int
    kept: tuple[str, ...]
    dropped: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    not_tried: tuple[str, ...] = ()
    short_of: str = "time"

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self).items()}


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
        found.append((COSTS.index(cls.cost), name))
    return [name for _, name in sorted(found)]


class Auto:
    """Successive halving (Jamieson and Talwalkar 2016) over the algorithms of a search.

    The defaults of every algorithm are measured on one fold, first of those that are made for the
    goal, the quick before the slow; one for which the time will not do is not tried. A third stays and
    is measured on all folds; of those again a third stays, with three times as many trials, until three
    are left, which share the time that remains. At the end the best of five algorithms are stacked.
    What that needs is set aside from the start.

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
        n_folds, n_jobs = len(search.trials.folds), search.trials.resources.n_jobs
        self._rounds = math.ceil(n_folds / n_jobs)  # of folds at work at once
        self._looks: dict[str, FirstLook] = {}
        self._n_stacks: dict[tuple[str, ...], int] = {}  # by the names of the members

    def run(self, watch: Watch) -> None:
        """All of it, in the time given.

        Args:
            watch: told of what happens
        """
        alive = self._screened(watch)
        wanted, more = 1, 1
        while len(alive) > _FEWEST and self._has_time():
            alive = self._halved(alive, wanted)
            more *= _SHARE
            wanted += more
            for algorithm in alive:
                self._until(algorithm, wanted, watch)
        while next_one := self._least_served(alive):
            self._step(next_one, watch)
        # The last trial may have found a slower best, or have taken of what was set aside.
        self.search.trials.deadline = math.inf
        for stack in self._stacks(self._members((self.end - time.monotonic()) * _AIR)):
            self.search.measure(stack, watch)

    def _screened(self, watch: Watch) -> list[str]:
        """The third whose defaults are the best on the first fold; they are measured on all folds."""
        not_tried = []
        for name in in_order(self.search):
            if self._looks and not self._has_time(expected_seconds(name, self._looks)):
                not_tried.append(name)
            else:
                self._looks[name] = first_look(self.search, name)
                watch.on_fold(len(self._looks))
        ranked = best_first(self._looks)
        failed = [name for name in self._looks if name not in ranked]
        kept, dropped = _parted(ranked)
        if dropped or failed or not_tried:
            short_of = "trials" if not_tried and not self._is_open else "time"
            others = tuple(dropped), tuple(failed), tuple(not_tried)
            self.rungs.append(Rung(1, 1, tuple(kept), *others, short_of))
        for name in kept:
            self._until(name, 1, watch)
        # The others, and those for which the time will not do, have what was measured already.
        for name in self._looks:
            if not self.search.count(name):
                self.search.trials.first_fold_only = name not in kept
                self.search.trials.deadline = -math.inf
                self.search.step(name, watch)
        self.search.trials.first_fold_only = False
        return kept

    def _until(self, algorithm: str, wanted: int, watch: Watch) -> None:
        """Trials of an algorithm until it has so many; the very first is made in any case."""
        while self.search.has_room(algorithm) and self.search.count(algorithm) < wanted:
            if self.search.finished and not self._has_time(self._expected(algorithm)):
                return
            self._step(algorithm, watch)

    def _step(self, algorithm: str, watch: Watch) -> None:
        self.search.trials.whole_defaults = not self.search.finished
        self.search.trials.deadline = self.end - self._set_aside()
        self.search.step(algorithm, watch)

    @property
    def _is_open(self) -> bool:
        return max(len(self._looks), len(self.search.tried())) < self.n_trials

    def _has_time(self, seconds: float = 0.0) -> bool:
        return seconds < self._seconds_left()

    def _seconds_left(self) -> float:
        """For further trials; none where there are as many as there may be."""
        left = self.end - time.monotonic() - self._set_aside()
        return left if self._is_open else 0.0

    def _expected(self, algorithm: str) -> float:
        """Seconds that the next trial of an algorithm will take."""
        whole = [t.seconds for t in self.search.finished if t.algorithm == algorithm]
        return whole[-1] if whole else self._looks[algorithm].seconds * (self._rounds - 1)

    def _halved(self, alive: Sequence[str], n_trials: int) -> list[str]:
        ranked = list(dict.fromkeys(t.algorithm for t in self._ranked() if t.algorithm in alive))
        failed = tuple(name for name in alive if name not in ranked)
        kept, dropped = _parted(ranked)
        n_folds = len(self.search.trials.folds)
        self.rungs.append(Rung(n_trials, n_folds, tuple(kept), tuple(dropped), failed))
        return kept

    def _least_served(self, alive: Sequence[str]) -> str | None:
        """The algorithm that has had the least time, of those with settings left and time for one."""
        served = dict.fromkeys((name for name in alive if self.search.has_room(name)), 0.0)
        for trial in self.search.tried():
            if trial.algorithm in served:
                served[trial.algorithm] += trial.seconds
        left = self._seconds_left()
        ready = [name for name in served if self._expected(name) < left]
        return min(ready, key=lambda name: served[name], default=None)

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
        """Seconds for the stack, as it would be now, and for the locked test of the best."""
        members = self._members(_FOR_THE_STACK * self.timeout)
        if len(members) > 1:
            return self._reserve(members)
        if best := self._ranked():
            return _AIR * _MORE_RATINGS / self._rounds * best[0].seconds
        first = next((self._looks[name].seconds for name in best_first(self._looks)), 0.0)
        return _AIR * (self._rounds - 1 + _MORE_RATINGS) * first

    def _reserve(self, members: Sequence[StoredTrial]) -> float:
        """Seconds that every stack of them takes on all folds, and the best of all on the locked test."""
        names = tuple(trial.algorithm for trial in members)
        if names not in self._n_stacks:
            self._n_stacks[names] = max(1, len(self._stacks(members)))
        trials = self._n_stacks[names] + _MORE_RATINGS / self._rounds
        return _AIR * FITS * trials * sum(trial.seconds for trial in members)

    def _stacks(self, members: Sequence[StoredTrial]) -> list[Configured]:
        implicit = self.search.trials.dataset.ratings.implicit
        return stacks(members, self.search.goals[0], implicit)


def _parted(ranked: Sequence[str]) -> tuple[list[str], list[str]]:
    """Those that stay, and those that do not."""
    n_kept = max(_FEWEST, math.ceil(len(ranked) / _SHARE))
    return list(ranked[:n_kept]), list(ranked[n_kept:])
