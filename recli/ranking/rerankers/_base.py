"""What a re-ranker is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from recli.models.model import FittedModel
from recli.params import Parameter
from recli.ranking.ranked_lists import Measure, RankedLists

_POOL = 100


class Reranker:
    """Makes other lists of those that the scores give: diversity, calibration, exploration, caps.

    A subclass gives `of` and `__call__`, or is a `Term`.

    Attributes:
        parameters: what it takes, as `NAME:OPTION=VALUE` says it
        position: its place among those that make the same lists: smaller ones come first
    """

    parameters: ClassVar[tuple[Parameter, ...]] = ()
    position: ClassVar[int] = 500

    @classmethod
    def of(
        cls, whole: FittedModel, model: FittedModel, seed: int, *_: Any, **options: Any
    ) -> Reranker:
        """The re-ranker of a model's lists.

        Args:
            whole: the model as it was trained
            model: the same, or with a user folded in, whom it knows
            seed: what is drawn at random is drawn by it
            options: a value for each of `parameters`

        Raises:
            UsageError: for options that do not fit the model
            DataError: where the data lack what it needs
        """
        raise NotImplementedError

    @classmethod
    def check(cls, model: FittedModel, *_: Any, **options: Any) -> None:
        """Raise what `of` raises, as far as it can be known before the model is fitted.

        Args:
            model: its algorithm may be fitted or not
            options: a value for each of `parameters`
        """

    def pool(self, n: int, n_catalogue: int) -> int:
        """How long a list it has to see to give one of `n`; by default ten times as long.

        One that gives a shorter list, of a longer list than it was shown, is shown a longer one.

        Args:
            n: the length of the lists that are asked for
            n_catalogue: how many items there are
        """
        return min(n_catalogue, max(_POOL, 10 * n))

    def __call__(self, lists: RankedLists, n: int) -> RankedLists:
        """The best `n` by its own measure; an item keeps the score that the model gave.

        Below these may follow the others, as they were, for a re-ranker that comes after.

        Args:
            lists: the lists so far, as long as `pool` says where there are so many items
            n: the length of the lists that are asked for
        """
        raise NotImplementedError

    def measures(self) -> Mapping[str, Measure]:
        """What it is to change, by name, to compare its lists with those of the scores."""
        return {}
