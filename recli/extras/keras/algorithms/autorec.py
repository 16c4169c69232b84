"""An auto-encoder of ratings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import surprise

from recli.algorithms._contract.catalogue import triples
from recli.algorithms._contract.constructor import RANDOM_STATE
from recli.algorithms._contract.state import Floats, Layout
from recli.algorithms._shared.factors import Factors
from recli.extras.keras.algorithms._batches import Batch, Examples, drawn
from recli.extras.keras.algorithms._model import KerasModel
from recli.extras.keras.algorithms._training import TRAINING, with_defaults
from recli.params import Bool, Float, Int, Value

if TYPE_CHECKING:
    import scipy.sparse


class AutoRec(KerasModel, Factors):
    """An auto-encoder that makes all ratings of an item, or of a user, from those that there are.

    h(r) = V σ(W r + a) + b, where r has the ratings of an item by all users (I-AutoRec), or of a user
    (U-AutoRec, `user_based`), less the mean of all and 0 where there is none. Of the squares of errors
    only those count where there is a rating. Some inputs are left out in training.

    That is a model of factors: σ(W r + a) times a column of V. Factors are counted from what the network
    makes of no ratings, and columns from their mean; what is left of the products makes the biases. So
    an item without ratings, or for U-AutoRec a user, gets what the network makes of no ratings, and
    who has no column of V goes by the mean one. A user who comes later is a forward pass of U-AutoRec;
    I-AutoRec is fitted again.

    Attributes:
        pu, qi: float64[n_users, n_factors] and float64[n_items, n_factors].
        bu, bi: float64[n_users] and float64[n_items].
        encoder: float64[n + 1, n_factors], W of n users or items, and a.
        mean_column: float64[n_factors], the mean of the columns of V.
    """

    source = (
        "Sedhain, Menon, Sanner and Xie 2015, AutoRec: Autoencoders meet collaborative filtering"
    )
    kind = "factors"
    cold_users = "baseline"
    cold_items = "baseline"
    takes = (RANDOM_STATE,)
    quick: ClassVar[Mapping[str, Value]] = {"n_epochs": 6, "n_factors": 4, "learning_rate": 0.01}
    parameters = (
        Int(
            "n_factors",
            256,
            "numbers that encode a row",
            low=1,
            tune=(64, 512),
            log=True,
            lower_for="memory",
        ),
        Bool("user_based", False, "rows are users rather than items", tune=(False, True)),
        Float(
            "dropout",
            0.7,
            "share of the inputs that is left out",
            low=0,
            high=0.95,
            tune=(0.0, 0.9),
        ),
        Float("reg", 4e-4, "L2 regularisation of W and V", low=0, tune=(1e-6, 1e-2), log=True),
        *with_defaults(TRAINING, n_epochs=200, batch_size=64, patience=10),
    )
    fitted = ("pu", "qi", "bu", "bi", "encoder", "mean_column")

    pu: np.ndarray
    qi: np.ndarray
    encoder: np.ndarray
    mean_column: np.ndarray

    @property
    def folds_in(self) -> bool:
        return bool(self.user_based)

    def layout(self) -> Layout:
        _, n_columns = self._shape(self.trainset)
        return {
            **super().layout(),
            "encoder": Floats((n_columns + 1, self.n_factors)),
            "mean_column": Floats((self.n_factors,)),
        }

    def _state_bytes(self, trainset: surprise.Trainset) -> int:
        # Weights, their gradients, two moments of these, and once more as they are kept; a batch.
        n_rows, n_columns = self._shape(trainset)
        weights = 24 * 2 * self.n_factors * n_columns
        return weights + 8 * self.n_factors * n_rows + 16 * self.batch_size * n_columns

    def _shape(self, trainset: surprise.Trainset) -> tuple[int, int]:
        """How many rows and columns there are."""
        shape = trainset.n_users, trainset.n_items
        return shape if self.user_based else shape[::-1]

    def _learn(self, trainset: surprise.Trainset) -> None:
        surprise.AlgoBase.fit(self, trainset)
        from scipy.special import expit

        users, items, values = triples(trainset)
        pairs = (users, items) if self.user_based else (items, users)
        ratings = _rated(pairs, values - trainset.global_mean, self._shape(trainset))

        found = self._trained(lambda: self._network(ratings.shape[1]), _RatingRows(ratings))
        self.encoder = np.vstack([found["code/kernel"], found["code/bias"]])
        columns, biases = found["ratings/kernel"].T, found["ratings/bias"]
        self.mean_column = columns.mean(axis=0)
        rows, of_rows = self._encoded(ratings)
        of_columns = biases + columns @ expit(self.encoder[-1])
        columns = columns - self.mean_column
        self.pu, self.qi = (rows, columns) if self.user_based else (columns, rows)
        self.bu, self.bi = (of_rows, of_columns) if self.user_based else (of_columns, of_rows)

    def _network(self, n_columns: int) -> tuple[Any, Any]:
        """The `keras.Model`, ratings of a row in, all ratings out; and its loss."""
        import keras

        from recli.extras.keras.algorithms._layers import squares_where_rated

        def dense(width: int, name: str, activation: str | None = None) -> Any:
            reg = keras.regularizers.L2(self.reg)
            return keras.layers.Dense(
                width, activation=activation, kernel_regularizer=reg, name=name
            )

        row = keras.Input((n_columns,))
        code = dense(self.n_factors, "code", "sigmoid")(keras.layers.Dropout(self.dropout)(row))
        return keras.Model([row], dense(n_columns, "ratings")(code)), squares_where_rated

    def _encoded(self, ratings: scipy.sparse.csr_array) -> tuple[np.ndarray, np.ndarray]:
        """Factors and biases of rows, float64[n, n_factors] and float64[n]."""
        from scipy.special import expit

        kernel, bias = self.encoder[:-1], self.encoder[-1]
        codes = expit(ratings @ kernel + bias) - expit(bias)
        return codes, codes @ self.mean_column

    def _fold_in(self, items: np.ndarray, values: np.ndarray, user: int) -> None:
        if not self.user_based:
            super()._fold_in(items, values, user)
            return
        mean = self.trainset.global_mean
        items, values = self._alone(items, values, user)
        rows = np.zeros(len(items), np.int64)
        ratings = _rated((rows, items), values - mean, (1, self.trainset.n_items))
        self.pu, self.bu = self._encoded(ratings)


class _RatingRows(Examples):
    """Rows of ratings in, ratings out.

    Held out are ratings of all rows, which are then no inputs: those are the rows over again.

    Args:
        ratings: float64[n_rows, n_columns], less their mean.
    """

    def __init__(self, ratings: scipy.sparse.csr_array) -> None:
        self._inputs = self._targets = ratings.astype(np.float32)

    def __len__(self) -> int:
        return int(self._targets.shape[0])

    def parts(self, share: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
        import scipy.sparse

        ratings = self._targets.tocoo()
        held_out = np.zeros(ratings.nnz, bool)
        held_out[drawn(ratings.nnz, share, seed)] = True
        learned, others = (
            _rated((ratings.row[which], ratings.col[which]), ratings.data[which], ratings.shape)
            for which in (~held_out, held_out)
        )
        self._inputs = scipy.sparse.vstack([learned, learned], format="csr")
        self._targets = scipy.sparse.vstack([learned, others], format="csr")
        places = np.flatnonzero(np.diff(self._targets.indptr))
        return places[places < learned.shape[0]], places[places >= learned.shape[0]]

    def batch(self, places: np.ndarray) -> Batch:
        return (_dense(self._inputs[places], 0.0),), _dense(self._targets[places], np.nan)


def _rated(
    pairs: tuple[np.ndarray, np.ndarray], values: np.ndarray, shape: tuple[int, int]
) -> scipy.sparse.csr_array:
    """Ratings as a matrix, those that are 0, too; of what is rated twice the mean.

    pairs: int[n] each, rows and columns; values: float64[n]
    """
    import scipy.sparse

    ratings = scipy.sparse.csr_array((values, pairs), shape)
    ratings.data /= scipy.sparse.csr_array((np.ones(len(values)), pairs), shape).data
    return ratings


def _dense(rows: scipy.sparse.csr_array, none: float) -> np.ndarray:
    """float32[n, n_columns], `none` where there is no rating."""
    dense = np.full(rows.shape, none, np.float32)
    dense[np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr)), rows.indices] = rows.data
    return dense
