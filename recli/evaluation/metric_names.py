"""Metrics as the user writes them: `rmse`, `ndcg@10`, `rbp:p=0.9@10`."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from recli import errors, params, registry, spec
from recli.params import Value

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
    """A metric, with its options and the cut-off of its lists if it is one of rankings.

    Attributes:
        name: the registered name, or `module:Class`
        k: the number of recommended items that count, at least 1; None for a metric without cut-off
        options: name and value of those that are not as by default, in declared order
    """

    name: str
    k: int | None
    options: tuple[tuple[str, Value], ...] = ()

    @classmethod
    def parse(cls, text: str) -> Measure:
        """The measure that `text` names: `METRIC`, `METRIC@K`, `METRIC:OPTION=VALUE,…@K`.

        A metric of the first places takes '@' and how many, by default 10; what stands before is read
        by `recli.spec`. `str` is the inverse; options as by default are not written.

        Raises:
            UsageError: For an unknown metric or option, for a value that is not valid, for a cut-off
                that is not a whole number from 1 to 999999999, and for one on a metric that takes none.

        Args:
            text: the text to read

        >>> Measure.parse("ndcg@5"), str(Measure.parse("HitRate"))
        (Measure(name='ndcg', k=5, options=()), 'hit-rate@10')
        >>> str(Measure.parse("RBP: p=0.90@5")), str(Measure.parse("rbp:p=0.8"))
        ('rbp:p=0.9@5', 'rbp@10')
        >>> Measure.parse("rmse@5")
        Traceback (most recent call last):
        recli.errors.UsageError: 'rmse@5': rmse takes no cut-off. Write 'rmse'.
        """
        written, at, cutoff = text.partition("@")
        metric, values = spec.parse("metric", written)
        changed = params.difference(metric.parameters, values)
        measure = cls(registry.name_of(metric), None, tuple(changed.items()))
        if not metric.cutoff:
            if at:
                raise errors.UsageError(
                    f"'{text}': {measure.name} takes no cut-off. Write '{measure}'."
                )
            return measure
        if not at:
            return replace(measure, k=DEFAULT_K)
        if not re.fullmatch(r"[1-9][0-9]{0,8}", cutoff.strip()):
            raise errors.UsageError(
                f"'{text}': the cut-off '{cutoff}' is not a whole number from 1 to 999999999. "
                f"Write '{replace(measure, k=DEFAULT_K)}', for example."
            )
        return replace(measure, k=int(cutoff))

    def __str__(self) -> str:
        text = spec.written(self.name, dict(self.options))
        return text if self.k is None else f"{text}@{self.k}"

    @property
    def metric(self) -> Any:
        """The metric itself, a Metric with the options; its module is imported here."""
        metric: Metric = spec.made(registry.get("metric", self.name), **dict(self.options))
        return metric

    @property
    def greater_is_better(self) -> bool:
        """Whether the better of two values is the greater."""
        return self.metric.greater_is_better


def usual(purpose: Purpose) -> tuple[str, ...]:
    """All usual metrics, those of the purpose first.

    Args:
        purpose: what the algorithm is wanted for: `lists` or `ratings`

    >>> usual("ratings") == DEFAULT, usual("lists")[0]
    (True, 'ndcg')
    """
    return tuple(dict.fromkeys((*USUAL[purpose], *DEFAULT)))


def measures(
    texts: Sequence[str], cutoffs: Sequence[int], purpose: Purpose = "ratings"
) -> tuple[Measure, ...]:
    """The measures that `texts` name, in their order and each once.

    A metric of the first places that is written without '@' is measured at each of `cutoffs`; `all`
    is every registered metric, the usual ones of the purpose first.

    Args:
        texts: as the user writes them
        cutoffs: lengths of lists that are measured
        purpose: what the algorithm is wanted for: `lists` or `ratings`

    Raises:
        UsageError: as `Measure.parse` does

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
                found += [replace(measure, k=k) for k in cutoffs]
    return tuple(dict.fromkeys(found))


def leading(measures: Sequence[Measure], has_value: Callable[[Measure], bool]) -> Measure:
    """The measure to order algorithms by: the first that one of them has a value in, else the first.

    Who only scores items has no RMSE; where all are like that, the lists decide.

    Args:
        measures: what is measured, the first orders
        has_value: whether one of the algorithms has a value in it
    """
    return next((measure for measure in measures if has_value(measure)), measures[0])


def _every(purpose: Purpose) -> list[str]:
    """Every registered metric, the usual ones first."""
    first = [Measure.parse(text).name for text in usual(purpose)]
    every = dict(registry.usable("metric"))
    return [*first, *(name for name in every if name not in first)]
