"""Compare: the candidate and the model as it is, on what neither has learned from."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from recli.events.refreshing.comparison import ModelComparison, compare
from recli.events.refreshing.states._base import Round, State
from recli.events.refreshing.states.decide import Decide
from recli.events.refreshing.states.handed_on import Candidate, Compared, Taken
from recli.models.fold_in import most_popular
from recli.models.list_quality import ListQuality


@dataclass(frozen=True, eq=False)
class Compare:
    """Measure both on the ratings held back; hands on `Compared` to `Decide`. Nothing is written.

    Attributes:
        round: what the states share
        taken: the model, and its dataset with the events that came since
        candidate: the candidate, and what it has not learned from
    """

    round: Round
    taken: Taken
    candidate: Candidate

    def advance(self) -> State:
        """`Decide`."""
        model, candidate = self.taken.model, self.candidate
        comparison = compare(model, candidate.algorithm, candidate.statistics, candidate.test)
        compared = Compared(comparison, self._list_quality(comparison))
        return Decide(self.round, self.taken, candidate, compared)

    def _list_quality(self, comparison: ModelComparison) -> Mapping[str, Any] | None:
        """How good the candidate's lists are beside what is the same for everybody."""
        if not comparison.is_of_lists or math.isnan(comparison.candidate):
            return None
        algorithm, statistics = self.candidate.algorithm, self.candidate.statistics
        of_candidate = dataclasses.replace(
            self.taken.model, algorithm=algorithm, trainset=statistics.trainset
        )
        floor = compare(most_popular(of_candidate), algorithm, statistics, self.candidate.test)
        noun = self.taken.dataset.ratings.noun
        return ListQuality(
            ndcg=comparison.candidate,
            hit_rate=None,
            floor=floor.current,
            n_users=comparison.test.n,
            measured=f"the newest {len(self.candidate.test):,} of the new {noun}s, held back",
        ).document()
