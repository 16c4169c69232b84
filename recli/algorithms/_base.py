"""The contract of every algorithm: Surprise's own, and two primitives over arrays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import numpy as np
import surprise

from recli import errors, registry
from recli.algorithms._contract.abilities import Able, names_where
from recli.algorithms._contract.constructor import Declared
from recli.algorithms._contract.estimates import Estimated
from recli.algorithms._contract.fold_in import FoldsIn
from recli.algorithms._contract.products import ByProducts
from recli.algorithms._contract.state import Layout, check
from recli.algorithms._contract.warm_start import StartsWarm
from recli.algorithms._shared.biases import Biased
from recli.data.ratings import Ratings
from recli.data.trainset import Trainset
from recli.params import Parameter, Value

Kind = Literal[
    "baseline", "neighbours", "factors", "content", "linear", "graph", "sequence", "hybrid", "other"
]


class Algorithm(
    Declared, Estimated, Able, ByProducts, FoldsIn, StartsWarm, Biased, surprise.AlgoBase
):
    """A `surprise.AlgoBase` that predicts arrays of pairs and scores whole catalogues.

    Users and items are inner ids. -1 is a user or item that the trainset does not know; an item with
    an inner id of `n_items` or more is in the catalogue, but without a rating; a user below -1 is in
    the data, but without a rating.

    A subclass declares its hyperparameters in `parameters` and says what it computes in
    `_estimate_pairs` or `_estimate_users`, where NaN stands for Surprise's PredictionImpossible; each
    derives from the other, and both from `estimate`.

    Attributes:
        kind: What it goes by.
        predicts: Ratings on the scale of the data, or scores that only order items; scores are not
            clipped, and no metric of predicted ratings is computed from them.
        cold_users: What it says of a user without ratings, in a word or two.
        cold_items: The same of an item.
        uses: What it learns from besides ratings: "item features", "user features", "times".
        cost: How long a fit on 100,000 ratings takes: less than a second, than ten, or more.
        additive: Whether the reasons that `explain` gives sum to the score.
        has_deviations: Whether it says how far ratings may be from what it predicts.
        releases_gil: Whether other threads can work while it learns; otherwise folds go in processes.
        similarity: By what `similarities` compares; empty where it does not.
        source: Where it is published, and Surprise's class if there is one.
        needs_features: Whether it does nothing without item features.
        for_interactions: The parameters with which it learns from interactions, where it predicts
            ratings by default.
        quick: Parameters with which it learns in less time and keeps to the same, for tests.
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
    quick: ClassVar[Mapping[str, Value]] = {}

    @property
    def item_by_item(self) -> bool:
        """Whether `score_users` makes something of each item that serves all users of the call.

        Then to score many users at once takes much less time than a few at a time.
        """
        return False

    @property
    def ranks_by_own_ratings(self) -> bool:
        """Whether a user is ranked for by their own ratings, what `fitted` names and `of_all_ratings`.

        Then those who rank for some users need not have the ratings of the others.
        """
        return False

    of_all_ratings: ClassVar[tuple[str, ...]] = ()
    """Attributes that all ratings together make and `fitted` does not name."""

    @classmethod
    def declared(cls, given: Mapping[str, object]) -> tuple[Parameter, ...]:
        """The hyperparameters.

        Args:
            given: Values by name; some bring further parameters along, as the members of a hybrid.

        Returns:
            `parameters`, and those that `given` brings along.
        """
        return cls.parameters

    @classmethod
    def made_of(cls, given: Mapping[str, object]) -> dict[str, str]:
        """The algorithms that it is made of, as a hybrid is.

        Args:
            given: Values of parameters by name.

        Returns:
            Their names, by what each is called in it; none for most algorithms.
        """
        return {}

    @classmethod
    def uses_threshold(cls, given: Mapping[str, object]) -> bool:
        """Whether what it gives depends on the threshold.

        The threshold is `trainset.threshold`, the rating from which an item counts as liked. Where it
        does not matter, what was computed with one serves any other. A class of recli's own says so
        where it does; of any other class it is taken for granted, unless it says otherwise.

        Args:
            given: Values of all parameters by name.

        Returns:
            Whether it does under these parameters.
        """
        return cls.__module__.partition(".")[0] != "recli"

    def fit(self, trainset: surprise.Trainset) -> Algorithm:
        """Learn from a trainset.

        Args:
            trainset: recli's own or Surprise's.

        Returns:
            Itself.

        Raises:
            TooLargeError: Before anything is allocated, when what the parameters ask for is more
                than the free memory.
            DivergedError: When gradient descent ran off to infinity.
            UsageError: For interactions, as `check_data`.
        """
        if isinstance(trainset, Trainset):
            self.check_data(trainset.ratings)
        self._check_fits(self._state_bytes(trainset), "what it learns")
        with np.errstate(over="ignore", invalid="ignore"):
            self._learn(trainset)
        self._check_converged()
        self._warn_of_nothing()
        return self

    def _learn(self, trainset: surprise.Trainset) -> None:
        """Set what `fitted` names: as Surprise does, unless a subclass has its own way."""
        super().fit(trainset)

    def check_data(self, ratings: Ratings) -> None:
        """Refuse what it cannot learn from.

        Args:
            ratings: Of the trainset to come.

        Raises:
            UsageError: Where it predicts ratings, and these are interactions.
        """
        if not ratings.implicit or self.predicts != "ratings":
            return
        able = ", ".join(names_where(lambda cls: cls.predicts == "scores"))
        own = (
            f"Take `algorithm(…, {self.for_interactions})`, or" if self.for_interactions else "Take"
        )
        raise errors.UsageError(
            f"{registry.name_of(type(self))} predicts ratings, and the data are interactions, which "
            f"have none. {own} an algorithm that makes lists: {able}. If a column holds "
            'ratings after all, say `implicit=False, rating="NAME"`.'
        )

    def predict_pairs(self, users: np.ndarray, items: np.ndarray, clip: bool = True) -> np.ndarray:
        """Predicted ratings of pairs of user and item.

        Args:
            users: int[n], inner ids.
            items: int[n], inner ids.
            clip: Whether to cut predictions off at the ends of the rating scale, if they are ratings.

        Returns:
            float64[n]; where no prediction is possible, `default_prediction()`, the global mean.
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
        """As `surprise.AlgoBase.predict`; scores are not clipped.

        Args:
            uid: Raw id of the user.
            iid: Raw id of the item.
            r_ui: The true rating, which the prediction then holds.
            clip: Whether to cut the prediction off at the ends of the rating scale.
            verbose: Whether to print it.

        Returns:
            Surprise's prediction.
        """
        return super().predict(uid, iid, r_ui, clip and self.predicts == "ratings", verbose)

    def estimate_pairs(self, users: np.ndarray, items: np.ndarray) -> np.ndarray:
        """Unclipped predictions of pairs of user and item.

        Args:
            users: int[n], inner ids.
            items: int[n], inner ids.

        Returns:
            float64[n], NaN where no prediction is possible.

        Raises:
            UsageError: Where `estimate` gives what is no number, or an estimate is infinite.
        """
        users, items = self._told(users), np.asarray(items)
        estimates = self._estimate_pairs(users, items)
        for pair in np.flatnonzero(np.isinf(estimates)):
            raise self._not_finite(estimates[pair], int(users[pair]), int(items[pair]))
        return estimates

    def score_users(self, users: np.ndarray) -> np.ndarray:
        """Scores to rank the catalogue by: predictions that are not clipped.

        Args:
            users: int[n], inner ids.

        Returns:
            float64[n, n_catalogue], C-contiguous, the caller's to change.

        Raises:
            UsageError: As `estimate_pairs`.
        """
        users = self._told(users)
        scores = np.require(self._estimate_users(users), np.float64, ["C", "O", "W"])
        # What is not finite shows in the least or the greatest, sooner than by looking at each.
        if np.isfinite([scores.min(initial=0.0), scores.max(initial=0.0)]).all():
            return scores
        scores = self._default_where_impossible(scores)
        for row, item in np.argwhere(np.isinf(scores)):
            raise self._not_finite(scores[row, item], int(users[row]), int(item))
        return scores

    def state(self) -> dict[str, Any] | None:
        """What a stored model holds.

        Returns:
            Arrays, numbers and lists of texts by name. None: the algorithm is fitted again.
        """
        return {name: getattr(self, name) for name in self.fitted} or None

    def restore(self, trainset: surprise.Trainset, state: Mapping[str, Any]) -> None:
        """Become the fitted algorithm that had this `state`.

        Args:
            trainset: What it was fitted on.
            state: What `state` gave.

        Raises:
            DataError: Where the state is not what `layout` says.
        """
        surprise.AlgoBase.fit(self, trainset)
        for name, value in state.items():
            setattr(self, name, value)
        self._check_state(state)

    def layout(self) -> Layout:
        """What each of `fitted` is, which a stored model is held to before it is used.

        Returns:
            Kinds, lengths and bounds by name, for this trainset and these parameters; what is not named
            is taken as it is.
        """
        return {}

    def _check_state(self, state: Mapping[str, Any]) -> None:
        """Raise DataError for what `layout` does not allow; a subclass may look further."""
        check(state, self.layout())
