"""When a model is trained again, and when it is published."""

from __future__ import annotations

from dataclasses import dataclass

from recli.events.refreshing.comparison import ModelComparison


@dataclass(frozen=True)
class RefreshSettings:
    """When a model is trained again, and when it is published.

    Attributes:
        slice: share of the ratings that are new to the current model on which the two are compared, the
            newest; above 0, at most 1
        tolerance: how much worse the candidate may be, in units of the measure
        strict: whether that holds for the whole 95 % interval, not for the difference alone
        min_events: new ratings to wait for, at least 1
        untold: whether to publish also where the comparison tells nothing
        warm: whether to start from what the current model has learned, where the algorithm can
    """

    slice: float = 0.2
    tolerance: float = 0.0
    strict: bool = False
    min_events: int = 100
    warm: bool = False
    untold: bool = False

    def verdict(self, comparison: ModelComparison) -> tuple[bool, str]:
        """Whether to publish the candidate, and why.

        Args:
            comparison: the model as it is, and the candidate
        """
        if not comparison.tells:
            few = comparison.test.n < 2
            why = "there are fewer than two users" if few else "no user makes a difference"
            return self.untold, f"There is nothing to tell by: {why} on the slice."
        worse, worst = comparison.worse_by, comparison.worse_by_at_most
        said = _worse(worse) + (f", at worst {_worse(worst)}" if self.strict else "")
        publish = (worst if self.strict else worse) <= self.tolerance
        against = "within" if publish else "more than"
        return publish, f"The candidate is {said}: {against} the tolerance of {self.tolerance:g}."


def _worse(amount: float) -> str:
    return f"{'worse' if amount > 0 else 'better'} by {abs(amount):.4f}"
