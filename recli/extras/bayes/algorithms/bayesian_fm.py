"""Bayesian factorisation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from typing import Any, ClassVar

import numpy as np
import scipy.special
import surprise
from surprise.utils import get_rng

from recli import errors
from recli.algorithms._base import Algorithm
from recli.algorithms._contract.catalogue import catalogue_size
from recli.algorithms._contract.constructor import RANDOM_STATE
from recli.algorithms._contract.state import FiniteNumber, Floats, Layout, Length, damaged
from recli.extras.bayes.algorithms import _gibbs
from recli.extras.bayes.algorithms._design import DesignSide, design
from recli.params import Bool, Choice, Float, Int, Text, Value

_BLOCK = 1 << 22  # factors: 32 MiB
_MAX_LEVELS = 20
_Product = Callable[[np.ndarray, np.ndarray], np.ndarray]
_Of = Callable[[np.ndarray, np.ndarray, _Product], np.ndarray]


class BayesianFM(Algorithm):
    """A factorisation machine averaged over its posterior: SVD++ that knows how sure it is.

    A rating is w_0 + Σ_f w_f x_f + Σ_{f<g} ⟨v_f, v_g⟩ x_f x_g, where x holds the id of the user and
    the items that they rated, the id of the item and the users who rated it, and features and time if
    asked for. Weights and factors are normal, each kind of column (ids, sets, …) with a mean and a
    precision of its own, which are learned too: there is nothing to regularise by hand. A Gibbs
    sampler draws from all of it, and predictions are means over its draws.

    With `task=ordered-probit` the machine gives the place on a hidden line that noise of deviation 1
    moves and that cutpoints part into the ratings there are; the prediction is the mean rating. It is
    the better one for stars, and takes twice as long to learn.

    A user or item without ratings has the prior's mean for its id, and what its features add. A
    prediction has no time of its own: with time, it is the mean over the times of the user's ratings in
    training.

    The deviation of a rating is that of its predictive distribution: how the machine differs from draw
    to draw, and the noise of ratings around it.

    Attributes:
        user_factors: float32[n_samples, n_users + 2, n_factors + 2], what the columns of a user come to
            in each draw: factors, weight and 1. After those with ratings come those without, once with
            the prior's mean and once with a draw from it. Rounding to float32 moves a rating by 1e-6;
            the draws leave it uncertain by ten thousand times as much.
        item_factors: The same of items: factors, 1 and weight, so that the product of the two is the
            machine.
        cutpoints: float64[n_samples, n_levels - 1].
        levels: float64[n_levels], the ratings that there are; empty for a regression.
        noise: float64[n_samples], the deviation of ratings from the machine in units of `unit`.
        center: Mean of the ratings.
        unit: Their deviation; a regression is fitted to what is left of them.
    """

    source = (
        "Freudenthaler, Schmidt-Thieme and Rendle 2011, Bayesian factorization machines; Salakhutdinov "
        "and Mnih 2008; columns as in Rendle, Zhang and Koren 2019; myfm"
    )
    kind = "factors"
    cold_users = "prior mean"
    cold_items = "prior mean"
    uses = ("item features", "user features", "times")
    cost = "high"
    has_deviations = True
    takes = (RANDOM_STATE,)
    releases_gil = False
    quick: ClassVar[Mapping[str, Value]] = {"n_samples": 12, "burn_in": 3}
    # Regularisation is learned, and more draws never hurt: what is left to tune is what the machine
    # looks at. On 100,000 ratings 20 factors are no better than 10 after 300 draws.
    parameters = (
        Choice(
            "task",
            "regression",
            "what ratings are: numbers, or levels with an order",
            options=("regression", "ordered-probit"),
            tune=("regression", "ordered-probit"),
        ),
        Int("n_factors", 10, "factors", low=1, tune=(4, 20), log=True, lower_for="memory"),
        Int(
            "n_samples", 200, "draws from the posterior to average over", low=1, lower_for="memory"
        ),
        Int("burn_in", 5, "draws before them, which are left out", low=0),
        Bool("rated_items", True, "describe a user by what they rated, too", tune=(False, True)),
        Bool("rating_users", True, "describe an item by who rated it, too", tune=(False, True)),
        Text("item_features", None, "features to use, separated by commas; or all"),
        Text("user_features", None, "columns of the user table to use; or all"),
        Float("time_bin", 0.0, "days that count as one time; 0 leaves time out", low=0),
    )
    fitted = (
        *("user_factors", "item_factors", "cutpoints", "levels", "noise"),
        *("center", "unit"),
    )

    def layout(self) -> Layout:
        n, width = self.n_samples, self.n_factors + 2
        n_items = self.trainset.n_items
        n_cold = 1 if self.item_features is None else 1 + catalogue_size(self.trainset) - n_items
        n_levels: Length = 0 if self.task == "regression" else tuple(range(2, _MAX_LEVELS + 1))
        return {
            "user_factors": Floats((n, self.trainset.n_users + 2, width)),
            "item_factors": Floats((n, n_items + 2 * n_cold, width)),
            "levels": Floats((n_levels,)),
            "cutpoints": Floats((n, "cutpoints")),
            "noise": Floats((n,), low=0.0),
            "center": FiniteNumber(),
            "unit": FiniteNumber(low=0.0),
        }

    def _check_state(self, state: Mapping[str, Any]) -> None:
        super()._check_state(state)
        n_between = max(0, len(self.levels) - 1)
        if self.cutpoints.shape[1] != n_between:
            raise damaged(f"cutpoints are {self.cutpoints.shape[1]}, where {n_between} belong")

    def _state_bytes(self, trainset: surprise.Trainset) -> int:
        n_rows = trainset.n_users + catalogue_size(trainset)
        return 4 * self.n_samples * (self.n_factors + 2) * n_rows

    def _learn(self, trainset: surprise.Trainset) -> None:
        surprise.AlgoBase.fit(self, trainset)
        columns = design(
            trainset,
            self.rated_items,
            self.rating_users,
            self.item_features,
            self.user_features,
            self.time_bin,
        )
        values = columns.values
        self.center, self.unit = float(values.mean()), float(values.std()) or 1.0
        self.levels, y = np.empty(0), (values - self.center) / self.unit
        if self.task == "ordered-probit":
            self.levels, y = _levels(values)
        n_levels = len(self.levels)
        self.user_factors = self._ones(columns.users)
        self.item_factors = self._ones(columns.items)
        self.cutpoints = np.empty((self.n_samples, max(0, n_levels - 1)))
        self.noise = np.empty(self.n_samples)

        def keep(number: int, draw: _gibbs.Draw) -> None:
            sample = number - self.burn_in
            if sample < 0:
                return
            factors, weights = draw.of_users(columns)
            self.user_factors[sample, :, :-2] = factors
            self.user_factors[sample, :, -2] = weights
            factors, weights = draw.sums(columns.items)
            self.item_factors[sample, :, :-2] = factors
            self.item_factors[sample, :, -1] = weights
            self.cutpoints[sample] = draw.cutpoints
            self.noise[sample] = draw.precision**-0.5

        n_draws = self.burn_in + self.n_samples
        seed = get_rng(self.random_state).randint(2**31 - 1)
        _gibbs.sample(columns, y, n_levels, self.n_factors, n_draws, seed, keep)

    def _ones(self, side: DesignSide) -> np.ndarray:
        n_rows = side.n_known + 2 * side.n_cold
        return np.ones((self.n_samples, n_rows, self.n_factors + 2), np.float32)

    def _estimate_pairs(self, users: np.ndarray, items: np.ndarray) -> np.ndarray:
        return self._over_pairs(users, items, self._means)

    def _estimate_users(self, users: np.ndarray) -> np.ndarray:
        return self._over_catalogue(users, self._means)

    def deviations_of_pairs(self, users: np.ndarray, items: np.ndarray) -> np.ndarray:
        return self._over_pairs(np.asarray(users), np.asarray(items), self._deviations)

    def deviations_of_users(self, users: np.ndarray) -> np.ndarray:
        return self._over_catalogue(np.asarray(users), self._deviations)

    def _over_pairs(self, users: np.ndarray, items: np.ndarray, of: _Of) -> np.ndarray:
        result = np.empty(len(users))
        for block in self._blocks(len(users)):
            result[block] = of(users[block], items[block], _pairwise)
        return result

    def _over_catalogue(self, users: np.ndarray, of: _Of) -> np.ndarray:
        items = np.arange(catalogue_size(self.trainset))
        result = np.empty((len(users), len(items)))
        for block in self._blocks(len(items)):
            result[:, block] = of(users, items[block], _crosswise)
        return result

    def _blocks(self, n: int) -> Iterator[slice]:
        """Slices of `n` pairs or items, the factors of which fit in memory in all draws."""
        size = max(1, _BLOCK // (self.user_factors.shape[0] * self.user_factors.shape[2]))
        return (slice(start, start + size) for start in range(0, n, size))

    def _means(self, users: np.ndarray, items: np.ndarray, product: _Product) -> np.ndarray:
        """Means of ratings, float64 in the shape that `product` gives."""
        u, v = self._factors(users, items, drawn=False)
        if not len(self.levels):
            return self.center + self.unit * product(u, v) / len(u)
        return self._moments(u, v, product)[0]

    def _deviations(self, users: np.ndarray, items: np.ndarray, product: _Product) -> np.ndarray:
        """Deviations of ratings, float64 in the shape that `product` gives."""
        u, v = self._factors(users, items, drawn=True)
        mean, square = self._moments(u, v, product)
        return np.sqrt(square - mean**2)

    def _factors(
        self, users: np.ndarray, items: np.ndarray, drawn: bool
    ) -> tuple[np.ndarray, np.ndarray]:
        """Factors in each draw, float64[n_samples, n, n_factors + 2]; `drawn` chooses the cold ones."""
        u = _rows(self.user_factors, users, self.trainset.n_users, drawn)
        return u, _rows(self.item_factors, items, self.trainset.n_items, drawn)

    def _moments(
        self, u: np.ndarray, v: np.ndarray, product: _Product
    ) -> tuple[np.ndarray, np.ndarray]:
        """E[r] and E[r²] of ratings, both float64 in the shape that `product` gives."""
        of_draw = self._moments_of_levels if len(self.levels) else self._moments_of_numbers
        mean = square = np.zeros(())
        for sample in range(len(u)):
            machine = product(u[sample : sample + 1], v[sample : sample + 1])
            first, second = of_draw(machine, sample)
            mean, square = mean + first / len(u), square + second / len(u)
        return mean, square

    def _moments_of_numbers(
        self, machine: np.ndarray, sample: int
    ) -> tuple[np.ndarray, np.ndarray]:
        mean = self.center + self.unit * machine
        return mean, mean**2 + (self.unit * self.noise[sample]) ** 2

    def _moments_of_levels(self, machine: np.ndarray, sample: int) -> tuple[np.ndarray, np.ndarray]:
        first = np.full_like(machine, self.levels[0])
        second = first**2
        steps = zip(self.cutpoints[sample], pairwise(self.levels), strict=True)
        for cutpoint, (below, above) in steps:
            beyond = scipy.special.ndtr(machine - cutpoint)
            first += (above - below) * beyond
            second += (above**2 - below**2) * beyond
        return first, second


def _rows(factors: np.ndarray, ids: np.ndarray, n_known: int, drawn: bool) -> np.ndarray:
    """Factors of inner ids; those without ratings have what is drawn for them, or the mean."""
    n_cold = (factors.shape[1] - n_known) // 2
    unknown = n_known + n_cold - 1
    rows = np.where(ids < 0, unknown, np.minimum(ids, unknown))
    if drawn:
        rows[rows >= n_known] += n_cold
    return factors[:, rows].astype(np.float64)


def _pairwise(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Σ_s u_sn · v_sn, float64[n], for u and v float64[n_samples, n, n_factors]."""
    return np.einsum("snf,snf->n", u, v)


def _crosswise(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Σ_s u_sn · v_sm, float64[n, m], for u float64[n_samples, n, n_factors] and v of m rows."""
    return np.tensordot(u, v, axes=((0, 2), (0, 2)))


def _levels(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The distinct ratings, ascending, and which of them each rating is, float64[n_ratings]."""
    levels, y = np.unique(values, return_inverse=True)
    if not 2 <= len(levels) <= _MAX_LEVELS:
        raise errors.DataError(
            f"task=ordered-probit takes from 2 to {_MAX_LEVELS} distinct ratings, here are "
            f"{len(levels):,}: use task=regression."
        )
    return levels, y
