"""Draws from the posterior of a factorisation machine, by `myfm`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse

from recli.extras.bayes.algorithms._design import Design, DesignSide

_INIT_DEVIATION = 0.1  # of the factors at the start, which the burn-in forgets


@dataclass(frozen=True, eq=False)
class Draw:
    """A state of the sampler: w0 + Σ_f w_f x_f + Σ_{f<g} ⟨v_f, v_g⟩ x_f x_g.

    Attributes:
        w0: The constant.
        w: float64[n_columns].
        v: float64[n_columns, n_factors].
        mean_w: float64[n_groups], of the prior of a group.
        mean_v: float64[n_groups, n_factors], of the prior of a group.
        precision: One over the variance of ratings around the machine.
        cutpoints: float64[n_levels - 1], where an ordered probit passes from one level to the next;
            empty for a regression.
    """

    w0: float
    w: np.ndarray
    v: np.ndarray
    mean_w: np.ndarray
    mean_v: np.ndarray
    precision: float
    cutpoints: np.ndarray

    def of_users(self, design: Design) -> tuple[np.ndarray, np.ndarray]:
        """As `sums`, w0 and times included: each user at the mean over the times of their ratings.

        Of several times only one is on, so that times do not work together in it.

        Args:
            design: What the machine learns from.

        Returns:
            float64[n_rows, n_factors] and float64[n_rows].
        """
        factors, weights = self.sums(design.users)
        weights += self.w0
        if design.times is not None:
            n_bins = design.times.shape[1]
            rows = np.minimum(np.arange(len(factors)), design.users.n_known)
            weights += (design.times @ self.w[-n_bins:])[rows]
            of_times = (design.times @ self.v[-n_bins:])[rows]
            weights += (factors * of_times).sum(axis=1)
            factors += of_times
        return factors, weights

    def sums(self, side: DesignSide) -> tuple[np.ndarray, np.ndarray]:
        """What the columns of users or items come to.

        For each row the factors Σ x_f v_f and the weight Σ w_f x_f + Σ_{f<g} ⟨v_f, v_g⟩ x_f x_g: the
        machine is w0, the weights of user and item, and the product of their factors. Those without
        ratings come twice: first with the prior's mean as their id, then with a draw from it.

        Args:
            side: The users or the items.

        Returns:
            float64[n_rows, n_factors] and float64[n_rows].
        """
        w, v = self.w[side.columns].copy(), self.v[side.columns].copy()
        drawn = _sums(side.x[side.n_known :], w, v)
        w[side.n_known], v[side.n_known] = self.mean_w[side.group], self.mean_v[side.group]
        factors, weights = _sums(side.x, w, v)
        return np.concatenate([factors, drawn[0]]), np.concatenate([weights, drawn[1]])


def _sums(x: scipy.sparse.csr_array, w: np.ndarray, v: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    factors = x @ v
    return factors, x @ w + 0.5 * (factors**2 - x.power(2) @ v**2).sum(axis=1)


def sample(
    design: Design,
    y: np.ndarray,
    n_levels: int,
    n_factors: int,
    n_draws: int,
    seed: int,
    on_draw: Callable[[int, Draw], None],
) -> None:
    """Draw states of the Gibbs sampler, one after the other.

    Args:
        design: What the machine learns from.
        y: float64[n_ratings], or levels from 0 on.
        n_levels: How many levels an ordered probit has; 0 for a regression.
        n_factors: Of each column.
        n_draws: How many states.
        seed: A whole number.
        on_draw: Called with each state and its number, from 0 on.
    """
    # Not `MyFMRegressor`, which shows a progress bar and holds all draws until the last is made.
    from myfm.gibbs import ConfigBuilder, RelationBlock, TaskType, create_train_fm

    config = ConfigBuilder()
    config.set_mu_0(0.0)  # the prior's mean of the means, else 1; what else it has is 1 too
    config.set_group_index(design.groups.tolist())
    config.set_n_iter(n_draws)
    config.set_n_kept_samples(0)
    config.set_task_type(TaskType.ORDERED if n_levels else TaskType.REGRESSION)
    if n_levels:
        config.set_cutpoint_groups([(n_levels, list(range(len(y))))])

    def on_state(number: int, machine: Any, prior: Any, _: Any) -> bool:
        # Copies: the arrays are the sampler's own, and go with it.
        draw = Draw(
            machine.w0,
            machine.w.copy(),
            machine.V.copy(),
            prior.mu_w.copy(),
            prior.mu_V.copy(),
            prior.alpha,
            machine.cutpoints[0].copy() if n_levels else np.empty(0),
        )
        on_draw(number, draw)
        return False

    create_train_fm(
        n_factors,
        _INIT_DEVIATION,
        scipy.sparse.csr_matrix((len(y), 0)),
        [RelationBlock(row.tolist(), scipy.sparse.csr_matrix(x)) for row, x in design.blocks],
        np.asarray(y, np.float64),
        seed,
        config.build(),
        on_state,
    )
