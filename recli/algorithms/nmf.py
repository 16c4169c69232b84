"""Non-negative matrix factorisation."""

from __future__ import annotations

import functools
import logging

import numpy as np
import scipy.optimize
import surprise
from surprise.utils import get_rng

from recli import kernels
from recli.algorithms._shared.factors import Factors
from recli.data.trainset import by_user
from recli.params import Bool, Float, Int

_LOG = logging.getLogger("recli")


class NMF(Factors, surprise.NMF):
    """Factors that stay positive: q_i · p_u, or with biases (`biased=true`) μ + b_u + b_i + q_i · p_u.

    Without biases an unknown user or item has no prediction.

    A factor is multiplied by a quotient of sums, of ratings and of estimates. With negative ratings, or
    where biases make estimates negative, these may be negative too: factors change their signs, and a
    denominator near 0 blows up how it was rounded, so that two machines learn other numbers. Surprise's
    own predictions of ratings that are 1e-15 apart are up to the whole scale apart on small data, and
    4e-5 stars with `biased=True` on MovieLens latest-small, where recli is 7e-6 from Surprise.
    Then `stays_positive` is False and a warning says so.
    """

    source = "Luo et al. 2014; surprise.NMF"
    kind = "factors"
    parameters = (
        Int("n_factors", 15, "factors", low=1, tune=(5, 60), log=True, lower_for="memory"),
        Int("n_epochs", 50, "passes over the ratings", low=1, tune=(20, 100), log=True),
        Bool("biased", False, "add the biases of user and item", tune=(False, True)),
        Float(
            "reg_pu",
            0.06,
            "regularisation of user factors",
            low=0,
            tune=(0.01, 0.3),
            log=True,
            lower_for="zeros",
        ),
        Float(
            "reg_qi",
            0.06,
            "regularisation of item factors",
            low=0,
            tune=(0.01, 0.3),
            log=True,
            lower_for="zeros",
        ),
        Float("reg_bu", 0.02, "regularisation of user biases", low=0, when=("biased", (True,))),
        Float("reg_bi", 0.02, "regularisation of item biases", low=0, when=("biased", (True,))),
        Float(
            "lr_bu",
            0.005,
            "learning rate of user biases",
            low=0,
            when=("biased", (True,)),
            lower_for="divergence",
        ),
        Float(
            "lr_bi",
            0.005,
            "learning rate of item biases",
            low=0,
            when=("biased", (True,)),
            lower_for="divergence",
        ),
        Float("init_low", 0.0, "least factor at the start", low=0, lower_for="divergence"),
        Float("init_high", 1.0, "largest factor at the start", low=0, lower_for="divergence"),
    )
    qi: np.ndarray
    stays_positive: bool
    fitted = ("pu", "qi", "bu", "bi")

    def _state_bytes(self, trainset: surprise.Trainset) -> int:
        # The start, its padded copy, and what an epoch adds up: for users one matrix, for items two.
        padded = self.n_factors + -self.n_factors % 8
        users, items = self.n_factors + 2 * padded, self.n_factors + 3 * padded
        return 8 * (users * trainset.n_users + items * trainset.n_items)

    def _fold_in(self, items: np.ndarray, values: np.ndarray, user: int) -> None:
        """Least squares with p_u ≥ 0 and the regularisation of `fit`, n · reg; b_i, q_i stay."""
        items, values = self._alone(items, values, user)
        n = len(items)
        columns = [self.qi[items]]
        penalties = [np.full(self.n_factors, n * self.reg_pu)]
        if self.biased:  # b_u may be negative: a difference of two that are not
            values = values - self.trainset.global_mean - self.bi[items]
            columns.append(np.tile([1.0, -1.0], (n, 1)))
            penalties.append(np.full(2, n * self.reg_bu))
        design = np.vstack([np.hstack(columns), np.diag(np.sqrt(np.concatenate(penalties)))])
        target = np.concatenate([values, np.zeros(design.shape[1])])
        solution, _ = scipy.optimize.nnls(design, target)
        self.pu, rest = solution[None, : self.n_factors], solution[self.n_factors :]
        self.bu = np.array([rest[0] - rest[1] if self.biased else 0.0])

    def sgd(self, trainset: surprise.Trainset) -> None:
        """Fill `bu`, `bi`, `pu`, `qi`, from the same random start as Surprise."""
        rng = get_rng(self.random_state)
        start = self.init_low, self.init_high
        self.pu = rng.uniform(*start, (trainset.n_users, self.n_factors))
        self.qi = rng.uniform(*start, (trainset.n_items, self.n_factors))
        self.bu, self.bi = np.zeros(trainset.n_users), np.zeros(trainset.n_items)
        # Rows of whole vector registers: 15 factors as they are take longer than 16. Zeros stay zeros.
        padding = ((0, 0), (0, -self.n_factors % 8))
        pu, qi = np.pad(self.pu, padding), np.pad(self.qi, padding)
        self.stays_positive = kernels.sgd.nmf(
            *by_user(trainset),
            trainset.global_mean if self.biased else 0.0,
            self.biased,
            self.n_epochs,
            np.array([self.lr_bu, self.lr_bi]),
            np.array([self.reg_bu, self.reg_bi, self.reg_pu, self.reg_qi]),
            *(self.bu, self.bi, pu, qi),
        )
        self.pu, self.qi = pu[:, : self.n_factors].copy(), qi[:, : self.n_factors].copy()
        if not self.stays_positive:
            _warn()


@functools.cache
def _warn() -> None:
    """Once a process, of however many folds or trials it is true."""
    _LOG.warning(
        "nmf: with these ratings and parameters factors do not stay positive, so that what is learned "
        "depends on how sums are rounded: another machine may give other numbers. They stay positive "
        "where no rating is negative and biased is false."
    )
