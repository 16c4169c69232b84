"""Ratings, or scores, from what items are."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import scipy.sparse
import surprise
from sklearn.preprocessing import normalize

from recli import errors, kernels
from recli.algorithms._base import Algorithm
from recli.algorithms._contract.catalogue import catalogue_size, triples
from recli.algorithms._contract.constructor import Argument
from recli.algorithms._contract.state import Floats, Indices, Layout, Starts, Texts
from recli.algorithms._declared import TEXT, baseline_options, baselines
from recli.algorithms._shared.reasons import Reason
from recli.data.tables import features
from recli.data.tables.items import Items
from recli.data.trainset import Trainset, by_user, threshold
from recli.kernels.csr import Csr
from recli.params import Choice, Float, Text

_RIDGE, _PROFILE = ("mode", ("ridge",)), ("mode", ("profile",))
_TOLERANCE = 1e-12  # of the residual, to that of weights of 0: as good as solved
_NO_VECTORS = (
    "Train it with fewer features: `algorithm(…, text_terms=…)` or `algorithm(…, text_factors=…)`."
)
_FEWEST = 0.1  # of the rated items that a table has to describe to be theirs


class ContentBased(Algorithm):
    """What a user likes of an item's features: a ridge regression for each user, or a profile.

    mode=ridge predicts ratings: μ + b_u + b_i + x_i · w_u, where w_u minimises
    Σ (r_ui − μ − b_u − b_i − x_i · w_u)² + reg |w_u|² over the user's ratings. The bias of an item is
    drawn to what its features say to everybody, b_i + λ / (n_i + λ) x_i · w, by as much as its n_i
    ratings let baselines shrink it (λ = reg_i); w is one ridge regression over all items. So an item
    that nobody rated is predicted from its features alone, one without features and an unknown user
    get the baseline. Lists begin with what is rated rarely and highly: `recli recommend --min-ratings
    10` leaves that out.

    mode=profile gives scores, cos(p_u, x_i): p_u is the mean of the vectors that the user liked, less
    `disliked` times the mean of those that they did not (Rocchio), each of length 1. An unknown user
    has the profile of all users' ratings together; an item without features stands last, with -1.
    It is what goes for interactions: all are liked, each counts by ln(1 + weight).
    """

    source = (
        "Lops, de Gemmis and Semeraro 2011, section 3.3; the shared weights: Agarwal and Chen 2009; "
        "profiles: Pazzani and Billsus 2007, section 10.3, Rocchio 1971"
    )
    kind = "content"
    cold_users = "baseline"
    cold_items = "features"
    uses = ("item features",)
    similarity = "cosine of features"
    additive = True
    needs_features = True
    for_interactions = 'mode="profile"'
    parameters = (
        Choice(
            "mode", "ridge", "predict ratings, or score by profile", options=("ridge", "profile")
        ),
        Text("item_features", "all", "features to use, as genres,year:0.5 with weights"),
        Float(
            "reg",
            5.0,
            "pull of a user's weights to 0",
            low=1e-6,
            tune=(1, 100),
            log=True,
            when=_RIDGE,
        ),
        Float(
            "shared_reg",
            20.0,
            "pull of all users' common weights to 0",
            low=1e-6,
            tune=(1, 200),
            log=True,
            when=_RIDGE,
        ),
        # Of 0.1 to 0.3 Manning, Raghavan and Schütze (2008, section 9.1.1) say that it is usual.
        Float(
            "disliked",
            0.25,
            "weight of what the user did not like",
            low=0,
            tune=(0, 1),
            when=_PROFILE,
        ),
        *TEXT,
        *baselines(tune=True, only_for=_RIDGE),
    )
    takes = (Argument("items", None, "the item table, else that of the trainset's dataset"),)
    fitted = (
        "user_offsets",
        "item_offsets",
        "weights",
        "feature_data",
        "feature_indices",
        "feature_indptr",
        "feature_names",
    )

    # Arrays end in the row of an unknown user or item, for -1 to pick.
    user_offsets: np.ndarray  # float64[n_users + 1]
    item_offsets: np.ndarray  # float64[n_catalogue + 1]
    weights: np.ndarray  # float64[n_users + 1, n_features]
    feature_names: list[str]

    @classmethod
    def uses_threshold(cls, given: Mapping[str, object]) -> bool:
        return given.get("mode") == "profile"

    def layout(self) -> Layout:
        n_users, n_catalogue = self.trainset.n_users, catalogue_size(self.trainset)
        return {
            "user_offsets": Floats((n_users + 1,)),
            "item_offsets": Floats((n_catalogue + 1,)),
            "weights": Floats((n_users + 1, "features")),
            "feature_names": Texts("features"),
            "feature_data": Floats(("entries",)),
            "feature_indices": Indices(("entries",), "features"),
            "feature_indptr": Starts(n_catalogue + 1, "entries"),
        }

    def _prepare(self) -> None:
        self.predicts = "ratings" if self.mode == "ridge" else "scores"

    def _learn(self, trainset: surprise.Trainset) -> None:
        surprise.AlgoBase.fit(self, trainset)
        x, self.feature_names = self._features()
        self._check_fits(8 * trainset.n_users * x.shape[1], "the weights of its features")
        if self.mode == "ridge":
            self._regress(x)
        else:
            self._profile(x)

    def _features(self) -> tuple[scipy.sparse.csr_array, list[str]]:
        """float64[n_catalogue, n_features] in the order of inner ids, and the features' names."""
        trainset = self.trainset
        ours = isinstance(trainset, Trainset)
        table = self.items or (trainset.item_table if ours else None)
        weights = features.weighted(self.item_features, table)
        options = features.TextOptions(self.text_terms, self.text_factors, self.text_stop_words)
        described, names = features.matrix(table, weights, options)
        assert table is not None
        raw = (
            trainset.ratings.item_ids.text[trainset.item_codes]
            if ours
            else [str(trainset.to_raw_iid(item)) for item in trainset.all_items()]
        )
        codes = table.ids.codes(raw)
        _check_described(table, codes[: trainset.n_items], raw)
        return described[codes], names

    def _regress(self, x: scipy.sparse.csr_array) -> None:
        trainset = self.trainset
        bu, bi = self.compute_baselines()
        indptr, items, values = by_user(trainset)
        counts = np.zeros(x.shape[0])
        counts[: len(bi)] = np.bincount(items, minlength=len(bi))
        pull = max(float(baseline_options(self.bsl_options)["reg_i"]), np.finfo(float).tiny)
        said = x @ _shared_weights(x, bi, counts[: len(bi)], pull, self.shared_reg)
        self.item_offsets = np.append(pull / (counts + pull) * said, 0.0)
        self.item_offsets[: len(bi)] += bi
        self.bi = self.item_offsets[: len(bi)]
        self.user_offsets = np.append(bu, 0.0)
        residuals = values - trainset.global_mean - self.item_offsets[items]
        residuals -= np.repeat(bu, np.diff(indptr))
        self._keep(x)
        weights = _ridge((indptr, items, residuals), x, self.reg)
        self.weights = np.append(weights, np.zeros((1, x.shape[1])), axis=0)

    def _profile(self, x: scipy.sparse.csr_array) -> None:
        trainset = self.trainset
        x = scipy.sparse.csr_array(normalize(x))
        users, items, _ = triples(trainset)
        everybody = np.full(len(users), trainset.n_users)
        rated = np.append(users, everybody), np.tile(items, 2)
        self.weights = self._profiles(rated, np.tile(_liking(trainset), (1, 2)), x)
        self.user_offsets = np.zeros(trainset.n_users + 1)
        self.item_offsets = np.append(np.where(np.diff(x.indptr) > 0, 0.0, -1.0), -1.0)
        self._keep(x)

    def _fold_in(self, items: np.ndarray, values: np.ndarray, user: int) -> None:
        """The user's own ridge regression, or profile; of cold items too. What items have stays."""
        self.trainset = self.trainset.alone(items, values, user)
        x, indptr = self._x, np.array([0, len(items)])
        if self.mode == "ridge":
            bias = self._bias(items, values, self.item_offsets)
            residuals = values - self._mean - self.item_offsets[items] - bias
            theirs = _ridge((indptr, items, residuals), x, self.reg)
        else:
            bias, rated = 0.0, (self.trainset.users, items)
            theirs = self._profiles(rated, _liking(self.trainset), x)
        self.user_offsets = np.array([bias, 0.0])
        self.weights = np.append(theirs, self.weights[-1:], axis=0)

    def _profiles(
        self,
        rated: tuple[np.ndarray, np.ndarray],
        liking: np.ndarray,
        x: scipy.sparse.csr_array,
    ) -> np.ndarray:
        """Those of some users, float64[n, n_features], by what they rated and what `_liking` gives."""
        liked, disliked = (_means(*rated, weights, x) for weights in liking)
        profiles: np.ndarray = normalize(liked - self.disliked * disliked)
        return profiles

    def _keep(self, x: scipy.sparse.csr_array) -> None:
        self.feature_data, self.feature_indices = x.data, x.indices
        self.feature_indptr = np.append(x.indptr, x.indptr[-1])

    @property
    def _x(self) -> scipy.sparse.csr_array:
        """float64[n_catalogue + 1, n_features]."""
        shape = (len(self.feature_indptr) - 1, self.weights.shape[1])
        return scipy.sparse.csr_array(
            (self.feature_data, self.feature_indices, self.feature_indptr), shape=shape
        )

    def _estimate_pairs(self, users: np.ndarray, items: np.ndarray) -> np.ndarray:
        x = self._x[items]
        # Only the weights of the features that an item has: the rest would be n × n_features zeros.
        pair = np.repeat(np.arange(len(users)), np.diff(x.indptr))
        products = x.data * self.weights[users[pair], x.indices]
        return self._offset(users, items) + np.bincount(pair, products, minlength=len(users))

    def _estimate_users(self, users: np.ndarray) -> np.ndarray:
        items = np.arange(catalogue_size(self.trainset))
        content = (self._x[:-1] @ self.weights[users].T).T
        return self._offset(users[:, None], items) + content

    def _offset(self, users: np.ndarray, items: np.ndarray) -> np.ndarray:
        return self._mean + self.user_offsets[users] + self.item_offsets[items]

    @property
    def _mean(self) -> float:
        return float(self.trainset.global_mean) if self.mode == "ridge" else 0.0

    def embeddings(self) -> tuple[np.ndarray, np.ndarray]:
        """The weights that users give to features, and the features of items; NaN for none."""
        x = self._x[:-1]
        self._check_fits(8 * x.shape[0] * x.shape[1], "the features of all items", _NO_VECTORS)
        items = x.toarray()
        items[np.diff(x.indptr) == 0] = np.nan
        return self.weights[:-1], items

    def explain(self, user: int, item: int) -> list[Reason]:
        """The features of the item by what they add to the score, and mean and biases.

        They sum to the score. Of a profile, only the features that it shares with the item count.
        """
        row = self._x[[item]]
        amounts = row.data * self.weights[user, row.indices]
        reasons = [
            Reason("feature", self.feature_names[feature], float(amount))
            for feature, amount in zip(row.indices, amounts, strict=True)
            if amount
        ]
        rest = {
            "mean": self._mean,
            "user bias": float(self.user_offsets[user]),
            "item bias": float(self.item_offsets[item]),
        }
        reasons += [Reason(kind, "", amount) for kind, amount in rest.items() if amount]
        return sorted(reasons, key=lambda reason: -abs(reason.amount))


