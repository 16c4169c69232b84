"""Factors of users and items that are sums of those of their features."""

from __future__ import annotations

import numpy as np
import scipy.sparse
import surprise
from sklearn.preprocessing import normalize

from recli.algorithms._contract.abilities import Side
from recli.algorithms._contract.catalogue import catalogue_size
from recli.algorithms._contract.constructor import RANDOM_STATE
from recli.algorithms._shared.arrays import cosines
from recli.algorithms._shared.factor_rankers import FactorRanker
from recli.algorithms._shared.preferences import PREFERENCES
from recli.algorithms._shared.weighing import WEIGHTING
from recli.data.tables import features, user_features
from recli.params import Choice, Float, Int, Text

_LOSSES = ("warp", "bpr", "logistic")
_SCHEDULES = ("adagrad", "adadelta")
_ADAGRAD = ("learning_schedule", ("adagrad",))


class LightFM(FactorRanker):
    """Factors that rank what a user prefers above the rest, each a sum over features.

    b_u + b_i + p_u · q_i, where q_i and b_i are the sums of the vectors and biases that are learned
    for the features of i, weighted by their values, and likewise for u. A user or item with a
    preference is a feature of its own; without features of other kinds this is matrix factorisation.

    With item features, an item that nobody prefers, rated or not, is scored by them; with user
    features, so is a user of the trainset who prefers nothing. Of an unknown user none are known.

    What a preference weighs is how far a step goes that it makes.

    The loss `warp` draws items until one stands above a preference, the more steps it took the
    smaller the change; `bpr` draws one; `logistic` sees preferences alone and learns little from
    them.
    """

    source = "Kula 2015; Weston, Bengio and Usunier 2011 (WARP); Rendle et al. 2009 (BPR)"
    cold_items = "last or features"
    cost = "medium"
    uses = ("item features", "user features")
    takes = (RANDOM_STATE,)
    parameters = (
        PREFERENCES,
        *WEIGHTING,
        Choice("loss", "warp", "what is lowered", options=_LOSSES, tune=("warp", "bpr")),
        Int("n_factors", 32, "factors", low=1, tune=(16, 128), log=True, lower_for="memory"),
        Int("n_epochs", 15, "passes over the preferences", low=1, tune=(5, 60), log=True),
        Choice("learning_schedule", "adagrad", "how steps shrink", options=_SCHEDULES),
        Float(
            "learning_rate",
            0.05,
            "learning rate",
            low=0,
            tune=(0.01, 0.1),
            log=True,
            when=_ADAGRAD,
            lower_for="divergence",
        ),
        Float("reg_u", 0.0, "regularisation of users", low=0),
        Float("reg_i", 0.0, "regularisation of items", low=0),
        Text("item_features", None, "features to use, separated by commas; or all"),
        Text("user_features", None, "columns of the user table to use; or all"),
    )

    def _state_bytes(self, trainset: surprise.Trainset) -> int:
        n_users, n_items = trainset.n_users, trainset.n_items
        # Factors and two sums of gradients each, in single precision; then the sums over features.
        learned, summed = 12 * (n_users + n_items), 8 * n_users + 16 * catalogue_size(trainset)
        return self.n_factors * (learned + summed)

    def _fit(self, preferred: scipy.sparse.csr_array) -> None:
        import lightfm

        of_users, of_items = self._of_users(), self._of_items()
        model = lightfm.LightFM(
            loss=self.loss,
            no_components=self.n_factors,
            learning_schedule=self.learning_schedule,
            learning_rate=self.learning_rate,
            user_alpha=self.reg_u,
            item_alpha=self.reg_i,
            random_state=self.random_state,
        )
        weights = _beside([preferred]).tocoo()
        try:
            model.fit(
                weights,
                sample_weight=weights,  # of the matrix itself it takes only what is in it
                user_features=of_users,
                # An item without a rating is no example of what somebody does not prefer.
                item_features=of_items[: self.trainset.n_items],
                epochs=self.n_epochs,
                num_threads=1,  # on several, what is learned depends on who comes first
            )
        except ValueError:
            if (
                np.isfinite(model.user_embeddings).all()
                and np.isfinite(model.item_embeddings).all()
            ):
                raise  # otherwise it has diverged, which is explained after the fit
        biases, factors = model.get_user_representations(of_users)
        known = np.diff(of_users.indptr) > 0
        self.user_factors = np.column_stack([factors, biases, known]).astype(np.float64)
        biases, factors = model.get_item_representations(of_items)
        known = np.diff(of_items.indptr) > 0
        self.item_factors = np.column_stack([factors, known, biases]).astype(np.float64)

    def similarities(self, side: Side, x: int) -> np.ndarray:
        """The cosine of factors without the biases beside them."""
        users, items = self.embeddings()
        return cosines((items if side == "item" else users)[:, :-2], x)

    def _of_users(self) -> scipy.sparse.csr_matrix:
        """float32[n_users, n_features]: who they are, if they prefer anything, and their features."""
        prefers = np.diff(self.preferred.indptr) > 0
        own = [_itself(prefers, self.trainset.n_users)]
        if self.user_features is not None:
            table = getattr(self.trainset, "user_table", None)
            described, _ = user_features.matrix(table, features.names(self.user_features))
            own.append(normalize(described)[self.trainset.user_codes])
        return _beside(own)

    def _of_items(self) -> scipy.sparse.csr_matrix:
        """float32[n_catalogue, n_features]: what it is, if anyone prefers it, and its features."""
        own = [_itself(self.popularity > 0, catalogue_size(self.trainset))]
        if self.item_features is not None:
            table = getattr(self.trainset, "item_table", None)
            described, _ = features.matrix(table, features.names(self.item_features))
            own.append(described[self.trainset.item_codes])
        return _beside(own)


def _itself(learned: np.ndarray, n_rows: int) -> scipy.sparse.csr_array:
    """A feature of its own for each of bool[n], float64[n_rows, n]; 1 where `learned`."""
    places = np.flatnonzero(learned)
    shape = n_rows, len(learned)
    return scipy.sparse.csr_array((np.ones(len(places)), (places, places)), shape)


def _beside(blocks: list[scipy.sparse.csr_array]) -> scipy.sparse.csr_matrix:
    """The blocks side by side, in the types that the library takes."""
    rows = scipy.sparse.hstack(blocks, format="csr")
    indices, indptr = rows.indices.astype(np.int32), rows.indptr.astype(np.int32)
    return scipy.sparse.csr_matrix((rows.data.astype(np.float32), indices, indptr), rows.shape)
