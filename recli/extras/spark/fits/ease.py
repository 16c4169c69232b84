"""EASE, whose matrix of products Spark's workers make; the driver inverts it."""

from __future__ import annotations

import numpy as np
import scipy.sparse

from recli.algorithms.ease import EASE
from recli.extras.spark.products import products
from recli.extras.spark.session import current


class EASEBySpark(EASE):
    """The matrix of products by Spark, its inverse on the driver, which has to have room for it."""

    def _gram(self, rows: scipy.sparse.csr_array) -> np.ndarray:
        n = rows.shape[0]
        matrix = np.zeros((n, n))
        for start, block in products(current(), rows.T.tocsr()):
            matrix[start : start + block.shape[0]] = block.toarray()
        return matrix