def _shared_weights(
    x: scipy.sparse.csr_array, bi: np.ndarray, counts: np.ndarray, pull: float, reg: float
) -> np.ndarray:
    """What features say of an item to everybody, float64[n_features].

    Σ n λ / (n + λ) (m_i − x_i · w)² + reg |w|² is least, with m_i = b_i (n + λ) / n the mean residual
    of an item's n ratings: around x_i · w it varies as 1 / n + 1 / λ.

    bi, counts: of the rated items, the first rows of x; pull: λ
    """
    n_rated = len(bi)
    weight = pull * counts / (counts + pull)
    means = bi * (counts + pull) / counts
    scaled = scipy.sparse.csr_array(scipy.sparse.diags_array(np.sqrt(weight)) @ x[:n_rated])
    one_row = np.array([0, n_rated]), np.arange(n_rated), np.sqrt(weight) * means
    shared: np.ndarray = _ridge(one_row, scaled, reg)[0]
    return shared


def _ridge(rows: Csr, x: scipy.sparse.csr_array, reg: float) -> np.ndarray:
    """A ridge regression for each row, of its values on the features of its items."""
    indptr, items, values = rows
    weights = np.zeros((len(indptr) - 1, x.shape[1]))
    users = indptr.astype(np.int64), items.astype(np.int32), values
    described = x.indptr.astype(np.int64), x.indices.astype(np.int32), x.data
    kernels.ridge.ridge(users, described, float(reg), _TOLERANCE, weights)
    return weights


