"""What a model knows of items and users besides its scores."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import scipy.sparse
from sklearn.preprocessing import normalize

from recli import errors
from recli.data.dataset import Dataset
from recli.data.description import Description, RatingsSource
from recli.data.training_statistics import TrainingStatistics, missing_features
from recli.models.model import Model


def statistics(model: Model) -> TrainingStatistics:
    """What the metrics of lists go by, of the ratings and the item table of a model."""
    name, trainset = str(model.dataset["name"]), model.trainset
    description = Description(name, Path(), RatingsSource())
    dataset = Dataset(name, description, trainset.ratings, model.items, trainset.user_table)
    return TrainingStatistics(dataset, trainset.rows, trainset.threshold)


def vectors(model: Model) -> tuple[scipy.sparse.csr_array, str]:
    """What makes items alike, float64[n_catalogue, k] by code, rows of length 1 or 0; and its name.

    Their features if the item table has any that can be compared, else the factors of the model.
    Raises UsageError where there are neither.
    """
    known = statistics(model)
    if not missing_features("any", known.dataset):
        return known.features, "features"
    factors = getattr(model.algorithm, "qi", None)
    if factors is None:
        raise _nothing_known(model)
    by_code = np.zeros((model.trainset.n_catalogue, factors.shape[1]))
    by_code[model.trainset.item_codes[: len(factors)]] = factors
    return scipy.sparse.csr_array(normalize(by_code)), "factors"


def check(model: Model) -> None:
    """Raise what `vectors` raises, as far as it is known of a model that may not be fitted yet."""
    without = bool(missing_features("any", statistics(model).dataset))
    if without and model.configured.is_own and "qi" not in model.algorithm.fitted:
        raise _nothing_known(model)


def _nothing_known(model: Model) -> errors.UsageError:
    return errors.UsageError(
        "`diversify` goes by what items are: this dataset has no item features, and "
        f"{model.configured.name} no factors. Describe the items in its dataset.toml, or train svd."
    )
