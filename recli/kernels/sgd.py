"""Stochastic gradient descent for factor models, in Surprise's order of ratings: user by user."""

from __future__ import annotations

import numpy as np

from recli.compiled import njit
from recli.kernels import FAST
from recli.kernels.prefetch import prefetch

_AHEAD = 8  # ratings: what the memory takes to answer


@njit(cache=True, nogil=True, fastmath=FAST)
def svd(
    indptr: np.ndarray,
    items: np.ndarray,
    values: np.ndarray,
    mean: float,
    biased: bool,
    n_epochs: int,
    rates: np.ndarray,
    regs: np.ndarray,
    bu: np.ndarray,
    bi: np.ndarray,
    pu: np.ndarray,
    qi: np.ndarray,
) -> None:
    """Move biases and factors down the gradient of the squared error of SVD (Funk 2006; surprise.SVD).

    A step p + rate · (error · q − reg · p) is written (1 − rate · reg) · p + rate · error · q, which
    is two operations a factor where it would be three. While p moves, its product with the factors
    of the user's following item is summed, so that p is read once a rating.

    Args:
        indptr: CSR by user: where the ratings of each begin.
        items: The item of each rating.
        values: The ratings.
        mean: Of all ratings; 0 without biases.
        biased: Whether the biases move.
        n_epochs: Passes over the ratings.
        rates: float64[4], learning rates of bu, bi, pu, qi.
        regs: float64[4], their regularisation.
        bu: float64[n_users]; overwritten.
        bi: float64[n_items]; overwritten.
        pu: float64[n_users, n_factors]; overwritten.
        qi: float64[n_items, n_factors]; overwritten.
    """
    n_factors = pu.shape[1]
    keep_p, keep_q = 1.0 - rates[2] * regs[2], 1.0 - rates[3] * regs[3]
    for _ in range(n_epochs):
        for u in range(len(indptr) - 1):
            p, end = pu[u], indptr[u + 1]
            dot = 0.0
            for rating in range(indptr[u], end):
                i = items[rating]
                q = qi[i]
                prefetch(qi, items[min(rating + _AHEAD, len(items) - 1)])
                if rating == indptr[u]:
                    for f in range(n_factors):
                        dot += q[f] * p[f]
                error = values[rating] - (mean + bu[u] + bi[i] + dot)
                if biased:
                    bu[u] += rates[0] * (error - regs[0] * bu[u])
                    bi[i] += rates[1] * (error - regs[1] * bi[i])
                step_p, step_q = rates[2] * error, rates[3] * error
                following = qi[items[min(rating + 1, len(items) - 1)]]
                dot = 0.0
                for f in range(n_factors):
                    pf, qf = p[f], q[f]
                    moved = keep_p * pf + step_p * qf
                    p[f] = moved
                    q[f] = keep_q * qf + step_q * pf
                    dot += moved * following[f]


@njit(cache=True, nogil=True, fastmath=FAST)
def svdpp(
    indptr: np.ndarray,
    items: np.ndarray,
    values: np.ndarray,
    mean: float,
    n_epochs: int,
    rates: np.ndarray,
    regs: np.ndarray,
    bu: np.ndarray,
    bi: np.ndarray,
    pu: np.ndarray,
    qi: np.ndarray,
    yj: np.ndarray,
    repeats: np.ndarray,
) -> None:
    """Move biases and factors down the gradient of the squared error of SVD++ (Koren 2008).

    In a pass over a user every y_j of theirs goes at each rating through the same affine map
    y ← a y + b with a = 1 − rate · reg and b = rate · error · q_i / √|I_u|. So their scaled sum
    s = Σ y_j / √|I_u| is carried along as s ← a s + √|I_u| b, and each y_j is moved once, when the
    user is done, by the composed map y ← A y + B: O(|I_u| · n_factors) a user where moving every y_j
    at every rating, as Surprise does, costs O(|I_u|² · n_factors). A user with repeated items has
    y_j that move twice at a rating; for that user they are moved at every rating.

    Args:
        indptr: CSR by user: where the ratings of each begin.
        items: The item of each rating.
        values: The ratings.
        mean: Of all ratings.
        n_epochs: Passes over the ratings.
        rates: float64[5], learning rates of bu, bi, pu, qi, yj.
        regs: float64[5], their regularisation.
        bu: float64[n_users]; overwritten.
        bi: float64[n_items]; overwritten.
        pu: float64[n_users, n_factors]; overwritten.
        qi: float64[n_items, n_factors]; overwritten.
        yj: float64[n_items, n_factors]; overwritten.
        repeats: bool[n_users], whether a user rated an item more than once.
    """
    n_factors = pu.shape[1]
    implicit, offset = np.empty(n_factors), np.empty(n_factors)
    keep_p, keep_q = 1.0 - rates[2] * regs[2], 1.0 - rates[3] * regs[3]
    a = 1.0 - rates[4] * regs[4]
    for _ in range(n_epochs):
        for u in range(len(indptr) - 1):
            start, end = indptr[u], indptr[u + 1]
            root = np.sqrt(end - start)
            mine = items[start:end]
            p = pu[u]
            _sum_implicit(mine, yj, root, implicit)
            scale = 1.0
            offset[:] = 0.0
            for rating in range(start, end):
                i = items[rating]
                q = qi[i]
                dot = 0.0
                for f in range(n_factors):
                    dot += q[f] * (p[f] + implicit[f])
                error = values[rating] - (mean + bu[u] + bi[i] + dot)
                bu[u] += rates[0] * (error - regs[0] * bu[u])
                bi[i] += rates[1] * (error - regs[1] * bi[i])
                step_p, step_q = rates[2] * error, rates[3] * error
                step_s, step_y = rates[4] * error, rates[4] * error / root
                scale *= a
                for f in range(n_factors):
                    pf, qf, sf = p[f], q[f], implicit[f]
                    p[f] = keep_p * pf + step_p * qf
                    q[f] = keep_q * qf + step_q * (pf + sf)
                    implicit[f] = a * sf + step_s * qf
                    offset[f] = a * offset[f] + step_y * qf
                if repeats[u]:
                    _move_implicit(mine, yj, scale, offset)
                    _sum_implicit(mine, yj, root, implicit)
                    scale = 1.0
                    offset[:] = 0.0
            _move_implicit(mine, yj, scale, offset)


