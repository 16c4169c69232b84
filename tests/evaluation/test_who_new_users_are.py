"""A class of somebody's own is told who a new user is, as Surprise tells it, wherever it is asked."""

from __future__ import annotations

import dataclasses
import sys
import types
import zlib

import numpy as np
import pandas as pd
import pytest
import surprise

from recli import errors
from recli.algorithms import Algorithm, Configured
from recli.algorithms._contract.adapted import adapted
from recli.algorithms._given import of_class
from recli.algorithms._shared.placed import Placed
from recli.data.ids import Ids
from recli.data.training_statistics import TrainingStatistics
from recli.evaluation.fold_outcome import Wanted, fold_outcome
from recli.models import fold_in, similar
from recli.models.model import of_training
from recli.testing import small_dataset
from tests.top_n import top_n

K = 10
UNKNOWN = "UKN__"


def crc(*parts: object) -> float:
    """From 0 to 1, by what is told, so that no two scores tie."""
    return zlib.crc32("/".join(map(str, parts)).encode()) / 2**32


class ByTown(surprise.AlgoBase):
    """What people of a town think of a decade of films; both are known by raw id alone.

    Written for Surprise: the raw id of the unknown is what follows `UKN__`.
    """

    def __init__(self):
        surprise.AlgoBase.__init__(self)

    def fit(self, trainset):
        surprise.AlgoBase.fit(self, trainset)
        sums: dict[tuple[int, int], list[float]] = {}
        for u, i, rating in trainset.all_ratings():
            sums.setdefault((self.town(u), self.decade(i)), []).append(rating)
        self.means = {pair: float(np.mean(ratings)) for pair, ratings in sums.items()}
        return self

    def user(self, u):
        return u.removeprefix(UNKNOWN) if isinstance(u, str) else self.trainset.to_raw_uid(u)

    def item(self, i):
        return i.removeprefix(UNKNOWN) if isinstance(i, str) else self.trainset.to_raw_iid(i)

    def town(self, u):
        return zlib.crc32(self.user(u).encode()) % 5

    def decade(self, i):
        return zlib.crc32(self.item(i).encode()) % 4

    def estimate(self, u, i):
        pair = self.town(u), self.decade(i)
        if pair == (2, 3) or pair not in self.means:
            raise surprise.PredictionImpossible("Nobody was asked.")
        said = self.means[pair] + crc(self.user(u), self.item(i)) / 8
        return (said, {"town": pair[0]}) if pair[0] == 1 else said


class Undecided(ByTown):
    """Says what is given for a pair of its raw ids, and 3.0 for any other."""

    user_id, item_id, says = "", "", float("nan")

    def estimate(self, u, i):
        return self.says if (self.user(u), self.item(i)) == (self.user_id, self.item_id) else 3.0


class Defaulting(ByTown):
    """Raises PredictionImpossible where it cannot say, and says NaN then."""

    def default_prediction(self):
        return float("nan")


@pytest.fixture(scope="module")
def fold():
    """A sixth of the users and a few films have no training rating."""
    small = small_dataset()
    ratings = small.ratings
    held_out = (ratings.users % 6 == 2) | (ratings.items % 25 == 3)
    held_out |= np.arange(len(ratings)) % 9 == 0
    statistics = TrainingStatistics(small, np.flatnonzero(~held_out), 4.0)
    return statistics, np.flatnonzero(held_out)


@pytest.fixture(scope="module")
def raw(fold):
    """The ratings by raw ids, as Surprise takes them."""
    ratings = fold[0].dataset.ratings
    users, items = ratings.user_ids.text[ratings.users], ratings.item_ids.text[ratings.items]
    return list(zip(users.tolist(), items.tolist(), ratings.values.tolist(), strict=True))


@pytest.fixture(scope="module")
def theirs(fold, raw):
    """The class fitted and asked by Surprise alone."""
    statistics, _ = fold
    table = pd.DataFrame([raw[row] for row in statistics.train], columns=["user", "item", "rating"])
    reader = surprise.Reader(rating_scale=statistics.dataset.ratings.scale)
    trainset = surprise.Dataset.load_from_df(table, reader).build_full_trainset()
    return ByTown().fit(trainset)


@pytest.fixture(scope="module")
def model(fold):
    """The class fitted on recli's trainset."""
    statistics, _ = fold
    configured = of_class(ByTown, {})
    algorithm = configured.create(0).fit(statistics.trainset)
    return of_training(statistics, configured, algorithm, 0)


def cold(fold):
    """Codes of the users without a training rating."""
    statistics, test = fold
    users = np.unique(statistics.dataset.ratings.users[test])
    return users[statistics.trainset.inner_users[users] < 0]


def best(theirs, statistics, user, k=K):
    """The `k` items that Surprise predicts highest, but for those that the user has in training."""
    ratings = statistics.dataset.ratings
    rated = set(ratings.items[statistics.train[ratings.users[statistics.train] == user]].tolist())
    raw_user, raw_items = ratings.user_ids.text[user], ratings.item_ids.text
    scores = {
        item: theirs.predict(raw_user, raw_items[item], clip=False).est
        for item in range(len(raw_items))
        if item not in rated
    }
    return sorted(scores, key=lambda item: (-scores[item], item))[:k]


