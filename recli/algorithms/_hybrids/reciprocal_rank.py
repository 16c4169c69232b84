"""One list out of several, by the reciprocals of ranks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from recli.algorithms._hybrids._weighting import Weighting
from recli.algorithms._hybrids.scales import ranks
from recli.params import Float, Value


class ReciprocalRank(Weighting):
    """Σ_m 1 / (k + rank_m): what one member places first counts for more than what two place late.

    There is nothing to learn, and scores of any kind go together.
    """

    # Cormack, Clarke and Büttcher found 60 on TREC's runs, and little difference from 10 to 500.
    parameters = (
        Float(
            "rank_constant",
            60.0,
            "k in 1 / (k + rank): the smaller, the more the first places count",
            low=0,
            tune=(1, 200),
            log=True,
            when=("method", ("reciprocal-rank",)),
        ),
    )

    def __init__(self, values: Mapping[str, Value], predicts: Mapping[str, str]) -> None:
        super().__init__(values, predicts)
        self.rank_constant = float(values["rank_constant"])  # type: ignore[arg-type]

    def scale(
        self, catalogue: np.ndarray, candidates: np.ndarray, scores: np.ndarray
    ) -> np.ndarray:
        """1 / (k + rank), see `Scale`.

        Args:
            catalogue: float64[n_users, n_catalogue].
            candidates: bool[n_users, n_catalogue].
            scores: float64[n_users, n].

        Returns:
            float64[n_users, n].
        """
        reciprocal: np.ndarray = 1 / (self.rank_constant + ranks(catalogue, candidates, scores))
        return reciprocal

    def learn(self, seen: Callable[[], Any]) -> np.ndarray:
        """float64[n_members] of ones."""
        return np.ones(len(self.predicts))

    def weights(
        self, learned: np.ndarray, n_user: np.ndarray, n_item: np.ndarray
    ) -> Iterator[np.ndarray]:
        yield np.zeros(1)
        yield from learned[:, None]
