"""Weights that grow or shrink with the number of ratings, learned by a ridge regression."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np

from recli.algorithms._hybrids._weighting import Weighting
from recli.algorithms._hybrids.members import Seen
from recli.params import Float, Value


class Stacked(Weighting):
    """Feature-weighted linear stacking: weights quadratic in the logarithms of the counts.

    w_j(u, i) = a_j + b_j x + c_j y + d_j x² + e_j x y + f_j y², with x = log(1 + n_u) and
    y = log(1 + n_i), for the constant (j = 0) and each member. The coefficients are those of a ridge
    regression of the ratings on the members' out-of-fold estimates and their products with these
    terms, all standardised.
    """

    # Breiman (1996) and Sill et al. (2009) find stacking insensitive to it within powers of ten.
    parameters = (
        Float(
            "reg",
            10.0,
            "pull of the coefficients towards zero",
            low=1e-6,
            tune=(1, 1000),
            log=True,
            when=("method", ("stacked",)),
        ),
    )

    def __init__(self, values: Mapping[str, Value], predicts: Mapping[str, str]) -> None:
        super().__init__(values, predicts)
        self.reg = float(values["reg"])  # type: ignore[arg-type]
        self.n_columns = 13 * (1 + len(predicts))  # estimates, their products, these standardised

    def learn(self, seen: Callable[[], Seen]) -> np.ndarray:
        """float64[6, 1 + n_members]: of the constant and the members, by the terms of the counts."""
        unknown = seen()
        columns = np.column_stack([np.ones(len(unknown.targets)), unknown.deviations])
        terms = _terms(unknown.n_user, unknown.n_item)
        products = np.hstack([columns * term[:, None] for term in terms])
        constant, coefficients = ridge(products[:, 1:], unknown.targets, self.reg)
        return np.append(constant, coefficients).reshape(len(terms), -1)

    @property
    def shape(self) -> tuple[int, ...]:
        return 6, 1 + len(self.predicts)

    def weights(
        self, learned: np.ndarray, n_user: np.ndarray, n_item: np.ndarray
    ) -> Iterator[np.ndarray]:
        terms = _terms(n_user, n_item)
        for of_one in learned.T:
            yield sum((c * term for c, term in zip(of_one, terms, strict=True)), np.zeros(1))


def _terms(n_user: np.ndarray, n_item: np.ndarray) -> tuple[np.ndarray, ...]:
    """1, x, y, x², x y and y², where x and y are the logarithms of the counts."""
    x, y = np.log1p(n_user), np.log1p(n_item)
    return np.ones(1), x, y, x**2, x * y, y**2


def ridge(x: np.ndarray, y: np.ndarray, reg: float) -> tuple[float, np.ndarray]:
    """Constant and coefficients of a ridge regression on standardised columns.

    argmin Σ (y − a − z w)² + reg |w|², where z are the columns of x less their mean, over their
    deviation; given back for x as it is. A column of one value has the coefficient 0. Without rows
    all is 0.

    Args:
        x: float64[n, d].
        y: float64[n].
        reg: Greater than 0.

    Returns:
        The constant, and float64[d].

    >>> constant, coefficients = ridge(np.array([[0.0], [2.0]]), np.array([1.0, 3.0]), 2.0)
    >>> constant, coefficients
    (1.5, array([0.5]))
    """
    if not len(y):
        return 0.0, np.zeros(x.shape[1])
    centre, scale = x.mean(axis=0), x.std(axis=0)
    scale[scale == 0] = 1.0
    z = (x - centre) / scale
    gram = z.T @ z + reg * np.eye(x.shape[1])
    coefficients: np.ndarray = np.linalg.solve(gram, z.T @ (y - y.mean())) / scale
    return float(y.mean() - centre @ coefficients), coefficients
