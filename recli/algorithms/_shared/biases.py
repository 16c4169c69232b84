"""Biases of users and items, which several algorithms start from (Koren 2010, section 2.1)."""

from __future__ import annotations

from typing import Any

import numpy as np

from recli import errors, kernels
from recli.data.trainset import by_item, by_user


class Biased:
    """The part of an algorithm that estimates biases; as in Surprise, `bsl_options` says how."""

    trainset: Any  # Surprise's own or recli's
    bsl_options: dict[str, Any]
    bu: Any  # None until it is learned
    bi: Any

    def compute_baselines(self) -> tuple[np.ndarray, np.ndarray]:
        """Biases of users and items, float64[n_users] and float64[n_items], as `bsl_options` says."""
        if self.bu is not None and self.bi is not None:
            return self.bu, self.bi
        options, mean = self.bsl_options, self.trainset.global_mean
        method = options.get("method", "als")
        users = by_user(self.trainset)
        if method == "als":
            n_epochs, reg_u = options.get("n_epochs", 10), float(options.get("reg_u", 15))
            reg_i = float(options.get("reg_i", 10))
            items = by_item(self.trainset)
            self.bu, self.bi = kernels.baselines.als(users, items, mean, n_epochs, reg_u, reg_i)
        elif method == "sgd":
            n_epochs, rate = options.get("n_epochs", 20), options.get("learning_rate", 0.005)
            n_items, reg = self.trainset.n_items, float(options.get("reg", 0.02))
            self.bu, self.bi = kernels.baselines.sgd(
                users, n_items, mean, n_epochs, float(rate), reg
            )
        else:
            raise errors.unknown("baseline method", method, ("als", "sgd"))
        return self.bu, self.bi

    def _bias(self, items: np.ndarray, values: np.ndarray, bi: np.ndarray) -> float:
        """The bias of one user, as `bsl_options` says, from her ratings and the biases of all items.

        The biases of items stay: `als` is then Σ (r − μ − b_i) / (reg_u + n), `sgd` its epochs.
        """
        options, mean = self.bsl_options, self.trainset.global_mean
        residuals = values - mean - bi[items]
        if options.get("method", "als") == "als":
            return float(residuals.sum() / (float(options.get("reg_u", 15)) + len(items)))
        rate, reg = options.get("learning_rate", 0.005), options.get("reg", 0.02)
        bias = 0.0
        for residual in np.tile(residuals, options.get("n_epochs", 20)).tolist():
            bias += rate * (residual - bias - reg * bias)
        return bias
