"""Biases of users and items, which several algorithms start from (Koren 2010, section 2.1)."""

from __future__ import annotations

from typing import Any

import numpy as np

from recli import errors, kernels
from recli.algorithms._declared import baseline_options
from recli.algorithms._shared.reasons import Reason
from recli.data.trainset import by_item, by_user


class Biased:
    """The part of an algorithm that estimates biases; as in Surprise, `bsl_options` says how."""

    trainset: Any  # Surprise's own or recli's
    bsl_options: dict[str, Any]
    bu: Any  # None until it is learned
    bi: Any

    def compute_baselines(self) -> tuple[np.ndarray, np.ndarray]:
        """Biases of users and items, as `bsl_options` says.

        Returns:
            float64[n_users] and float64[n_items].

        Raises:
            BaselineMethodError: For a method that there is not, as Surprise's ValueError.
        """
        if self.bu is not None and self.bi is not None:
            return self.bu, self.bi
        options, mean = baseline_options(self.bsl_options), self.trainset.global_mean
        n_epochs, users = options["n_epochs"], by_user(self.trainset)
        if options["method"] == "als":
            regs = float(options["reg_u"]), float(options["reg_i"])
            items = by_item(self.trainset)
            self.bu, self.bi = kernels.baselines.als(users, items, mean, n_epochs, *regs)
        elif options["method"] == "sgd":
            steps = float(options["learning_rate"]), float(options["reg"])
            n_items = self.trainset.n_items
            self.bu, self.bi = kernels.baselines.sgd(users, n_items, mean, n_epochs, *steps)
        else:
            raise errors.unknown(
                *("baseline method", options["method"], ("als", "sgd")),
                error=errors.BaselineMethodError,
            )
        return self.bu, self.bi

    def _baseline_reasons(self, user: int, item: int) -> list[Reason]:
        """Mean, user bias and item bias, less those that are 0 as of the unknown."""
        known = 0 <= item < self.trainset.n_items
        amounts = {
            "mean": float(self.trainset.global_mean),
            "user bias": float(self.bu[user]) if user >= 0 else 0.0,
            "item bias": float(self.bi[item]) if known else 0.0,
        }
        return [Reason(kind, "", amount) for kind, amount in amounts.items() if amount]

    def _bias(self, items: np.ndarray, values: np.ndarray, bi: np.ndarray) -> float:
        """The bias of one user, as `bsl_options` says, from their ratings and the biases of all items.

        The biases of items stay: `als` is then Σ (r − μ − b_i) / (reg_u + n), `sgd` its epochs.
        """
        options, mean = baseline_options(self.bsl_options), self.trainset.global_mean
        residuals = values - mean - bi[items]
        if options["method"] == "als":
            return float(residuals.sum() / (float(options["reg_u"]) + len(items)))
        rate, reg = options["learning_rate"], options["reg"]
        bias = 0.0
        for residual in np.tile(residuals, options["n_epochs"]).tolist():
            bias += rate * (residual - bias - reg * bias)
        return bias
