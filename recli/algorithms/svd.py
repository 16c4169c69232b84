"""Matrix factorisation."""

from __future__ import annotations

import numpy as np
import surprise
from surprise.utils import get_rng

from recli import kernels
from recli.algorithms._base import Algorithm
from recli.algorithms._declared import rates
from recli.algorithms._shared.factors import Factors
from recli.data.trainset import Trainset, by_user
from recli.params import Bool, Float, Int


class SVD(Factors, surprise.SVD):
    """Matrix factorisation by gradient descent, with biases: μ + b_u + b_i + q_i · p_u.

    Without biases (`biased=false`) it is probabilistic matrix factorisation, and an unknown user or
    item has no prediction.
    """

    source = "Funk 2006; Salakhutdinov and Mnih 2008; Koren 2009; surprise.SVD"
    kind = "factors"
    cold_users = "baseline"
    cold_items = "baseline"
    parameters = (
        Int("n_factors", 100, "factors", low=1, tune=(20, 200), log=True, lower_for="memory"),
        Int("n_epochs", 20, "passes over the ratings", low=1, tune=(10, 100), log=True),
        Bool("biased", True, "add the biases of user and item"),
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
        *rates(0.005, 0.02, ("bu", "bi", "pu", "qi")),
    )
    fitted = ("pu", "qi", "bu", "bi")

    def _fold_in(self, items: np.ndarray, values: np.ndarray, user: int) -> None:
        """The gradient descent of `fit` over the ratings, from the mean of its starts; b_i, q_i stay."""
        items, values = self._alone(items, values, user)
        self.bu, self.pu = np.zeros(1), np.full((1, self.n_factors), float(self.init_mean))
        kernels.sgd.svd(
            *(np.array([0, len(items)]), items, values),
            self.trainset.global_mean if self.biased else 0.0,
            self.biased,
            self.n_epochs,
            np.array([self.lr_bu, 0.0, self.lr_pu, 0.0]),
            np.array([self.reg_bu, 0.0, self.reg_pu, 0.0]),
            *(self.bu, self.bi, self.pu, self.qi),
        )

    def sgd(self, trainset: surprise.Trainset) -> None:
        """Fill `bu`, `bi`, `pu`, `qi`, from the same random start as Surprise."""
        self._draw(trainset)
        self._descend(trainset, self.n_epochs)

    def _learn_from(self, start: Algorithm, trainset: Trainset) -> None:
        assert isinstance(start, SVD)
        surprise.AlgoBase.fit(self, trainset)
        self._draw(trainset)
        self._descend(trainset, self._take_over(start, trainset))

    def _draw(self, trainset: surprise.Trainset) -> None:
        rng = get_rng(self.random_state)
        self.bu, self.bi = np.zeros(trainset.n_users), np.zeros(trainset.n_items)
        start = self.init_mean, self.init_std_dev
        self.pu = rng.normal(*start, (trainset.n_users, self.n_factors))
        self.qi = rng.normal(*start, (trainset.n_items, self.n_factors))

    def _descend(self, trainset: surprise.Trainset, n_epochs: int) -> None:
        kernels.sgd.svd(
            *by_user(trainset),
            trainset.global_mean if self.biased else 0.0,
            self.biased,
            n_epochs,
            np.array([self.lr_bu, self.lr_bi, self.lr_pu, self.lr_qi]),
            np.array([self.reg_bu, self.reg_bi, self.reg_pu, self.reg_qi]),
            *(self.bu, self.bi, self.pu, self.qi),
        )
