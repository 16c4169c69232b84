"""Hyperparameters that several algorithms share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from recli.kernels.csr import Csr
from recli.params import Bool, Choice, Float, Int, Parameter

# On MovieLens 100K a twentieth to a tenth of reg_all is best for the implicit factors of SVD++: the
# 1 / √n before their sum regularises them already.
_TUNED = {"yj": (0.002, 0.2)}
_SIMILARITIES = ("msd", "cosine", "pearson", "pearson_baseline")

TEXT = (
    Int("text_terms", 1000, "words or tags kept of a feature", low=1, lower_for="memory"),
    Int("text_factors", 0, "dimensions that texts and tags are reduced to, 0: none", low=0),
    Bool("text_stop_words", False, "leave out the English words that say little"),
)
"""How the texts and tags among item features become numbers, see `TextOptions`."""


def rates(lr_all: float, reg_all: float, parts: tuple[str, ...]) -> tuple[Parameter, ...]:
    """Learning rate and regularisation of SGD, for all parts of the model and for each alone.

    Tuned around the published settings: Koren (2008) takes 0.002 to 0.007 and 0.005 to 0.02; longer
    training with more regularisation is usually better (Rendle, Zhang, Koren 2019). Factors that start
    near zero let many of them be learned without more of either.

    Args:
        lr_all: Default of the learning rate.
        reg_all: Default of the regularisation.
        parts: Names of the parts, as "bu" and "qi".

    Returns:
        The parameters.
    """
    words = {
        "bu": "user biases",
        "bi": "item biases",
        "pu": "user factors",
        "qi": "item factors",
        "yj": "implicit item factors",
    }
    return (
        Float(
            "lr_all",
            lr_all,
            "learning rate",
            low=0,
            tune=(0.002, 0.02),
            log=True,
            lower_for="divergence",
        ),
        Float("reg_all", reg_all, "regularisation", low=0, tune=(0.01, 0.2), log=True),
        *(
            Float(
                f"lr_{p}",
                None,
                f"learning rate of {words[p]}, else lr_all",
                low=0,
                lower_for="divergence",
                otherwise="lr_all",
            )
            for p in parts
        ),
        *(
            Float(
                f"reg_{p}",
                None,
                f"regularisation of {words[p]}, else reg_all",
                low=0,
                tune=_TUNED.get(p),
                log=p in _TUNED,
                otherwise="reg_all",
            )
            for p in parts
        ),
    )


def neighbours() -> tuple[Parameter, ...]:
    """How many neighbours count, and by which similarity they are found.

    Returns:
        The parameters.
    """
    return (
        Int("k", 40, "largest number of neighbours", low=1, tune=(10, 120), log=True),
        Int("min_k", 1, "with fewer neighbours, fall back", low=1, tune=(1, 8)),
        Choice("sim_options.name", "msd", "similarity", options=_SIMILARITIES, tune=_SIMILARITIES),
        Bool("sim_options.user_based", True, "users as neighbours, or items", tune=(True, False)),
        Int("sim_options.min_support", 1, "common ratings for a similarity", low=1, tune=(1, 8)),
        Int(
            "sim_options.shrinkage",
            100,
            "pull of few common ratings towards zero",
            low=0,
            tune=(10, 200),
            when=("sim_options.name", ("pearson_baseline",)),
        ),
    )


def baselines(*, tune: bool, only_for: tuple[str, tuple[str, ...]] | None) -> tuple[Parameter, ...]:
    """How the biases of users and items are estimated (Koren 2010, section 2.1).

    Args:
        tune: Whether tuning varies them.
        only_for: The parameter and its values that make them matter; None where they always do.

    Returns:
        The parameters.
    """
    als = ("bsl_options.method", ("als",))
    sgd = ("bsl_options.method", ("sgd",))

    def around(low: float, high: float) -> tuple[float, float] | None:
        return (low, high) if tune else None

    methods = ("als", "sgd")
    return (
        Choice(
            "bsl_options.method",
            "als",
            "alternating least squares, or gradient descent",
            options=methods,
            tune=methods if tune else None,
            when=only_for,
        ),
        Int(
            "bsl_options.n_epochs",
            None,
            "epochs; none: 10 for als, 20 for sgd",
            low=1,
            when=("bsl_options.method", methods),
        ),
        Float(
            "bsl_options.reg_u",
            15.0,
            "regularisation of users",
            low=0,
            tune=around(1, 30),
            when=als,
        ),
        Float(
            "bsl_options.reg_i",
            10.0,
            "regularisation of items",
            low=0,
            tune=around(1, 30),
            when=als,
        ),
        Float(
            "bsl_options.reg",
            0.02,
            "regularisation",
            low=0,
            tune=around(0.005, 0.2),
            log=True,
            when=sgd,
        ),
        Float(
            "bsl_options.learning_rate",
            0.005,
            "learning rate",
            low=0,
            tune=around(0.001, 0.05),
            log=True,
            when=sgd,
            lower_for="divergence",
        ),
    )


def _defaults(declared: tuple[Parameter, ...], dictionary: str) -> dict[str, Any]:
    dotted = {parameter.name: parameter.default for parameter in declared}
    prefix = f"{dictionary}."
    return {k.removeprefix(prefix): v for k, v in dotted.items() if k.startswith(prefix)}


_BASELINES = _defaults(baselines(tune=False, only_for=None), "bsl_options")
_SIMILARITY = _defaults(neighbours(), "sim_options")


def baseline_options(given: Mapping[str, Any]) -> dict[str, Any]:
    """How biases are estimated.

    Args:
        given: `bsl_options`, of which every key may be left out.

    Returns:
        All of its keys, with the declared defaults of those left out.
    """
    options = {**_BASELINES, **given}
    if options["n_epochs"] is None:
        options["n_epochs"] = 20 if options["method"] == "sgd" else 10
    return options


def similarity_options(given: Mapping[str, Any]) -> dict[str, Any]:
    """How similarities are computed.

    Args:
        given: `sim_options`, of which every key may be left out.

    Returns:
        All of its keys, with the declared defaults of those left out; the name in small letters.
    """
    options = {**_SIMILARITY, **given}
    return options | {"name": options["name"].lower()}


WITH_PEARSON_BASELINE = ("sim_options.name", ("pearson_baseline",))
CUT_HALF_STARS = Bool(
    "cut_half_stars", False, "hold ratings as whole numbers, as surprise does, half stars cut off"
)


def whole_where(cut: bool, ratings: Csr) -> Csr:
    """Ratings as Surprise holds them in some algorithms.

    Args:
        cut: Whether to cut the values to whole numbers.
        ratings: The ratings.

    Returns:
        The ratings, cut or as they are.
    """
    indptr, columns, values = ratings
    return (indptr, columns, np.trunc(values)) if cut else ratings
