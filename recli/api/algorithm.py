"""`recli.algorithm`."""

from __future__ import annotations

from typing import Any, TypeAlias

import surprise

from recli import errors
from recli import params as parameters
from recli.algorithms import Configured
from recli.algorithms._given import of_class, of_instance

AlgorithmLike: TypeAlias = str | type[surprise.AlgoBase] | surprise.AlgoBase | Configured
"""What says which algorithm: its name, its class, an instance, or a configured one."""


def algorithm(of: AlgorithmLike, **params: Any) -> Configured:
    """An algorithm with its hyperparameters, to be evaluated, tuned or trained.

    Args:
        of: the name of an algorithm in any spelling (`recli list algorithms` has them all), a class
            of `recli.algorithms`, of `surprise` or of your own, or an instance of one. An instance
            is copied for every fit, with the parameters and the random state that it has
        params: hyperparameters. Options in options are dictionaries, as Surprise has them, or
            dotted names

    Returns:
        The configured algorithm. `create(seed)` makes a `surprise.AlgoBase` of it, to `fit`, to
        `test`, and for `surprise.model_selection.cross_validate`.

    Raises:
        UsageError: there is no such algorithm or parameter, or a value is out of its bounds
        MissingExtraError: the packages that the algorithm takes are not installed

    >>> import recli, surprise
    >>> print(recli.algorithm("svd", n_factors=50))
    svd (n_factors=50)
    >>> print(recli.algorithm(surprise.KNNBasic, sim_options={"user_based": False}))
    surprise:KNNBasic (sim_options={'user_based': False})
    >>> recli.algorithm(recli.algorithms.SVD).create(seed=0).n_factors
    100
    """
    if isinstance(of, str):
        return Configured.of(of, parameters.flat(params))
    if isinstance(of, type) and issubclass(of, surprise.AlgoBase):
        return of_class(of, params)
    if isinstance(of, surprise.AlgoBase | Configured):
        if params:
            names = ", ".join(f"`{name}`" for name in params)
            raise errors.UsageError(
                f"{names}: it is configured already. Give its name or its class."
            )
        return of if isinstance(of, Configured) else of_instance(of)
    raise errors.UsageError(
        f"{of!r} is no algorithm: give a name such as 'svd', or a class or an instance of "
        "surprise.AlgoBase."
    )