def listed_before_ties(theirs, statistics, user):
    """As `best`, up to where the default stands for several items alike."""
    found = best(theirs, statistics, user)
    raw_user = statistics.dataset.ratings.user_ids.text[user]
    raw_items = statistics.dataset.ratings.item_ids.text
    said = [not theirs.predict(raw_user, raw_items[i]).details["was_impossible"] for i in found]
    return found[: said.index(False)] if False in said else found


def test_predictions_are_those_of_surprises_own_test(fold, raw, theirs):
    statistics, test = fold
    wanted = Wanted(predictions=True)
    outcome = fold_outcome(statistics, test, of_class(ByTown, {}), wanted, 0)
    expected = theirs.test([raw[row] for row in test])
    impossible = [one.details["was_impossible"] for one in expected]
    assert any(impossible) and not all(impossible)
    assert len({theirs.town(one.uid) for one in expected if one.uid in users_of(fold)}) == 5
    np.testing.assert_allclose(outcome.estimated.estimates, [one.est for one in expected])
    np.testing.assert_array_equal(outcome.estimated.impossible, impossible)


def users_of(fold):
    """Raw ids of the users without a training rating."""
    return set(fold[0].dataset.ratings.user_ids.text[cold(fold)].tolist())


def test_lists_are_those_of_surprises_predictions(fold, theirs):
    statistics, test = fold
    outcome = fold_outcome(statistics, test, of_class(ByTown, {}), Wanted(k=K), 0)
    users = np.unique(statistics.dataset.ratings.users[test])
    lengths = []
    for user, items in zip(users.tolist(), outcome.listed.items.tolist(), strict=True):
        expected = listed_before_ties(theirs, statistics, user)
        assert items[: len(expected)] == expected
        lengths.append(len(expected))
    assert np.mean(lengths) > K / 2
    of_cold = outcome.listed.items[np.isin(users, cold(fold))]
    assert len(np.unique(of_cold, axis=0)) > 5


def test_recommendations_are_those_of_surprises_predictions(fold, model, theirs):
    statistics, _ = fold
    ids = statistics.dataset.ratings.user_ids
    for user in cold(fold).tolist():
        expected = listed_before_ties(theirs, statistics, user)
        found = [str(one.item) for one in top_n(model, ids.text[user], K)]
        assert found[: len(expected)] == statistics.dataset.ratings.item_ids.text[expected].tolist()


def test_array_primitives_of_cold_and_unknown_users(fold, model, theirs):
    statistics, _ = fold
    ratings, trainset = statistics.dataset.ratings, statistics.trainset
    users = cold(fold)
    inner = trainset.inner_users[users]
    assert (inner < -1).all()
    expected = [
        [theirs.predict(ratings.user_ids.text[u], i, clip=False).est for i in ratings.item_ids.text]
        for u in users
    ]
    scores = model.algorithm.score_users(inner)[:, trainset.inner_items]
    np.testing.assert_allclose(scores, expected)
    pairs = np.repeat(inner, 3), np.tile(trainset.inner_items[:3], len(inner))
    found = model.algorithm.predict_pairs(*pairs, clip=False).reshape(-1, 3)
    np.testing.assert_allclose(found, np.array(expected)[:, :3])
    # Of -1 nothing is known, not even the id.
    nobody = [theirs.predict("", i, clip=False).est for i in ratings.item_ids.text]
    alone = model.algorithm.score_users(np.array([-1]))[0, trainset.inner_items]
    np.testing.assert_allclose(alone, nobody)


def test_a_cold_user_is_folded_in_as_who_they_are(fold, model):
    user = int(cold(fold)[0])
    raw_user = fold[0].dataset.ratings.user_ids.text[user]
    rated = fold_in.Rated(np.array([1, 2], np.int32), np.array([4.0, 2.0]))
    folded, code = fold_in.fold_in(model, rated, raw_user)
    inner = folded.trainset.inner_users[code]
    assert inner >= 0
    assert folded.trainset.to_raw_uid(int(inner)) == raw_user


def test_a_user_without_ratings_is_like_nobody(fold):
    statistics, _ = fold
    configured = Configured.of("svd", {"n_epochs": 2})
    algorithm = configured.create(0).fit(statistics.trainset)
    model = of_training(statistics, configured, algorithm, 0)
    with pytest.raises(errors.UsageError, match="has no rating that svd has learned from"):
        similar.similar(model, "user", int(cold(fold)[0]), 3)


def test_members_of_a_hybrid_are_told(fold, theirs, monkeypatch):
    statistics, _ = fold
    module = types.ModuleType("by_town")
    module.ByTown = type("ByTown", (ByTown,), {"__module__": "by_town"})
    monkeypatch.setitem(sys.modules, "by_town", module)
    given = {"members": "by_town:ByTown,svd", "method": "weighted", "weights": "1,0"}
    hybrid = Configured.of("hybrid", given).create(0).fit(statistics.trainset)
    inner = statistics.trainset.inner_users[cold(fold)]
    alone = adapted(ByTown()).fit(statistics.trainset)
    found, expected = hybrid.score_users(inner), alone.score_users(inner)
    assert len(np.unique(expected, axis=0)) > 5
    np.testing.assert_allclose(found, expected)


