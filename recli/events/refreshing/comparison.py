"""The current model and a candidate on the newest ratings, which neither has learned from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from recli.algorithms import Algorithm
from recli.algorithms._shared.placed import Placed
from recli.data.training_statistics import TrainingStatistics
from recli.evaluation.metric_names import Measure
from recli.evaluation.outcome import predict, recommend
from recli.evaluation.significance import Influences, PairedTest, paired
from recli.models.model import FittedModel, of_training
from recli.ranking.recommender import remembered
from recli.records.store import or_none

_OF_RATINGS, _OF_SCORES = Measure("rmse", None), Measure("ndcg", 10)


@dataclass(frozen=True)
class ModelComparison:
    """Two fitted algorithms in one measure on the same test.

    Attributes:
        measure: RMSE, or nDCG of the best ten
        current: of the model as it is
        candidate: of the candidate
        test: of candidate less current, over users
    """

    measure: Measure
    current: float
    candidate: float
    test: PairedTest

    @property
    def worse_by(self) -> float:
        """How much worse the candidate is, in units of the measure; below 0 where it is better."""
        return -self.test.difference if self.measure.greater_is_better else self.test.difference

    @property
    def worse_by_at_most(self) -> float:
        """The end of the 95 % interval that is worst for the candidate."""
        low, high = self.test.interval
        return -low if self.measure.greater_is_better else high

    @property
    def tells(self) -> bool:
        """Whether there is anything to tell by: two users or more, one of whom makes a difference."""
        return self.test.n > 1 and (self.test.error != 0 or self.test.difference != 0)

    @property
    def is_of_lists(self) -> bool:
        """Whether it is their lists that were compared."""
        return self.measure == _OF_SCORES

    def document(self) -> dict[str, Any]:
        """As JSON, NaN as null."""
        test = self.test
        return {
            "measure": str(self.measure),
            "over": "users",
            "users": test.n,
            "current": or_none(self.current),
            "candidate": or_none(self.candidate),
            "difference": or_none(test.difference),
            "interval_low": or_none(test.interval[0]),
            "interval_high": or_none(test.interval[1]),
            "t_p": or_none(test.t_p),
            "wilcoxon_p": or_none(test.wilcoxon_p),
        }


def compare(
    current: FittedModel,
    candidate: Algorithm,
    statistics: TrainingStatistics,
    test: np.ndarray,
) -> ModelComparison:
    """Both on the rows `test`, int64[n]: RMSE where ratings are predicted, else nDCG of the best ten.

    Lists are made as those of `current` are, by default of all items less those that the user has in
    the training. What a model does not know it does not recommend, and predicts as its unknown.

    Args:
        current: fitted on some of the ratings of `statistics`
        candidate: the algorithm of `current`, fitted on the trainset of `statistics`
        statistics: of the training ratings
        test: rows of the dataset that neither has learned from, int64[n]
    """
    measure = _OF_RATINGS if current.algorithm.predicts == "ratings" else _OF_SCORES

    def of_users(algorithm: Algorithm) -> Influences:
        seen = (
            predict(algorithm, statistics, test)
            if measure.k is None
            else recommend(
                of_training(statistics, current.configured, algorithm, current.seed),
                statistics,
                test,
                measure.k,
                options=remembered(current),
            )
        )
        metric = measure.metric
        return Influences.of_fold(metric(seen), metric.values(seen), metric.without(seen))

    ours, theirs = of_users(candidate), of_users(Placed(current.algorithm, statistics.trainset))
    return ModelComparison(measure, theirs.value, ours.value, paired(ours, theirs))
