"""One list out of several, by trees that are grown for the order of lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
import surprise

from recli.algorithms._contract.catalogue import catalogue_size
from recli.algorithms._contract.state import Floats, Layout
from recli.algorithms._hybrids.combined import Combined, members
from recli.algorithms._hybrids.log_linear import most_likely
from recli.algorithms._hybrids.scales import ranks, standardised
from recli.algorithms._hybrids.unseen_lists import UnseenLists, unseen_lists
from recli.extras.lightgbm.algorithms import _trees
from recli.params import Float, Int


class LambdaMART(Combined):
    """Members' lists as one, put in order by gradient-boosted trees.

    The lists are pooled as by the hybrid's method=log-linear. The first `n_candidates` of the pool
    have the sum of pool and trees for a score, and stand above all other items. Trees know of an item
    its rank and its standardised score by each member, how often it is rated, and how often the user
    has rated; each is grown along the gradient of nDCG by LightGBM.

    Learned from items that users like and that the members did not know: `n_folds` folds are drawn
    within the training set, and used until there are 500 lists. Then the members are fitted on all
    of it. What is stored scores without LightGBM.

    Attributes:
        pool: float64[n_members], weights of −log(1 + rank).
    """

    source = "Burges 2010 (LambdaMART); Ke et al. 2017 (LightGBM); Genest and Zidek 1986 (the pool)"
    predicts = "scores"
    cost = "high"
    parameters = (
        members("ease,item-knn,rp3beta"),
        Int("n_folds", 5, "folds to learn from", low=2),
        Int("n_candidates", 100, "items of the pool that trees put in order", low=2),
        Int("n_trees", 50, "trees", low=1, tune=(20, 300), log=True),
        Int("n_leaves", 7, "leaves of a tree", low=2, high=1024, tune=(3, 31), log=True),
        Int("min_leaf", 100, "pairs of user and item that a leaf stands for at least", low=1),
        Float(
            "learning_rate", 0.05, "how much of a tree counts", low=1e-6, tune=(0.01, 0.2), log=True
        ),
        Float("reg", 10.0, "pull of the leaves towards zero", low=0),
    )
    own_fitted = ("pool", *_trees.NAMES)
    scale = staticmethod(standardised)
    quick: ClassVar = {"n_trees": 5, "min_leaf": 5}

    @classmethod
    def uses_threshold(cls, given: Mapping[str, object]) -> bool:
        return True

    def layout(self) -> Layout:
        n_features = 2 * len(self.members) + 2
        return {"pool": Floats((len(self.members),)), **_trees.layout(n_features)}

    def _check_state(self, state: Mapping[str, Any]) -> None:
        super()._check_state(state)
        _trees.check_downward(state)

    def _learn_from_members(self, trainset: surprise.Trainset) -> None:
        lists = unseen_lists(self.members, trainset, self.n_folds, self.random_state, standardised)
        by_rank = _ranks(lists.scores, lists.candidates)
        found = most_likely(-np.log1p(by_rank), lists.candidates, lists.liked)
        self.pool = found if found.any() else np.ones(len(self.members))
        pool, first = self._pooled(by_rank, lists.candidates)
        first &= lists.candidates
        first &= (lists.liked & first).any(axis=1)[:, None]  # others have no order to learn
        trees = self._grown(lists, by_rank, pool, first) if first.any() else []
        for name, array in _trees.as_arrays(trees).items():
            setattr(self, name, array)

    def _grown(
        self, lists: UnseenLists, by_rank: np.ndarray, pool: np.ndarray, first: np.ndarray
    ) -> list[Any]:
        """The trees of LightGBM, which put the `first` of each list in order, bool[n_lists, n_items]."""
        import lightgbm

        data = lightgbm.Dataset(
            _features(lists.scores, by_rank, lists.activity, lists.popularity, first),
            lists.liked[first].astype(np.int32),
            group=first.sum(axis=1)[first.any(axis=1)],
            init_score=pool[first],
        )
        given = {
            "objective": "lambdarank",
            "num_leaves": self.n_leaves,
            "min_data_in_leaf": self.min_leaf,
            "learning_rate": self.learning_rate,
            "lambda_l2": self.reg,
            "lambdarank_truncation_level": 20,
            "seed": self.random_state,
            "deterministic": True,
            "force_row_wise": True,
            "num_threads": 1,
            "verbosity": -1,
        }
        trees: list[Any] = lightgbm.train(given, data, self.n_trees).dump_model()["tree_info"]
        return trees

    def _estimate_users(self, users: np.ndarray) -> np.ndarray:
        if not len(users):
            return np.empty((0, catalogue_size(self.trainset)))
        scores = np.stack(list(self._fitted.of_users(users)))
        candidates = self._fitted.candidates(users)
        by_rank = _ranks(scores, candidates)
        total, first = self._pooled(by_rank, candidates)
        popularity = np.tile(self._fitted.popularity(), (len(users), 1))
        known = _features(scores, by_rank, self._fitted.activity(users), popularity, first)
        trees = {name: getattr(self, name) for name in _trees.NAMES}
        total[first] += _trees.predicted(trees, known)
        lowest = np.where(first, total, np.inf).min(axis=1)
        highest = np.where(first, -np.inf, total).max(axis=1)
        lift = np.where(highest > lowest, highest - lowest, 0.0)
        return total + lift[:, None] * first

    def _pooled(self, by_rank: np.ndarray, candidates: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The score of the pool, and which items trees put in order; [n_users, n_items] each."""
        pool = -np.tensordot(self.pool, np.log1p(by_rank), 1)
        return pool, ranks(pool, candidates, pool) <= self.n_candidates

    def default_prediction(self) -> float:
        return 0.0


def _ranks(scores: np.ndarray, candidates: np.ndarray) -> np.ndarray:
    """Of float64[n_members, n_users, n_items] the ranks by each member."""
    return np.stack([ranks(of_member, candidates, of_member) for of_member in scores])


def _features(
    scores: np.ndarray,
    by_rank: np.ndarray,
    activity: np.ndarray,
    popularity: np.ndarray,
    chosen: np.ndarray,
) -> np.ndarray:
    """What trees know of the chosen pairs, float64[n, 2 n_members + 2]."""
    of_user: np.ndarray = np.repeat(activity, chosen.sum(axis=1))
    return np.column_stack([*scores[:, chosen], *by_rank[:, chosen], of_user, popularity[chosen]])
