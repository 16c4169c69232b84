"""One member for a pair of user and item, by how often each is rated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from recli import errors
from recli.algorithms._hybrids._weighting import Weighting
from recli.params import Int, Value


class Switching(Weighting):
    """The first member where user and item are rated often enough, the second for colder items.

    For colder users, whatever the item, it is the third member, or the second if there is no third.
    """

    # Tuned where the first ratings make a difference: after 20 a user's or an item's bias is settled.
    parameters = (
        Int(
            "min_user_ratings",
            5,
            "from so many ratings on a user is not cold",
            low=0,
            tune=(1, 20),
            log=True,
            when=("method", ("switching",)),
        ),
        Int(
            "min_item_ratings",
            5,
            "from so many ratings on an item is not cold",
            low=0,
            tune=(1, 20),
            log=True,
            when=("method", ("switching",)),
        ),
    )

    def __init__(self, values: Mapping[str, Value], predicts: Mapping[str, str]) -> None:
        super().__init__(values, predicts)
        self.min_user_ratings = int(values["min_user_ratings"])  # type: ignore[arg-type]
        self.min_item_ratings = int(values["min_item_ratings"])  # type: ignore[arg-type]
        scorers = [name for name, what in predicts.items() if what == "scores"]
        if scorers:
            raise errors.UsageError(
                "method=switching puts estimates of several members into one list, so that all have "
                f"to predict ratings; {' and '.join(scorers)} only gives scores. method=weighted "
                "and method=stacked take it."
            )
        if len(predicts) > 3:
            raise errors.UsageError(
                "method=switching takes two members, for warm and for cold pairs, or three, for "
                f"warm pairs, cold items and cold users; members names {len(predicts)}."
            )

    @property
    def shape(self) -> tuple[int, ...]:
        return (0,)

    def weights(
        self, learned: np.ndarray, n_user: np.ndarray, n_item: np.ndarray
    ) -> Iterator[np.ndarray]:
        cold_user, cold_item = n_user < self.min_user_ratings, n_item < self.min_item_ratings
        yield np.zeros(1)
        yield 1.0 * ~(cold_user | cold_item)
        if len(self.predicts) == 2:
            yield 1.0 * (cold_user | cold_item)
        else:
            yield 1.0 * (cold_item & ~cold_user)
            yield 1.0 * cold_user
