"""The contract of every algorithm: Surprise's own, and two primitives over arrays."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, ClassVar, Literal, Self

import numpy as np
import surprise
from surprise import PredictionImpossible

from recli import errors, registry
from recli.algorithms._guards import Guarded
from recli.algorithms._shared.biases import Biased
from recli.algorithms._shared.blas import ONE_THREAD_OF_BLAS
from recli.algorithms._shared.reasons import Reason
from recli.data.ratings import Ratings
from recli.data.trainset import Trainset
from recli.params import Parameter

UNKNOWN = "UKN__"
"""What `surprise.AlgoBase.predict` puts before a raw id that the trainset does not know."""
NO_MATRIX = "Predictions and rankings need no such matrix."
"""Advice where a matrix of all pairs, which is only for code that asks for it, does not fit."""


Side = Literal["user", "item"]
Kind = Literal["baseline", "neighbours", "factors", "content", "linear", "graph", "hybrid", "other"]


class Algorithm(Guarded, Biased, surprise.AlgoBase):
    """A `surprise.AlgoBase` that predicts arrays of pairs and scores whole catalogues.

    Users and items are inner ids. -1 is a user or item that the trainset does not know; an item with
    an inner id of `n_items` or more is in the catalogue, but without a rating.

    A subclass says what it computes in `_estimate_pairs` or `_estimate_users`, where NaN stands for
    Surprise's PredictionImpossible; each derives from the other, and both from `estimate`.

    kind: what it goes by
    predicts: ratings on the scale of the data, or scores that only order items; scores are not
        clipped, and no metric of predicted ratings is computed from them
    cold_users, cold_items: what it says of a user or an item without ratings, in a word or two
    uses: what it learns from besides ratings: "item features", "user features", "times"
    cost: how long a fit on 100,000 ratings takes: less than a second, than ten, or more
    additive: whether the reasons that `explain` gives sum to the score
    has_deviations: whether it says how far ratings may be from what it predicts
    releases_gil: whether other threads can work while it learns; otherwise folds go in processes
    for_interactions: the parameters with which it learns from interactions, where it predicts ratings
        by default
    similarity: by what `similarities` compares; empty where it does not
    """

    kind: ClassVar[Kind] = "other"
    predicts: Literal["ratings", "scores"] = "ratings"
    cold_users: ClassVar[str] = "mean"
    cold_items: ClassVar[str] = "mean"
    uses: ClassVar[tuple[str, ...]] = ()
    cost: ClassVar[Literal["low", "medium", "high"]] = "low"
    additive: ClassVar[bool] = False
    has_deviations: ClassVar[bool] = False
    releases_gil: ClassVar[bool] = True
    similarity: str = ""

    source: ClassVar[str] = ""
    needs_features: ClassVar[bool] = False
    for_interactions: ClassVar[str] = ""

    @property
    def item_by_item(self) -> bool:
        """Whether `score_users` makes something of each item that serves all users of the call.

        Then to score many users at once takes much less time than a few at a time.
        """
        return False

    @classmethod
    def declared(cls, given: Mapping[str, object]) -> tuple[Parameter, ...]:
        """The hyperparameters: `parameters`, and with `given` ones those that they bring along."""
        return cls.parameters

    @classmethod
    def made_of(cls, given: Mapping[str, object]) -> tuple[str, ...]:
        """Names of the algorithms that it is made of under `given` parameters, as a hybrid is."""
        return ()

    @classmethod
    def uses_threshold(cls, given: Mapping[str, object]) -> bool:
        """Whether with these parameters, all that there are, what it gives depends on the threshold.

        The threshold is `trainset.threshold`, the rating from which an item counts as liked. Where it
        does not matter, what was computed with one serves any other. A class of recli's own says so
        where it does; of any other class it is taken for granted, unless it says otherwise.
        """
        return cls.__module__.partition(".")[0] != "recli"

    def fit(self, trainset: surprise.Trainset) -> Algorithm:
        """Learn from `trainset`.

        Raises TooLargeError, before anything is allocated, when what the parameters ask for is more
        than the free memory; DivergedError when gradient descent ran off to infinity; for interactions,
        what `check_data` does.
        """
        if isinstance(trainset, Trainset):
            self.check_data(trainset.ratings)
        self._check_fits(self._state_bytes(trainset), "what it learns")
        with np.errstate(over="ignore", invalid="ignore"):
            self._learn(trainset)
        self._check_converged()
        return self

    def check_data(self, ratings: Ratings) -> None:
        """Raise UsageError where it predicts ratings, and these are interactions."""
        if not ratings.implicit or self.predicts != "ratings":
            return
        names = registry.names("algorithm")
        able = [name for name in names if registry.get("algorithm", name).predicts == "scores"]
        own = f"Take '{self.for_interactions}', or" if self.for_interactions else "Take"
        raise errors.UsageError(
            f"{registry.name_of(type(self))} predicts ratings, and the data are interactions, which "
            f"have none. {own} an algorithm that makes lists: {', '.join(able)}. If a column holds "
            "ratings after all, say '--explicit --columns rating=NAME'."
        )

    def _learn(self, trainset: surprise.Trainset) -> None:
        """Set what `fitted` names: as Surprise does, unless a subclass has its own way."""
        super().fit(trainset)

    def fit_from(self, start: Algorithm, trainset: Trainset) -> Self:
        """Learn from `trainset`, from where `start`, fitted on other ratings, has arrived.

        start: fitted by the same class with the same parameters on a trainset of recli's own; users
            and items are known again by their raw ids. It stays as it is.

        Where `starts_warm` this takes less than `fit` and gives about as good a model, if most of the
        ratings are those that `start` knew. Any other algorithm is fitted as by `fit`. Raises as
        `fit` does, and UsageError for another class and for Surprise's own trainset.
        """
        if type(start) is not type(self):
            raise errors.UsageError(
                f"{registry.name_of(type(self))} cannot start from {registry.name_of(type(start))}."
            )
        if not (isinstance(trainset, Trainset) and isinstance(start.trainset, Trainset)):
            raise errors.UsageError("To start from a model takes trainsets of recli's own.")
        if not self.starts_warm:
            self.fit(trainset)
            return self
        self._check_fits(self._state_bytes(trainset), "what it learns")
        with np.errstate(over="ignore", invalid="ignore"):
            self._learn_from(start, trainset)
        self._check_converged()
        return self

    @property
    def starts_warm(self) -> bool:
        """Whether `fit_from` goes by what was learned before."""
        return type(self)._learn_from is not Algorithm._learn_from

    def _learn_from(self, start: Algorithm, trainset: Trainset) -> None:
        """What `fit_from` does where it is more than `fit`."""
        raise NotImplementedError

    def predict_pairs(self, users: np.ndarray, items: np.ndarray, clip: bool = True) -> np.ndarray:
        """Predicted ratings, float64[n], for the pairs (users[j], items[j]), both int[n].

        Where no prediction is possible it is `default_prediction()`, the global mean. `clip` cuts the
        predictions off at the ends of the rating scale, if they are ratings.
        """
        estimates = self._default_where_impossible(self.estimate_pairs(users, items))
        clip = clip and self.predicts == "ratings"
        return np.clip(estimates, *self.trainset.rating_scale) if clip else estimates

    def predict(
        self,
        uid: object,
        iid: object,
        r_ui: float | None = None,
        clip: bool = True,
        verbose: bool = False,
    ) -> surprise.Prediction:
        """As `surprise.AlgoBase.predict`; scores are not clipped."""
        return super().predict(uid, iid, r_ui, clip and self.predicts == "ratings", verbose)

    def estimate_pairs(self, users: np.ndarray, items: np.ndarray) -> np.ndarray:
        """Unclipped predictions as for `predict_pairs`, NaN where no prediction is possible."""
        return self._estimate_pairs(np.asarray(users), np.asarray(items))

    def score_users(self, users: np.ndarray) -> np.ndarray:
        """Scores to rank by, float64[n, n_catalogue]: predictions that are not clipped."""
        return self._default_where_impossible(self._estimate_users(np.asarray(users)))

    def deviations_of_pairs(self, users: np.ndarray, items: np.ndarray) -> np.ndarray:
        """Standard deviations of the ratings that `predict_pairs` predicts, float64[n], not clipped.

        Of what the user may say, not of its mean: the noise of ratings is part of it. Raises UsageError
        where the algorithm does not know.
        """
        raise self._no_deviations()

    def deviations_of_users(self, users: np.ndarray) -> np.ndarray:
        """Those of the whole catalogue, float64[n, n_catalogue]. Raises as `deviations_of_pairs`."""
        raise self._no_deviations()

    def _no_deviations(self) -> errors.UsageError:
        names = registry.names("algorithm")
        able = [name for name in names if registry.get("algorithm", name).has_deviations]
        return errors.UsageError(
            f"{registry.name_of(type(self))} does not say how sure it is of a rating. "
            f"These do: {', '.join(able)}."
        )

    def explain(self, user: int, item: int) -> list[Reason]:
        """What the score of an item for a user is made of, both inner ids; the most telling first.

        Raises UsageError where the algorithm cannot say.
        """
        raise errors.UsageError(f"{registry.name_of(type(self))} cannot say why it ranks an item.")

    def embeddings(self) -> tuple[np.ndarray, np.ndarray]:
        """Vectors of users and items, float64[n_users, k] and float64[n_catalogue, k], by inner id.

        The product of two is what the score adds to mean and biases. An item of which nothing is
        learned has NaN. Raises UsageError where the algorithm has no such vectors.
        """
        raise errors.UsageError(
            f"{registry.name_of(type(self))} has no vectors of users and items. Models of factors do, "
            "such as svd for ratings and ials for interactions, and content-based."
        )

    def similarities(self, side: Side, x: int) -> np.ndarray:
        """How alike the model finds x (an inner id) and every other user or item of the trainset.

        float64[n_users], or float64[n_items] or [n_catalogue]; more is more alike, NaN where nothing is
        known. `similarity` says by what; by default it is the cosine of `embeddings`. Raises UsageError
        where the algorithm does not compare them.
        """
        users, items = self.embeddings()
        return cosines(items if side == "item" else users, x)

    def _baseline_reasons(self, user: int, item: int) -> list[Reason]:
        """Mean, user bias and item bias, less those that are 0 as of the unknown."""
        [known] = self._known_items(np.array([item]))
        amounts = {
            "mean": float(self.trainset.global_mean),
            "user bias": float(self.bu[user]) if user >= 0 else 0.0,
            "item bias": float(self.bi[known]) if known >= 0 else 0.0,
        }
        return [Reason(kind, "", amount) for kind, amount in amounts.items() if amount]

    def _default_reasons(self) -> list[Reason]:
        """Of an item without a prediction."""
        return [Reason("default", "", float(self.default_prediction()))]

    def fold_in(self, items: np.ndarray, values: np.ndarray, user: int = -1) -> Self:
        """The fitted algorithm for one user whom it does not know, or not as she is now.

        items: int[n], inner ids, each once; values: float64[n], all that she has rated
        user: her inner id if these replace what she rated before, -1 for a new user

        What it gives knows her alone, as the user 0; everything learned of items stays, and this
        algorithm stays what it is. How she is placed among the items is up to the algorithm, see
        its `_fold_in`; one without an own is fitted again, with her ratings added. How near its
        rankings come to those of training with her is measured in experiments/README.md.

        Raises UsageError where she has rated no item from which a user is known, and for Surprise's
        own trainset.
        """
        if not isinstance(self.trainset, Trainset):
            raise errors.UsageError("To fold a user in takes a trainset of recli's own.")
        folded = copy.copy(self)
        with ONE_THREAD_OF_BLAS:
            folded._fold_in(np.asarray(items), np.asarray(values, np.float64), user)
        return folded

    @property
    def folds_in(self) -> bool:
        """Whether `fold_in` is a step of its own, and does not fit again."""
        return type(self)._fold_in is not Algorithm._fold_in

    def _fold_in(self, items: np.ndarray, values: np.ndarray, user: int) -> None:
        """Become the algorithm for her alone; by default fitted again, as slow as `fit`."""
        self.fit(self.trainset.joined(items, values, user))

    def _alone(
        self, items: np.ndarray, values: np.ndarray, user: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """Make hers the only ratings of the trainset; gives those of items that had some before."""
        known = items < self.trainset.n_items
        self.trainset = self.trainset.alone(items, values, user)
        if not known.any():
            raise errors.UsageError(
                f"{registry.name_of(type(self))} knows none of the rated items: nobody else has rated "
                "them. Rate one that others have rated, too."
            )
        return items[known], values[known]

    def _default_where_impossible(self, estimates: np.ndarray) -> np.ndarray:
        impossible = np.isnan(estimates)
        if impossible.any():
            estimates[impossible] = self.default_prediction()
        return estimates

    def _estimate_pairs(self, users: np.ndarray, items: np.ndarray) -> np.ndarray:
        """Unclipped estimates, float64[n], NaN where impossible."""
        return np.array([self._one(int(u), int(i)) for u, i in zip(users, items, strict=True)])

    def _estimate_users(self, users: np.ndarray) -> np.ndarray:
        """Unclipped estimates of the whole catalogue, float64[n, n_catalogue], NaN where impossible."""
        n_items = catalogue_size(self.trainset)
        items = np.tile(np.arange(n_items), len(users))
        return self._estimate_pairs(np.repeat(users, n_items), items).reshape(len(users), n_items)

    def _one(self, user: int, item: int) -> float:
        trainset = self.trainset
        known_user = user if user >= 0 else UNKNOWN
        known_item: int | str = item
        if not 0 <= item < trainset.n_items:
            known_item = UNKNOWN + (_raw_item(trainset, item) if item >= 0 else "")
        try:
            estimate = self.estimate(known_user, known_item)
        except PredictionImpossible:
            return float("nan")
        return float(estimate[0] if isinstance(estimate, tuple) else estimate)

    def _estimate_one(self, u: int | str, i: int | str) -> float:
        """What `estimate` gives, by way of `_estimate_pairs`; u and i are as Surprise passes them.

        `surprise.AlgoBase.predict` takes a cold item for an unknown one; here it has its inner id.
        """
        user = -1 if isinstance(u, str) else int(u)
        item = _inner_item(self.trainset, i) if isinstance(i, str) else int(i)
        return float(self._estimate_pairs(np.array([user]), np.array([item]))[0])

    def _known_items(self, items: np.ndarray) -> np.ndarray:
        """`items` with -1 for those without a rating in the trainset.

        Arrays of fitted state end in a neutral row (see `padded`), which -1 then picks.
        """
        return np.where(items < self.trainset.n_items, items, -1)

    def state(self) -> dict[str, Any] | None:
        """What a stored model holds: arrays, numbers, lists of texts. None: it is fitted again."""
        return {name: getattr(self, name) for name in self.fitted} or None

    def restore(self, trainset: surprise.Trainset, state: Mapping[str, Any]) -> None:
        """Become the fitted algorithm that had this `state`."""
        surprise.AlgoBase.fit(self, trainset)
        for name, value in state.items():
            setattr(self, name, value)


class Adapted(Algorithm):
    """Any other `surprise.AlgoBase`, unchanged, behind the contract."""

    def __init__(self, algorithm: surprise.AlgoBase) -> None:
        self.algorithm = algorithm

    @property
    def folds_in(self) -> bool:
        return False

    def _fold_in(self, items: np.ndarray, values: np.ndarray, user: int) -> None:
        self.algorithm = copy.copy(self.algorithm)
        super()._fold_in(items, values, user)

    def fit(self, trainset: surprise.Trainset) -> Adapted:
        self.trainset = trainset
        self.algorithm.fit(trainset)
        return self

    def estimate(self, u: object, i: object) -> float:
        return self.algorithm.estimate(u, i)

    def check_data(self, ratings: Ratings) -> None:
        """What it makes of interactions is up to it."""

    def default_prediction(self) -> float:
        return float(self.algorithm.default_prediction())


def adapted(algorithm: surprise.AlgoBase) -> Algorithm:
    """`algorithm` itself, or the wrapper that gives a foreign one the array primitives."""
    return algorithm if isinstance(algorithm, Algorithm) else Adapted(algorithm)


def _raw_item(trainset: surprise.Trainset, item: int) -> str:
    """The raw id of an item of the catalogue."""
    if not isinstance(trainset, Trainset):
        return str(trainset.to_raw_iid(item))
    raw: str = trainset.ratings.item_ids.text[trainset.item_codes[item]]
    return raw


def raw_user(trainset: surprise.Trainset, user: int) -> str:
    """The raw id of a user of the trainset."""
    if not isinstance(trainset, Trainset):
        return str(trainset.to_raw_uid(user))
    raw: str = trainset.ratings.user_ids.text[trainset.user_codes[user]]
    return raw


def rated_items(
    trainset: surprise.Trainset, items: np.ndarray, amounts: np.ndarray, values: np.ndarray
) -> list[Reason]:
    """A reason for each rated item whose amount is not 0, the largest first.

    items: int[n], inner ids; amounts: float64[n]; values: float64[n], the ratings
    """
    order = np.argsort(-np.abs(amounts), kind="stable")
    return [
        Reason(
            "rated item", _raw_item(trainset, int(items[j])), float(amounts[j]), float(values[j])
        )
        for j in order
        if amounts[j]
    ]


def _inner_item(trainset: surprise.Trainset, unknown: str) -> int:
    """The inner id of a cold item, given as Surprise names the unknown; -1 for any other."""
    if not isinstance(trainset, Trainset):
        return -1
    code = trainset.ratings.item_ids.code(unknown.removeprefix(UNKNOWN))
    return int(trainset.inner_items[code]) if code >= 0 else -1


def catalogue_size(trainset: surprise.Trainset) -> int:
    """Items to score: those of the catalogue; of Surprise's own Trainset, those with ratings."""
    return int(getattr(trainset, "n_catalogue", trainset.n_items))


def cosines(vectors: np.ndarray, x: int) -> np.ndarray:
    """The cosine of row x and every row, float64[n]; 0 where one of them is 0.

    >>> cosines(np.array([[1.0, 0.0], [3.0, 4.0], [0.0, 0.0]]), 0)
    array([1. , 0.6, 0. ])
    """
    lengths = np.linalg.norm(vectors, axis=1) * np.linalg.norm(vectors[x])
    products = vectors @ vectors[x]
    return np.divide(products, lengths, out=np.zeros(len(vectors)), where=lengths > 0)


def padded(array: np.ndarray) -> np.ndarray:
    """`array` with a row of zeros after the last, for the index -1 to pick."""
    return np.concatenate([np.asarray(array), np.zeros_like(array[:1])])
