"""Matrix factorisation with implicit feedback."""

from __future__ import annotations

import numpy as np
import surprise
from surprise.utils import get_rng

from recli import kernels
from recli.algorithms._base import Algorithm
from recli.algorithms._contract.state import Floats, Layout
from recli.algorithms._declared import rates
from recli.algorithms._shared.factors import Factors
from recli.data.trainset import Trainset, by_user
from recli.params import Bool, Float, Int


class SVDpp(Factors, surprise.SVDpp):
    """SVD++: to the factors of a user come those of the items that they rated, whatever the rating.

    μ + b_u + b_i + q_i · (p_u + |I_u|^-½ Σ_{j ∈ I_u} y_j). An unknown user or item has zeros.
    """

    source = "Koren 2008, section 4; surprise.SVDpp"
    kind = "factors"
    cold_users = "baseline"
    cold_items = "baseline"
    parameters = (
        Int("n_factors", 20, "factors", low=1, tune=(20, 200), log=True, lower_for="memory"),
        Int("n_epochs", 20, "passes over the ratings", low=1, tune=(10, 100), log=True),
        Float("init_mean", 0.0, "mean of the factors at the start", lower_for="divergence"),
        Float(
            "init_std_dev",
            0.1,
            "their deviation",
            low=0,
            tune=(0.001, 0.1),
            log=True,
            lower_for="divergence",
        ),
        *rates(0.007, 0.02, ("bu", "bi", "pu", "qi", "yj")),
        Bool(
            "cache_ratings",
            False,
            "accepted as in Surprise; changes nothing here",
            speed_only=True,
        ),
    )
    fitted = ("pu", "qi", "yj", "bu", "bi")

    def _state_bytes(self, trainset: surprise.Trainset) -> int:
        return 8 * self.n_factors * (trainset.n_users + 2 * trainset.n_items)

    def layout(self) -> Layout:
        return {**super().layout(), "yj": Floats((self.trainset.n_items, self.n_factors))}

    def _fold_in(self, items: np.ndarray, values: np.ndarray, user: int) -> None:
        """The gradient descent of `fit` over the user's ratings, from the mean of its starts.

        b_i, q_i and y_j stay.
        """
        items, values = self._alone(items, values, user)
        self.bu, self.pu = np.zeros(1), np.full((1, self.n_factors), float(self.init_mean))
        kernels.sgd.svdpp(
            *(np.array([0, len(items)]), items, values),
            self.trainset.global_mean,
            self.n_epochs,
            np.array([self.lr_bu, 0.0, self.lr_pu, 0.0, 0.0]),
            np.array([self.reg_bu, 0.0, self.reg_pu, 0.0, 0.0]),
            *(self.bu, self.bi, self.pu, self.qi, self.yj),
            np.zeros(1, bool),
        )

    def sgd(self, trainset: surprise.Trainset) -> None:
        """Fill `bu`, `bi`, `pu`, `qi`, `yj`, from the same random start as Surprise."""
        self._draw(trainset)
        self._descend(trainset, self.n_epochs)

    def _learn_from(self, start: Algorithm, trainset: Trainset) -> None:
        assert isinstance(start, SVDpp)
        surprise.AlgoBase.fit(self, trainset)
        self._draw(trainset)
        self._descend(trainset, self._take_over(start, trainset))

    def _draw(self, trainset: surprise.Trainset) -> None:
        rng = get_rng(self.random_state)
        start = self.init_mean, self.init_std_dev
        self.bu, self.bi = np.zeros(trainset.n_users), np.zeros(trainset.n_items)
        self.pu = rng.normal(*start, (trainset.n_users, self.n_factors))
        self.qi = rng.normal(*start, (trainset.n_items, self.n_factors))
        self.yj = rng.normal(*start, (trainset.n_items, self.n_factors))

    def _descend(self, trainset: surprise.Trainset, n_epochs: int) -> None:
        indptr, items, values = by_user(trainset)
        users = np.repeat(np.arange(trainset.n_users), np.diff(indptr))
        distinct = np.unique(users * trainset.n_items + items) // trainset.n_items
        repeats = np.bincount(distinct, minlength=trainset.n_users) < np.diff(indptr)
        kernels.sgd.svdpp(
            *(indptr, items, values),
            trainset.global_mean,
            n_epochs,
            np.array([self.lr_bu, self.lr_bi, self.lr_pu, self.lr_qi, self.lr_yj]),
            np.array([self.reg_bu, self.reg_bi, self.reg_pu, self.reg_qi, self.reg_yj]),
            *(self.bu, self.bi, self.pu, self.qi, self.yj),
            repeats,
        )

    def _carried(self, user: int, item: int, rated: np.ndarray) -> np.ndarray:
        """Of p_u as in every factor model, and of the implicit sum exactly q_i · y_j / √|I_u|."""
        implicit = self.yj[rated] @ self.qi[item] / np.sqrt(len(rated))
        carried: np.ndarray = super()._carried(user, item, rated) + implicit
        return carried

    def _user_factors(self, users: np.ndarray) -> np.ndarray:
        distinct, back = np.unique(users, return_inverse=True)
        indptr, items, _ = by_user(self.trainset)
        factors = np.zeros((len(distinct), self.n_factors))
        for row, user in enumerate(distinct):
            if user >= 0:
                rated = items[indptr[user] : indptr[user + 1]]
                rated = rated[rated < len(self.yj)]  # a folded-in user may have rated cold items
                factors[row] = self.pu[user] + self.yj[rated].sum(axis=0) / np.sqrt(len(rated))
        return factors[back]
