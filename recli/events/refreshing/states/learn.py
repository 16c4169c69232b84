"""Learn: a candidate is trained on all but the newest of what is new."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recli.data.splits._rows import number_of
from recli.data.training_statistics import TrainingStatistics
from recli.events.refreshing.refreshed_model import refitted
from recli.events.refreshing.states._base import Round, State
from recli.events.refreshing.states.compare import Compare
from recli.events.refreshing.states.handed_on import Candidate, Taken


@dataclass(frozen=True, eq=False)
class Learn:
    """Fit the model's algorithm without the ratings to compare on; hands on `Candidate` to `Compare`.

    Nothing is written: a round that was cut off here learns again.

    Attributes:
        round: what the states share
        taken: the model, and its dataset with the events that came since
    """

    round: Round
    taken: Taken

    def advance(self) -> State:
        """`Compare`; a fit that fails raises by itself."""
        taken, settings = self.taken, self.round.settings
        tested = newest(taken, settings.slice)
        threshold = taken.model.trainset.threshold
        statistics = TrainingStatistics(taken.dataset, np.flatnonzero(~tested), threshold)
        algorithm = refitted(taken.model, statistics.trainset, settings.warm)
        candidate = Candidate(algorithm, statistics, np.flatnonzero(tested))
        return Compare(self.round, taken, candidate)


def newest(taken: Taken, share: float) -> np.ndarray:
    """Which ratings are the newest of those that are fresh.

    Args:
        taken: what was taken; at least one rating of it is fresh
        share: how many of the fresh ones, above 0, at most 1

    Returns:
        bool[n], by time, or as they came where there is none. Ratings of the same time are on the same
        side, so that it may be more than the share.
    """
    times = taken.dataset.ratings.times
    times = taken.positions if times is None else times
    of_fresh = np.sort(times[taken.fresh])
    return taken.fresh & (times >= of_fresh[-number_of(share, len(of_fresh))])
