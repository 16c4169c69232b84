"""What makes items alike."""

from __future__ import annotations

import numpy as np
import scipy.sparse
from sklearn.preprocessing import normalize

from recli import errors
from recli.data.training_statistics import missing_features
from recli.models.model import FittedModel


def vectors(model: FittedModel) -> tuple[scipy.sparse.csr_array, str]:
    """What makes items alike, float64[n_catalogue, k] by code, rows of length 1 or 0; and its name.

    Their features if the item table has any that can be compared, else the factors of the model.

    Args:
        model: a fitted model

    Raises:
        UsageError: where there are neither
    """
    known = model.statistics
    if not missing_features("any", known.dataset):
        return known.features, "features"
    factors = getattr(model.algorithm, "qi", None)
    if factors is None:
        raise _nothing_known(model)
    by_code = np.zeros((model.trainset.n_catalogue, factors.shape[1]))
    by_code[model.trainset.item_codes[: len(factors)]] = factors
    return scipy.sparse.csr_array(normalize(by_code)), "factors"


def check(model: FittedModel) -> None:
    """Raise what `vectors` raises, as far as it is known of a model that may not be fitted yet.

    Args:
        model: a fitted model
    """
    without = bool(missing_features("any", model.statistics.dataset))
    if without and model.configured.is_own and "qi" not in model.algorithm.fitted:
        raise _nothing_known(model)


def _nothing_known(model: FittedModel) -> errors.UsageError:
    return errors.UsageError(
        "`diversify` goes by what items are: this dataset has no item features, and "
        f"{model.configured.name} no factors. Describe the items in its dataset.toml, or train svd."
    )
