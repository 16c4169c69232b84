"""Matrix factorisation."""

from __future__ import annotations

import surprise

from recli.algorithms._declared import rates
from recli.algorithms._factors import Factors
from recli.params import Bool, Float, Int


class SVD(Factors, surprise.SVD):
    """Matrix factorisation by gradient descent, with biases: μ + b_u + b_i + q_i · p_u.

    Without biases (`biased=false`) it is probabilistic matrix factorisation, and an unknown user or
    item has no prediction.
    """

    source = "Funk 2006; Salakhutdinov and Mnih 2008; Koren 2009; surprise.SVD"
    parameters = (
        Int("n_factors", 100, "factors", low=1, tune=(20, 200), log=True),
        Int("n_epochs", 20, "passes over the ratings", low=1, tune=(10, 80), log=True),
        Bool("biased", True, "add the biases of user and item"),
        Float("init_mean", 0.0, "mean of the factors at the start"),
        Float("init_std_dev", 0.1, "their deviation", low=0, tune=(0.02, 0.2), log=True),
        *rates(0.005, 0.02, ("bu", "bi", "pu", "qi")),
    )
    fitted = ("pu", "qi", "bu", "bi")
