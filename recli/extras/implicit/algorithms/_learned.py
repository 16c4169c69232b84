"""What the models of the library `implicit` have in common."""

from __future__ import annotations

import contextlib
from typing import Any

import numpy as np
import scipy.sparse

from recli.algorithms._contract.constructor import RANDOM_STATE
from recli.algorithms._shared.factor_rankers import FactorRanker


class Learned(FactorRanker):
    """Factors learned by a model of the library `implicit`, which a subclass makes in `_model`.

    The library works on one thread, since on several its gradient descent depends on who comes
    first. It runs without the GIL, so that cells still run side by side.
    """

    takes = (RANDOM_STATE,)

    def _model(self) -> Any:
        """The library's model, on the CPU, not fitted."""
        raise NotImplementedError

    def _fit(self, preferred: scipy.sparse.csr_array) -> None:
        from implicit.recommender_base import ModelFitError

        model = self._model()
        # It refuses factors that are not finite; these are found, and explained, after the fit.
        with contextlib.suppress(ModelFitError):
            model.fit(scipy.sparse.csr_matrix(preferred, dtype=np.float32), show_progress=False)
        self.user_factors = model.user_factors.astype(np.float64)
        self.item_factors = model.item_factors.astype(np.float64)
        # What the library leaves where there was nothing to learn from says nothing.
        self.user_factors[np.diff(preferred.indptr) == 0] = 0.0
        self.item_factors[self.popularity == 0] = 0.0
