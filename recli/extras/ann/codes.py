"""Items as codes of four bits a number, by which the largest inner products are found (faiss)."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Self

import numpy as np

from recli import errors

_CODED = 1000
"""Items from which on they are coded; fewer are kept as they are."""
_LEARNED_FROM = 100_000  # items: what sixteen values of each number are learned from


class Codes:
    """Items by their vectors, each number as one of sixteen values, in memory or in a file.

    All codes are looked at, many at once: what it finds does not depend on how items lie to each other,
    as it does with graphs and cells, which lose those with small inner products to all others. See
    experiments/large_catalogue.py for both.

    Source: André, Kermarrec and Le Scouarnec, Quicker ADC: unlocking the hidden potential of product
    quantization with SIMD, TPAMI 2021.

    Args:
        index: that of faiss
    """

    def __init__(self, index: Any) -> None:
        self._index = index

    @classmethod
    def of(cls, items: np.ndarray, vectors: np.ndarray) -> Self:
        """The codes of some items, always the same.

        Args:
            items: int[n], what they are found by
            vectors: float[n, k]
        """
        import faiss

        faiss.omp_set_num_threads(1)
        n, k = vectors.shape
        kind = "Flat" if n < _CODED else f"PQ{k}x4fs"
        index = faiss.index_factory(k, f"IDMap,{kind}", faiss.METRIC_INNER_PRODUCT)
        single = np.ascontiguousarray(vectors, np.float32)
        index.train(single[np.random.default_rng(0).permutation(n)[:_LEARNED_FROM]])
        index.add_with_ids(single, items.astype(np.int64))
        return cls(index)

    @classmethod
    def read(cls, path: Path) -> Self:
        """The codes in a file.

        Args:
            path: what `write` has written

        Raises:
            DataError: for a file that is none
        """
        import faiss

        try:
            return cls(faiss.read_index(str(path)))
        except RuntimeError as error:
            reason = str(error).strip().splitlines()[-1]
            raise errors.DataError(f"{path}: cannot be read: {reason}") from None

    def is_of(self, width: int, n_items: int) -> bool:
        """Whether it can be of vectors and items such as these.

        Args:
            width: how many numbers a vector has
            n_items: items are found by whole numbers below this
        """
        import faiss

        if not isinstance(self._index, faiss.IndexIDMap) or self._index.d != width:
            return False
        items = faiss.vector_to_array(self._index.id_map)
        return not len(items) or bool(items.min() >= 0 and items.max() < n_items)

    def write(self, path: Path) -> None:
        """Write the codes.

        Args:
            path: the file
        """
        import faiss

        faiss.write_index(self._index, str(path))

    def nearest(self, vectors: np.ndarray, n: int) -> np.ndarray:
        """The items with about the largest inner products; one thread looks for them.

        Args:
            vectors: float[n_vectors, k]
            n: how many of each; the more, the surer are the first

        Returns:
            int64[n_vectors, n], -1 where there are no more
        """
        import faiss

        faiss.omp_set_num_threads(1)  # it holds for the thread that asks
        _, found = self._index.search(np.ascontiguousarray(vectors, np.float32), n)
        return np.asarray(found, np.int64)
