"""One list out of several, by trees that are grown for the order of lists."""

from __future__ import annotations

import functools
from collections.abc import Mapping

import numpy as np
import surprise

from recli.algorithms._hybrids.combined import Combined, members
from recli.algorithms._hybrids.log_linear import most_likely
from recli.algorithms._hybrids.scales import ranks, standardised
from recli.algorithms._hybrids.unseen_lists import UnseenLists, unseen_lists
from recli.extras.lightgbm.algorithms import _trees
from recli.params import Float, Int, Value


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

    source = "Burges 2010 (LambdaMART); Ke et al. 2017 (LightGBM); Liu 2009, section 1.2 (learning to rank)"
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
    quick = {"n_trees": 5, "min_leaf": 5}

    @classmethod
    def uses_threshold(cls, given: Mapping[str, object]) -> bool:
        return True

    def _learn_from_members(self, trainset: surprise.Trainset) -> None:
        lists = unseen_lists(self.members, trainset, self.n_folds, self.random_state, standardised)
        pooled = _pooled(lists.scores, lists.candidates)
        found = most_likely(pooled, lists.candidates, lists.liked)
        self.pool = found if found.any() else np.ones(len(self.members))
        pool = np.tensordot(self.pool, pooled, 1)
        first = lists.candidates & self._is_first(pool, lists.candidates)
        first &= (lists.liked & first).any(axis=1)[:, None]  # others have no order to learn
        trees = self._grown(lists, pool, first) if first.any() else []
        for name, array in _trees.as_arrays(trees).items():
            setattr(self, name, array)

    def _grown(self, lists: UnseenLists, pool: np.ndarray, first: np.ndarray) -> list:
        """The trees of LightGBM, from bool[n_lists, n_catalogue] of the candidates."""
        import lightgbm

        data = lightgbm.Dataset(
            _features(lists.scores, lists.candidates, lists.activity, lists.popularity, first),
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
        trees: list = lightgbm.train(given, data, self.n_trees).dump_model()["tree_info"]
        return trees

    def _estimate_users(self, users: np.ndarray) -> np.ndarray:
        scores = np.stack(list(self._fitted.of_users(users)))
        candidates = self._fitted.candidates(users)
        pool = np.tensordot(self.pool, _pooled(scores, candidates), 1)
        first = self._is_first(pool, candidates)
        activity = self._fitted.activity(users)
        popularity = np.tile(self._fitted.popularity(), (len(users), 1))
        trees = {name: getattr(self, name) for name in _trees.NAMES}
        known = _features(scores, candidates, activity, popularity, first)
        total = pool.copy()
        total[first] += _trees.predicted(trees, known)
        lowest = np.where(first, total, np.inf).min(axis=1, initial=np.inf)
        highest = np.where(first, -np.inf, total).max(axis=1, initial=-np.inf)
        lift = np.where(highest > lowest, highest - lowest, 0.0)
        return total + lift[:, None] * first

    def default_prediction(self) -> float:
        return 0.0

    def _is_first(self, pool: np.ndarray, candidates: np.ndarray) -> np.ndarray:
        """Whether an item is one that trees put in order, bool[n_users, n_catalogue]."""
        is_first: np.ndarray = ranks(pool, candidates, pool) <= self.n_candidates
        return is_first


def _pooled(scores: np.ndarray, candidates: np.ndarray) -> np.ndarray:
    """−log(1 + rank) by each member, of float64[n_members, n_users, n_catalogue]."""
    return -np.log1p([ranks(of_member, candidates, of_member) for of_member in scores])


def _features(
    scores: np.ndarray,
    candidates: np.ndarray,
    activity: np.ndarray,
    popularity: np.ndarray,
    chosen: np.ndarray,
) -> np.ndarray:
    """What trees know of the chosen pairs, float64[n, 2 n_members + 2]."""
    by_rank = [ranks(of_member, candidates, of_member)[chosen] for of_member in scores]
    of_user = np.repeat(activity, chosen.sum(axis=1))
    return np.column_stack([*scores[:, chosen], *by_rank, of_user, popularity[chosen]])
