"""What tuning improves: a metric, or the time that a fit takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from recli import errors
from recli.algorithms import Configured
from recli.evaluation.fold import FoldScores
from recli.evaluation.metric_names import Measure
from recli.evaluation.significance.influences import Influences

FIT_SECONDS = "fit_seconds"
"""The goal that is no metric: seconds of wall clock that a fit takes, fewer are better."""


@dataclass(frozen=True)
class Goal:
    """A metric, or `fit_seconds` where `measure` is None.

    Attributes:
        measure: the metric; None for the time of a fit
    """

    measure: Measure | None

    @classmethod
    def parse(cls, text: str) -> Goal:
        """The goal that `text` names.

        Args:
            text: the text to read

        Raises:
            UsageError: as `Measure.parse` does

        >>> str(Goal.parse("ndcg")), str(Goal.parse("fit-seconds"))
        ('ndcg@10', 'fit_seconds')
        """
        if errors.plain(text) == errors.plain(FIT_SECONDS):
            return cls(None)
        return cls(Measure.parse(text))

    def __str__(self) -> str:
        return FIT_SECONDS if self.measure is None else str(self.measure)

    @property
    def ranks(self) -> bool:
        """Whether it is a metric of ranked lists."""
        return self.measure is not None and self.measure.metric.needs == "rankings"

    @property
    def greater_is_better(self) -> bool:
        """Whether the better of two values is the greater."""
        return self.measure is not None and self.measure.greater_is_better

    @property
    def sign(self) -> float:
        """What to multiply a value with, so that the smaller is the better."""
        return -1.0 if self.greater_is_better else 1.0

    def value(self, scores: FoldScores) -> float:
        """What was reached on a fold; NaN where no user of it counts.

        Args:
            scores: what was measured on a fold
        """
        return scores.fit_seconds if self.measure is None else scores.metrics[str(self.measure)]

    def influences(self, scores: FoldScores) -> Influences | None:
        """What users do to the value on a fold; None where that is not known.

        Args:
            scores: what was measured on a fold
        """
        return None if self.measure is None else scores.influences(self.measure)

    def check(self, configured: Configured) -> None:
        """Raise UsageError if the algorithm cannot have a value of it.

        Args:
            configured: an algorithm with its parameters
        """
        if self.measure is None or self.measure.metric.needs != "predictions":
            return
        if configured.create(0).predicts != "ratings":
            raise errors.UsageError(
                f"{configured.name} scores items and predicts no ratings, so it has no {self}. Tune "
                'it for a metric of ranked lists: `metric="ndcg@10"`.'
            )


LISTS, RATINGS = Goal(Measure("ndcg", 10)), Goal(Measure("rmse", None))
"""What is improved where no metric is named, for lists and for ratings."""


def goals(texts: Sequence[str]) -> tuple[Goal, ...]:
    """The goals that `texts` name, each once.

    Args:
        texts: as the user writes them

    Raises:
        UsageError: for an unknown metric, and where `fit_seconds` stands alone: the fastest
            settings learn nothing
    """
    found = tuple(dict.fromkeys(map(Goal.parse, texts)))
    if all(goal.measure is None for goal in found):
        raise errors.UsageError(
            f'`metric="{FIT_SECONDS}"` needs a metric of quality beside it, such as `metric="rmse"`.'
        )
    return found
