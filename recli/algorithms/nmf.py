"""Non-negative matrix factorisation."""

from __future__ import annotations

import surprise

from recli.algorithms._factors import Factors
from recli.params import Bool, Float, Int


class NMF(Factors, surprise.NMF):
    """Factors that stay positive: q_i · p_u, or with biases (`biased=true`) μ + b_u + b_i + q_i · p_u.

    Without biases an unknown user or item has no prediction.
    """

    source = "Luo et al. 2014; surprise.NMF"
    parameters = (
        Int("n_factors", 15, "factors", low=1, tune=(5, 60), log=True),
        Int("n_epochs", 50, "passes over the ratings", low=1, tune=(20, 100), log=True),
        Bool("biased", False, "add the biases of user and item", tune=(False, True)),
        Float("reg_pu", 0.06, "regularisation of user factors", low=0, tune=(0.01, 0.3), log=True),
        Float("reg_qi", 0.06, "regularisation of item factors", low=0, tune=(0.01, 0.3), log=True),
        Float("reg_bu", 0.02, "regularisation of user biases", low=0, when=("biased", (True,))),
        Float("reg_bi", 0.02, "regularisation of item biases", low=0, when=("biased", (True,))),
        Float("lr_bu", 0.005, "learning rate of user biases", low=0, when=("biased", (True,))),
        Float("lr_bi", 0.005, "learning rate of item biases", low=0, when=("biased", (True,))),
        Float("init_low", 0.0, "least factor at the start", low=0),
        Float("init_high", 1.0, "largest factor at the start", low=0),
    )
    fitted = ("pu", "qi", "bu", "bi")
