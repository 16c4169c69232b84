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
from recli.events.refreshing.states.handed_on import Compared, Learned, Taken
from recli.models.fold_in import most_popular
from recli.models.list_quality import ListQuality


@dataclass(frozen=True, eq=False)
class Compare:
    """Measure both on the ratings held back; hands on `Compared` to `Decide`. Nothing is written."""

    round: Round
    taken: Taken
    learned: Learned

    def advance(self) -> State:
        """`Decide`."""
        learned = self.learned
        comparison = compare(self.taken.model, learned.candidate, learned.statistics, learned.test)
        compared = Compared(comparison, self._list_quality(comparison))
        return Decide(self.round, self.taken, learned, compared)

    def _list_quality(self, comparison: ModelComparison) -> Mapping[str, Any] | None:
        """How good the candidate's lists are beside what is the same for everybody."""
        if not comparison.is_of_lists or math.isnan(comparison.candidate):
            return None
        model, learned = self.taken.model, self.learned
        statistics, candidate = learned.statistics, learned.candidate
        of_candidate = dataclasses.replace(model, algorithm=candidate, trainset=statistics.trainset)
        floor = compare(most_popular(of_candidate), candidate, statistics, learned.test)
        noun = self.taken.dataset.ratings.noun
        return ListQuality(
            ndcg=comparison.candidate,
            hit_rate=None,
            floor=floor.current,
            n_users=comparison.test.n,
            measured=f"the newest {len(learned.test):,} of the new {noun}s, held back",
        ).document()
