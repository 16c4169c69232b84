"""Metrics as the user writes them: `rmse`, `ndcg@10`."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from recli import errors, registry

if TYPE_CHECKING:
    from recli.evaluation.metrics._base import Metric

Purpose = Literal["lists", "ratings"]
"""What an algorithm is wanted for: ranked lists of items, or predicted ratings."""
USUAL: dict[Purpose, tuple[str, ...]] = {
    "lists": ("ndcg", "precision", "recall", "map", "hit-rate"),
    "ratings": ("rmse", "mae", "mse", "fcp"),
}
"""The usual metrics of each purpose, the one that orders first."""
DEFAULT = (*USUAL["ratings"], *USUAL["lists"])
DEFAULT_K = 10
ALL = "all"


@dataclass(frozen=True)
class Measure:
    """A metric, with the cut-off of its lists if it is one of rankings.

    name: the registered name, or `module:Class`
    k: the number of recommended items that count, at least 1; None for a metric without cut-off
    """

    name: str
    k: int | None

    @classmethod
    def parse(cls, text: str) -> Measure:
        """The measure that `text` names: a metric, and for one of the first places '@' and how many.

        Without a cut-off k is 10. Raises UsageError for an unknown metric, for a cut-off that is
        not a whole number from 1 to 999999999, and for one on a metric that takes none.

        >>> Measure.parse("ndcg@5"), str(Measure.parse("HitRate"))
        (Measure(name='ndcg', k=5), 'hit-rate@10')
        >>> Measure.parse("rmse@5")
        Traceback (most recent call last):
        recli.errors.UsageError: 'rmse@5': rmse takes no cut-off. Write 'rmse'.
        """
        written, at, cutoff = text.partition("@")
        name = registry.resolve("metric", written)
        if not cls(name, None).metric.cutoff:
            if at:
                raise errors.UsageError(f"'{text}': {name} takes no cut-off. Write '{name}'.")
            return cls(name, None)
        if not at:
            return cls(name, DEFAULT_K)
        if not re.fullmatch(r"[1-9][0-9]{0,8}", cutoff.strip()):
            raise errors.UsageError(
                f"'{text}': the cut-off '{cutoff}' is not a whole number from 1 to 999999999. "
                f"Write '{name}@{DEFAULT_K}', for example."
            )
        return cls(name, int(cutoff))

    def __str__(self) -> str:
        return self.name if self.k is None else f"{self.name}@{self.k}"

    @property
    def metric(self) -> Any:
        """The metric itself, a Metric; its module is imported here."""
        metric: Metric = registry.get("metric", self.name)()
        return metric

    @property
    def greater_is_better(self) -> bool:
        """Whether the better of two values is the greater."""
        return self.metric.greater_is_better


def usual(purpose: Purpose) -> tuple[str, ...]:
    """All usual metrics, those of the purpose first.

    >>> usual("ratings") == DEFAULT, usual("lists")[0]
    (True, 'ndcg')
    """
    return tuple(dict.fromkeys((*USUAL[purpose], *DEFAULT)))


def measures(
    texts: Sequence[str], cutoffs: Sequence[int], purpose: Purpose = "ratings"
) -> tuple[Measure, ...]:
    """The measures that `texts` name, in their order and each once.

    A metric of the first places that is written without '@' is measured at each of `cutoffs`; `all`
    is every registered metric, the usual ones of the purpose first. Raises UsageError as
    `Measure.parse` does.

    >>> [str(measure) for measure in measures(["rmse", "ndcg", "map@3", "ndcg@5"], [5, 10])]
    ['rmse', 'ndcg@5', 'ndcg@10', 'map@3']
    """
    found: list[Measure] = []
    for text in texts:
        for name in _every(purpose) if text.strip().lower() == ALL else (text,):
            measure = Measure.parse(name)
            if measure.k is None or "@" in name:
                found.append(measure)
            else:
                found += [Measure(measure.name, k) for k in cutoffs]
    return tuple(dict.fromkeys(found))


def leading(measures: Sequence[Measure], has_value: Callable[[Measure], bool]) -> Measure:
    """The measure to order algorithms by: the first that one of them has a value in, else the first.

    Who only scores items has no RMSE; where all are like that, the lists decide.
    """
    return next((measure for measure in measures if has_value(measure)), measures[0])


def _every(purpose: Purpose) -> list[str]:
    """Every registered metric, the usual ones first."""
    first = [Measure.parse(text).name for text in usual(purpose)]
    return [*first, *(name for name in registry.names("metric") if name not in first)]