def test_a_fitted_class_is_told_by_the_ids_of_other_ratings(fold, model, theirs):
    """As where a model that is in service is measured by the ratings that came since."""
    statistics, _ = fold
    ratings = statistics.dataset.ratings
    user_ids = Ids.of([*ratings.user_ids.text.tolist(), "new 1", "new 2", "new 3"])
    item_ids = Ids.of([*ratings.item_ids.text.tolist(), "new film"])
    users, items = user_ids.codes(ratings.user_ids.text), item_ids.codes(ratings.item_ids.text)
    more = dataclasses.replace(
        ratings,
        user_ids=user_ids,
        item_ids=item_ids,
        users=users[ratings.users].astype(np.int32),
        items=items[ratings.items].astype(np.int32),
    )
    later = dataclasses.replace(statistics.dataset, ratings=more, items=None, users=None).trainset(
        np.arange(40)
    )
    placed = Placed(model.algorithm, later)
    for raw_user in (
        "new 1",
        "new 2",
        ratings.user_ids.text[cold(fold)[0]],
        ratings.user_ids.text[0],
    ):
        for raw_item in ("new film", *ratings.item_ids.text[:9]):
            pair = (
                later.inner_users[user_ids.code(raw_user)],
                later.inner_items[item_ids.code(raw_item)],
            )
            [found] = placed.estimate_pairs(*(np.array([one]) for one in pair))
            said = theirs.predict(raw_user, raw_item, clip=False)
            expected = np.nan if said.details["was_impossible"] else said.est
            np.testing.assert_allclose(found, expected)


class Apart(Algorithm):
    """One of recli's contract that writes `_estimate_pairs`."""

    source = "nobody"

    def _learn(self, trainset):
        surprise.AlgoBase.fit(self, trainset)

    def _estimate_pairs(self, users, items):
        return np.asarray(users, float)


class Told(Apart):
    tells_unknown_apart = True

    def _estimate_pairs(self, users, items):
        return super()._estimate_pairs(users, items)


def test_a_class_of_arrays_is_told_if_it_says_so(fold):
    statistics, _ = fold
    users = np.append(statistics.trainset.inner_users[cold(fold)], [-1, 0, 3])
    items = np.zeros(len(users), int)
    plain, told = (cls().fit(statistics.trainset) for cls in (Apart, Told))
    np.testing.assert_array_equal(plain.estimate_pairs(users, items), np.maximum(users, -1))
    np.testing.assert_array_equal(told.estimate_pairs(users, items), users)
    np.testing.assert_array_equal(told.score_users(users)[:, 0], users)


@pytest.mark.parametrize("says", [float("nan"), float("inf"), None, "four", (float("nan"), {})])
@pytest.mark.parametrize("is_cold", [True, False])
def test_what_is_no_number_is_told_with_algorithm_user_and_item(fold, says, is_cold):
    statistics, test = fold
    ratings = statistics.dataset.ratings
    users = ratings.users[test]
    row = test[np.flatnonzero((statistics.trainset.inner_users[users] < 0) == is_cold)[0]]
    user, item = (
        ratings.user_ids.text[ratings.users[row]],
        ratings.item_ids.text[ratings.items[row]],
    )
    cls = type("Undecided", (Undecided,), {"user_id": user, "item_id": item, "says": says})
    configured = of_class(cls, {})
    expected = f"Undecided gives .* for user '{user}' and item '{item}'"
    for wanted in (Wanted(predictions=True), Wanted(k=3)):
        with pytest.raises(errors.UsageError, match=expected):
            fold_outcome(statistics, test, configured, wanted, 0)
    model = of_training(statistics, configured, configured.create(0).fit(statistics.trainset), 0)
    with pytest.raises(errors.UsageError, match=expected):
        top_n(model, user, 3)


def test_a_default_that_is_no_number_is_told(fold):
    statistics, test = fold
    for wanted in (Wanted(predictions=True), Wanted(k=3)):
        with pytest.raises(errors.UsageError, match="Defaulting gives nan as `default_prediction`"):
            fold_outcome(statistics, test, of_class(Defaulting, {}), wanted, 0)


class Infinite(Apart):
    """Of recli's contract, and without bounds for one item."""

    def _estimate_pairs(self, users, items):
        return np.where(np.asarray(items) == 7, -np.inf, 1.0)


def test_an_infinite_score_is_told_with_algorithm_user_and_item(fold):
    statistics, _ = fold
    trainset = statistics.trainset
    algorithm = Infinite().fit(trainset)
    user, item = trainset.to_raw_uid(4), trainset.to_raw_iid(7)
    expected = f"Infinite gives -inf for user '{user}' and item '{item}'"
    with pytest.raises(errors.UsageError, match=expected):
        algorithm.score_users(np.array([4]))
    with pytest.raises(errors.UsageError, match=expected):
        algorithm.predict_pairs(np.array([4, 4]), np.array([6, 7]))