def _liking(trainset: surprise.Trainset) -> np.ndarray:
    """How much each rating says that its item is liked, and that it is not; float64[2, n_ratings].

    Each is 1 or 0, by the threshold. Interactions are liked by ln(1 + weight), none is disliked.
    """
    _, _, values = triples(trainset)
    liked = values >= threshold(trainset)
    if isinstance(trainset, Trainset) and trainset.ratings.implicit:
        return np.array([liked * np.log1p(values), np.zeros(len(values))])
    return np.array([liked, ~liked], np.float64)


def _means(
    users: np.ndarray, items: np.ndarray, weights: np.ndarray, x: scipy.sparse.csr_array
) -> np.ndarray:
    """The mean features of items by user and weight, float64[n_users, n_features]; 0 without weight."""
    shape = int(users.max(initial=0)) + 1, x.shape[0]
    share = scipy.sparse.csr_array((weights, (users, items)), shape)
    means: np.ndarray = (normalize(share, "l1") @ x).toarray()
    return means


def _check_described(table: Items, codes: np.ndarray, raw: list[str] | np.ndarray) -> None:
    """Raise DataError for a table that is not about the rated items.

    codes: int[n_rated], -1 where the table lacks one; raw: their ids, and possibly more
    """
    described = (codes >= 0) & table.in_table[codes]
    absent = [raw[item] for item in np.flatnonzero(~described)]
    if (codes < 0).any() or described.mean() < _FEWEST:
        own = ", ".join(table.ids.text[table.in_table][:3])
        raise errors.DataError(
            f"The item table describes {int(described.sum()):,} of {len(codes):,} rated items: are its "
            f"ids those of the ratings? It has {own}, … and lacks\n{errors.first_ten(absent)}"
        )
