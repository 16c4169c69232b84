"""What the four k-NN algorithms share."""

from __future__ import annotations

import functools
from typing import Self

import numpy as np
import surprise
from surprise import PredictionImpossible

from recli import errors, kernels, registry
from recli.algorithms._base import Algorithm
from recli.algorithms._contract.abilities import Side
from recli.algorithms._contract.catalogue import catalogue_size, raw_user
from recli.algorithms._contract.guards import NO_MATRIX
from recli.algorithms._declared import similarity_options
from recli.algorithms._shared.reasons import Reason, rated_items
from recli.data.trainset import Trainset, by_item, by_user
from recli.kernels.csr import csr, with_first

_BLOCK = 1 << 22  # similarities: 32 MiB


class Neighbours(Algorithm):
    """k-NN; x is a user if user-based, otherwise an item, and y is the other.

    A similarity is computed when a prediction needs it, row by row; the matrix `sim` only for code
    that asks for it. Each variant says what it takes from a neighbour's rating (`_deviations`) and
    how the weighted mean of that becomes a prediction (`_from_mean`).
    """

    def _learn(self, trainset: surprise.Trainset) -> None:
        surprise.AlgoBase.fit(self, trainset)
        if self._measure not in kernels.neighbours.MEASURES:
            raise errors.unknown(
                *("similarity", self._measure, kernels.neighbours.MEASURES),
                error=errors.SimilarityError,
            )
        for cached in ("_near", "sim"):
            self.__dict__.pop(cached, None)
        self.n_x, self.n_y = self.switch(trainset.n_users, trainset.n_items)
        self._by_x, self._by_y = self.switch(by_user(trainset), by_item(trainset))
        if self._centres_on_baselines or self._measure == "pearson_baseline":
            self.bu, self.bi = self.compute_baselines()
            self.bx, self.by = self.switch(self.bu, self.bi)
        self._fit_scale()

    additive = True
    beside_fitted = ("bu", "bi", "means", "sigmas")
    _centres_on_baselines = False

    def _fit_scale(self) -> None:
        """Learn what the variant centres or scales by."""

    def fold_in(self, items: np.ndarray, values: np.ndarray, user: int = -1) -> Self:
        self._near  # noqa: B018, made here once, not in every copy
        return super().fold_in(items, values, user)

    def _fold_in(self, items: np.ndarray, values: np.ndarray, user: int) -> None:
        """Their neighbours among all users or, item-based, what is near the rated items.

        Similarities of others, means and biases stay. The user becomes user 0 and the others move by
        one; what the user had rated before does not count as a neighbour of theirs.
        """
        near, self._learned_from = self._near, self.trainset
        self.__dict__.pop("sim", None)
        items, values = self._alone(items, values, user)
        order = np.argsort(items, kind="stable")
        items, values = items[order], values[order]
        if self._centres_on_baselines or self._measure == "pearson_baseline":
            self.bu = np.append(self._bias(items, values, self.bi), self.bu)
            self.bx, self.by = self.switch(self.bu, self.bi)
        compared = values
        if self._measure == "pearson_baseline":
            compared = values - (self.trainset.global_mean + self.bi[items] + self.bu[0])
        if self.sim_options["user_based"]:
            self._scale_first(values)
            self._near = self._with_first_x(near, items, compared, user)
        else:
            self._near = self._with_first_y(near, items, values, compared)

    def _with_first_x(
        self,
        near: kernels.neighbours.Neighbourhood,
        ys: np.ndarray,
        compared: np.ndarray,
        old: int,
    ) -> kernels.neighbours.Neighbourhood:
        """`near` and the CSR by y where x = 0 is new, has `compared` the `ys`, and `old` has none."""
        y_indptr, y_xs, y_values = self._by_y
        kept = y_xs != old
        of_y = np.repeat(np.arange(self.n_y), np.diff(y_indptr))[kept]
        y_indptr = np.append(0, np.bincount(of_y, minlength=self.n_y).cumsum())
        y_xs = y_xs[kept] + np.int32(1)
        self._by_y = y_indptr, y_xs, y_values[kept]
        self.n_x += 1
        return near._replace(
            # No other row than this is ever made: those of the others may be empty.
            x_indptr=np.append(0, np.full(self.n_x, len(ys))),
            x_ys=ys.astype(near.x_ys.dtype),
            x_values=compared,
            y_indptr=y_indptr,
            y_xs=y_xs,
            y_values=near.y_values[kept],
        )

    def _with_first_y(
        self,
        near: kernels.neighbours.Neighbourhood,
        xs: np.ndarray,
        values: np.ndarray,
        compared: np.ndarray,
    ) -> kernels.neighbours.Neighbourhood:
        """`near` and the CSR by y where y = 0 is new, and of no weight in the similarities of x."""
        self._by_y = with_first(self._by_y, xs, values)
        self.n_y += 1
        by_y = with_first((near.y_indptr, near.y_xs, near.y_values), xs, compared)
        y_indptr, y_xs, y_values = by_y
        return near._replace(x_ys=near.x_ys + 1, y_indptr=y_indptr, y_xs=y_xs, y_values=y_values)

    @property
    def similarity(self) -> str:  # type: ignore[override]
        """The measure of its neighbours."""
        return f"{self._measure} of ratings"

    def similarities(self, side: Side, x: int) -> np.ndarray:
        """Row x of `sim`; of the side alone that its neighbours are of."""
        user_based = self.sim_options["user_based"]
        if (side == "user") != user_based:
            own, other = ("users", "False") if user_based else ("items", "True")
            raise errors.UsageError(
                f"This {registry.name_of(type(self))} compares {own}. To compare {side}s, train one with "
                f'`algorithm(…, sim_options={{"user_based": {other}}})`.'
            )
        return kernels.neighbours.row(self._near, x)

    def explain(self, user: int, item: int) -> list[Reason]:
        """What it centres on, and each neighbour's rating, by its share of the similarities.

        A neighbour is a user or, item-based, an item that the user rated. All count where there are at
        least `min_k`, none otherwise.
        """
        [[x]], [[y]] = self.switch(np.array([[user]]), self._known_items(np.array([[item]])))
        estimates, counts = self._grouped(np.array([user]), np.array([item]))
        if np.isnan(estimates[0]):
            return self._default_reasons()
        centre = self._centre_reasons(user, item)
        if counts[0] < max(1, self.min_k):
            return centre
        y_indptr, y_xs, values = self._by_y
        ratings = slice(y_indptr[y], y_indptr[y + 1])
        similarities = kernels.neighbours.row(self._near, x)[y_xs[ratings]]
        # Of equal similarities the first: the rule of the kernel.
        nearest = np.argsort(-similarities, kind="stable")[: counts[0]]
        shares = similarities[nearest] / similarities[nearest].sum()
        deviations = self._all_deviations()[ratings][nearest]
        amounts = float(self._scale(x)) * shares * deviations
        neighbours, values = y_xs[ratings][nearest], values[ratings][nearest]
        if not self.sim_options["user_based"]:
            return [*centre, *rated_items(self.trainset, neighbours, amounts, values)]
        return centre + [
            Reason("neighbour", self._user_id(int(other)), float(amount), float(value))
            for other, amount, value in zip(neighbours, amounts, values, strict=True)
        ]

    def _centre_reasons(self, user: int, item: int) -> list[Reason]:
        """What the variant centres on."""
        return []

    def _scale(self, x: int) -> float:
        """By what the variant multiplies the mean of the deviations."""
        return 1.0

    _learned_from: Trainset | None = None
    """The trainset of the other users, once one is folded in and is user 0."""

    def _user_id(self, user: int) -> str:
        if self._learned_from is None:
            return raw_user(self.trainset, user)
        return raw_user(self._learned_from, user - 1)

    def _scale_first(self, values: np.ndarray) -> None:
        """Put before what `_fit_scale` learned of every user that of one more, from their ratings."""

    @property
    def item_by_item(self) -> bool:
        return not self.sim_options["user_based"]

    @property
    def _measure(self) -> str:
        return str(similarity_options(self.sim_options)["name"])

    @functools.cached_property
    def _near(self) -> kernels.neighbours.Neighbourhood:
        y_indptr, y_xs, y_values = self._by_y
        ys = np.repeat(np.arange(self.n_y), np.diff(y_indptr))
        options = similarity_options(self.sim_options)
        min_support = options["min_support"]
        if self._measure == "pearson_baseline":
            min_support = max(2, min_support)
            y_values = y_values - ((self.trainset.global_mean + self.by[ys]) + self.bx[y_xs])
        x_indptr, x_ys, x_values = csr(y_xs, ys, y_values, self.n_x)
        return kernels.neighbours.Neighbourhood(
            x_indptr=x_indptr,
            x_ys=x_ys,
            x_values=x_values,
            y_indptr=y_indptr,
            y_xs=y_xs,
            y_values=y_values,
            measure=kernels.neighbours.MEASURES.index(self._measure),
            min_support=min_support,
            shrinkage=float(options["shrinkage"]),
        )

    @functools.cached_property
    def sim(self) -> np.ndarray:
        """The similarities of all x, float64[n_x, n_x]. Raises TooLargeError where they do not fit."""
        self._check_fits(8 * self.n_x**2, "all similarities", NO_MATRIX)
        return kernels.neighbours.similarities(self._near)

    @property
    def xr(self) -> dict[int, list[tuple[int, float]]]:
        """Ratings by x, as Surprise holds them."""
        return self.trainset.ur if self.sim_options["user_based"] else self.trainset.ir

    @property
    def yr(self) -> dict[int, list[tuple[int, float]]]:
        """Ratings by y, as Surprise holds them."""
        return self.trainset.ir if self.sim_options["user_based"] else self.trainset.ur

    def compute_similarities(self) -> np.ndarray:
        return self.sim

    def estimate(self, u: int | str, i: int | str) -> tuple[float, dict[str, int]]:
        user, item = (-1 if isinstance(x, str) else int(x) for x in (u, i))
        estimates, counts = self._grouped(np.array([user]), np.array([item]))
        if np.isnan(estimates[0]):
            raise PredictionImpossible("Unknown user or item, or not enough neighbours.")
        return float(estimates[0]), {"actual_k": int(counts[0])}

    def _deviations(self, neighbours: np.ndarray, ys: np.ndarray, values: np.ndarray) -> np.ndarray:
        """What counts of each rating, float64[n_ratings], given neighbour x', y and value."""
        return values

    def _from_mean(
        self, xs: np.ndarray, ys: np.ndarray, means: np.ndarray, enough: np.ndarray
    ) -> np.ndarray:
        """Estimates from the weighted means of deviations (NaN without neighbours)."""
        raise NotImplementedError

    def _estimate_pairs(self, users: np.ndarray, items: np.ndarray) -> np.ndarray:
        xs, _ = self.switch(users, items)
        order = np.argsort(xs, kind="stable")
        result = np.empty(len(users))
        result[order] = self._grouped(users[order], items[order])[0]
        return result

    def _estimate_users(self, users: np.ndarray) -> np.ndarray:
        n_items = catalogue_size(self.trainset)
        items = np.arange(n_items)
        if self.sim_options["user_based"]:
            pairs = np.repeat(users, n_items), np.tile(items, len(users))
            return self._grouped(*pairs)[0].reshape(len(users), n_items)
        n_raters = np.diff(self._by_y[0])[users[users >= 0]]
        if n_raters.sum() < self.n_x and n_raters.max(initial=0) * self.n_x <= _BLOCK:
            return self._from_rated(users)
        pairs = np.tile(users, n_items), np.repeat(items, len(users))
        return self._grouped(*pairs)[0].reshape(n_items, len(users)).T.copy()

    def _from_rated(self, users: np.ndarray) -> np.ndarray:
        """What `_estimate_users` gives, item-based, from the similarities of what they rated."""
        deviations, n_items = self._all_deviations(), catalogue_size(self.trainset)
        means = np.full((len(users), n_items), np.nan)
        counts = np.zeros((len(users), n_items), np.int64)
        for row, user in enumerate(users):
            if user >= 0:
                means[row, : self.n_x], counts[row, : self.n_x] = kernels.neighbours.aggregate_all(
                    self._near, user, deviations, self.k
                )
        xs = np.tile(self._known_items(np.arange(n_items)), len(users))
        enough = counts.ravel() >= max(1, self.min_k)
        estimates = self._from_mean(xs, np.repeat(users, n_items), means.ravel(), enough)
        return estimates.reshape(len(users), n_items)

    def _all_deviations(self) -> np.ndarray:
        """What counts of each rating, in the order of the CSR by y."""
        y_indptr, neighbours, values = self._by_y
        ys = np.repeat(np.arange(self.n_y), np.diff(y_indptr))
        return self._deviations(neighbours, ys, values)

    def _grouped(self, users: np.ndarray, items: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Estimates and numbers of neighbours for pairs in which those of one x stand together."""
        xs, ys = self.switch(users, self._known_items(items))
        deviations = self._all_deviations()
        means, counts = kernels.neighbours.aggregate(self._near, xs, ys, deviations, self.k)
        return self._from_mean(xs, ys, means, counts >= max(1, self.min_k)), counts
