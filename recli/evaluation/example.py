"""One small example, on which recli and other libraries measure the same lists and predictions."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from recli.evaluation.by_hand import Rated, lists_by_hand
from recli.evaluation.lists import EvaluatedLists
from recli.evaluation.metrics._base import Metric
from recli.evaluation.predictions import Predictions


@dataclass(frozen=True)
class Case:
    """Ratings, rankings and predictions, all of them numbers.

    Attributes:
        train: (user, item, rating) that were learned from
        test: (user, item, rating) that were tested
        rankings: of each user the candidates, best first
        estimates: the predicted ratings of `test`, in its order
        n_items: how many items the catalogue has
        k: places of a list
        threshold: a test rating of that or more is liked
    """

    train: Sequence[Rated]
    test: Sequence[Rated]
    rankings: Mapping[int, Sequence[int]]
    estimates: Sequence[float]
    n_items: int
    k: int
    threshold: float = 4.0

    @functools.cached_property
    def lists(self) -> EvaluatedLists:
        """The lists beside the test ratings."""
        return lists_by_hand(
            self.rankings, self.test, self.k, self.n_items, self.train, self.threshold
        )

    @functools.cached_property
    def predictions(self) -> Predictions:
        """The predictions beside the test ratings."""
        users, _, truth = zip(*self.test, strict=True)
        return Predictions(np.array(truth), np.array(self.estimates), np.array(users))

    def value(self, metric: Metric) -> float:
        """What a metric of recli gives; lists have `k` places.

        Args:
            metric: of predictions or of lists
        """
        seen = self.predictions if metric.needs == "predictions" else self.lists
        return float(metric(seen))  # type: ignore[operator]


def _rated(text: str) -> list[Rated]:
    """(user, item, rating) of lines as `1: a5 b4`."""
    lines = (line.split(":") for line in text.strip().splitlines())
    return [
        (int(user) - 1, ITEMS.index(pair[0]), float(pair[1:]))
        for user, pairs in lines
        for pair in pairs.split()
    ]


ITEMS = "abcdefghij"
"""What the items of the example are called."""

EXAMPLE = Case(
    train=_rated("""
        1: a5 b4 c4 d3 e4 f5 g3 h4
        2: a4 b3
        3: a5 c4
        4: a4 e2
    """),
    test=_rated("""
        1: i4 j2
        2: c5 d4 e5 f4 g2
        3: b4 d3 j1
        4: b5 d4 g1
    """),
    rankings={
        user: [ITEMS.index(item) for item in ranked]
        for user, ranked in enumerate(("ji", "chedgifj", "defbghij", "gbhdcfij"))
    },
    estimates=[3.5, 3.0, 4.5, 3.5, 4.0, 4.0, 3.0, 3.5, 4.5, 2.0, 4.0, 3.5, 4.5],
    n_items=len(ITEMS),
    k=3,
)
"""Of the lists one is shorter than k, one has no hit, and one user has more relevant items than k."""


def in_words() -> list[list[str]]:
    """A row for each user of the example: name, training, test, list; what is liked has a star."""
    case = EXAMPLE

    def of(rated: Sequence[Rated], user: int, mark: str) -> str:
        return " ".join(
            f"{ITEMS[item]}{value:g}{mark if value >= case.threshold else ''}"
            for one, item, value in rated
            if one == user
        )

    return [
        [
            f"user {user + 1}",
            of(case.train, user, ""),
            of(case.test, user, "*"),
            " ".join(ITEMS[item] for item in ranked[: case.k]),
        ]
        for user, ranked in case.rankings.items()
    ]
