"""Nearest items, found by Spark's workers."""

from __future__ import annotations

import functools

import numpy as np
import scipy.sparse

from recli.algorithms._shared.item_weights import places_of_items, strongest_of_rows
from recli.algorithms.item_knn import ItemKNN, item_norms
from recli.extras.spark.products import products
from recli.extras.spark.session import current


class ItemKNNBySpark(ItemKNN):
    """The products of items and the nearest of each by Spark: the driver gets `k` numbers an item."""

    def _weigh(self, preferred: scipy.sparse.csr_array) -> scipy.sparse.csr_array:
        nearest = functools.partial(
            _nearest,
            norms=item_norms(preferred),
            ids=places_of_items(self.trainset),
            shrinkage=self.shrinkage,
            k=self.k,
        )
        blocks = [block for _, block in products(current(), preferred, nearest)]
        return scipy.sparse.csr_array(scipy.sparse.vstack(blocks, format="csr")).T.tocsr()


def _nearest(
    start: int,
    common: scipy.sparse.csr_array,
    norms: np.ndarray,
    ids: np.ndarray,
    shrinkage: float,
    k: int,
) -> scipy.sparse.csr_array:
    items = slice(start, start + common.shape[0])
    alike = scipy.sparse.csr_array(
        (common.data.copy(), common.indices, common.indptr), shape=common.shape
    )
    return strongest_of_rows(_shrunk(alike, items, norms, shrinkage), start, ids, k)


def _shrunk(
    common: scipy.sparse.csr_array, items: slice, norms: np.ndarray, shrinkage: float
) -> scipy.sparse.csr_array:
    """The cosines, pulled towards 0, in place of the products x_i · x_j."""
    of_row = np.repeat(norms[items], np.diff(common.indptr))
    common.data /= of_row * norms[common.indices] + shrinkage
    return common