@njit(cache=True, nogil=True, fastmath=FAST)
def _sum_implicit(mine: np.ndarray, yj: np.ndarray, root: float, implicit: np.ndarray) -> None:
    """Set implicit to Σ y_j / root over the items `mine`."""
    implicit[:] = 0.0
    for j in mine:
        y = yj[j]
        for f in range(len(implicit)):
            implicit[f] += y[f]
    for f in range(len(implicit)):
        implicit[f] /= root


@njit(cache=True, nogil=True, fastmath=FAST)
def _move_implicit(mine: np.ndarray, yj: np.ndarray, scale: float, offset: np.ndarray) -> None:
    """Map y ← scale · y + offset for the items `mine`."""
    for j in mine:
        y = yj[j]
        for f in range(len(offset)):
            y[f] = scale * y[f] + offset[f]


@njit(cache=True, nogil=True, fastmath=FAST)
def nmf(
    indptr: np.ndarray,
    items: np.ndarray,
    values: np.ndarray,
    mean: float,
    biased: bool,
    n_epochs: int,
    rates: np.ndarray,
    regs: np.ndarray,
    bu: np.ndarray,
    bi: np.ndarray,
    pu: np.ndarray,
    qi: np.ndarray,
) -> bool:
    """Update biases and factors by the multiplicative rule of NMF (Luo et al. 2014; surprise.NMF).

    A user's numerators and denominators are complete after the user's ratings, but the factors must
    not move before the epoch's end, since the items' sums are over the old ones.

    Args:
        indptr: CSR by user: where the ratings of each begin.
        items: The item of each rating.
        values: The ratings.
        mean: Of all ratings; 0 without biases.
        biased: Whether the biases move.
        n_epochs: Passes over the ratings.
        rates: float64[2], learning rates of bu, bi.
        regs: float64[4], regularisation of bu, bi, pu, qi.
        bu: float64[n_users]; overwritten.
        bi: float64[n_items]; overwritten.
        pu: float64[n_users, n_factors]; overwritten.
        qi: float64[n_items, n_factors]; overwritten.

    Returns:
        Whether every factor was multiplied by what is positive or 0, as the rule assumes. If not, a
        denominator may pass through 0, and what is learned depends on how it was rounded.
    """
    lowest = 0.0
    n_users, n_factors = pu.shape
    n_items = len(qi)
    counts = np.zeros(n_items)
    for rating in range(len(items)):
        counts[items[rating]] += 1
    item_numerator = np.empty((n_items, n_factors))
    item_denominator = np.empty((n_items, n_factors))
    numerator, denominator = np.empty(n_factors), np.empty(n_factors)
    moved = np.empty((n_users, n_factors))
    for _ in range(n_epochs):
        item_numerator[:] = 0.0
        item_denominator[:] = 0.0
        for u in range(n_users):
            p = pu[u]
            numerator[:] = 0.0
            denominator[:] = 0.0
            for rating in range(indptr[u], indptr[u + 1]):
                i, r = items[rating], values[rating]
                q, up, down = qi[i], item_numerator[i], item_denominator[i]
                estimate = mean + bu[u] + bi[i]
                for f in range(n_factors):
                    estimate += q[f] * p[f]
                if biased:
                    error = r - estimate
                    bu[u] += rates[0] * (error - regs[0] * bu[u])
                    bi[i] += rates[1] * (error - regs[1] * bi[i])
                for f in range(n_factors):
                    numerator[f] += q[f] * r
                    denominator[f] += q[f] * estimate
                    up[f] += p[f] * r
                    down[f] += p[f] * estimate
            n = indptr[u + 1] - indptr[u]
            for f in range(n_factors):
                moved[u, f] = p[f]
                if p[f] != 0:
                    below = denominator[f] + n * regs[2] * p[f]
                    moved[u, f] *= numerator[f] / below
                    lowest = min(lowest, numerator[f], below)
        pu[:] = moved
        for i in range(n_items):
            for f in range(n_factors):
                if qi[i, f] != 0:
                    below = item_denominator[i, f] + counts[i] * regs[3] * qi[i, f]
                    qi[i, f] *= item_numerator[i, f] / below
                    lowest = min(lowest, item_numerator[i, f], below)
    return lowest >= 0
