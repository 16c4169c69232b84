"""Hybrids: out-of-fold estimates without leakage, members of every kind, what is refused."""

from __future__ import annotations

import sys

import numpy as np
import pytest
import surprise
from sklearn.linear_model import Ridge

from recli import errors, registry
from recli.algorithms import Configured
from recli.algorithms._hybrids.members import Members, out_of_fold
from recli.algorithms.hybrid import Hybrid
from recli.data.ids import Ids
from recli.data.ratings import Ratings
from recli.data.trainset import Trainset
from recli.models import model as models

OWN = """
import numpy as np
import surprise
from recli import errors
from recli.algorithms import Algorithm

class Spy(surprise.AlgoBase):
    '''5 for a pair that it was fitted on, 1 for any other.'''
    def fit(self, trainset):
        surprise.AlgoBase.fit(self, trainset)
        self.known = {(u, i) for u, i, _ in trainset.all_ratings()}
        return self
    def estimate(self, u, i):
        return 5.0 if (u, i) in self.known else 1.0

class Constant(surprise.AlgoBase):
    def __init__(self, value=3.0, note="none"):
        surprise.AlgoBase.__init__(self)
        self.value, self.note = value, note
    def estimate(self, u, i):
        return self.value

class Other(Constant):
    pass

class Fails(surprise.AlgoBase):
    def fit(self, trainset):
        raise errors.DataError("there is no snow.")
"""


@pytest.fixture(autouse=True)
def own(tmp_path, monkeypatch):
    """`own_members:Spy` and others, for any test."""
    (tmp_path / "own_members.py").write_text(OWN, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    yield
    sys.modules.pop("own_members", None)


@pytest.fixture(scope="module")
def trainset(small):
    """Without users 0 to 4 and without items 0 to 9, which are then cold as the 50 unrated are."""
    ratings = small.ratings
    return small.trainset(np.flatnonzero((ratings.users > 4) & (ratings.items > 9)))


@pytest.fixture(scope="module")
def everyone(trainset):
    """Every known user and the unknown one with every item of the catalogue."""
    users = np.arange(-1, trainset.n_users)
    n = trainset.n_catalogue
    return np.repeat(users, n), np.tile(np.arange(n), len(users))


def hybrid(members, **given):
    return Configured.of("hybrid", {"members": members, **given}).create(0)


def alone(trainset, pairs, name, **given):
    return Configured.of(name, given).create(0).fit(trainset).predict_pairs(*pairs, clip=False)


def random_ratings(seed, n_users=60, n_items=80, n=2500):
    """Ratings that say nothing: each from 1 to 5 with the same chance."""
    rng = np.random.default_rng(seed)
    pairs = rng.choice(n_users * n_items, n, replace=False)
    return Ratings(
        user_ids=Ids(np.array([str(user) for user in range(n_users)], object)),
        item_ids=Ids(np.array([str(item) for item in range(n_items)], object)),
        users=(pairs // n_items).astype(np.int32),
        items=(pairs % n_items).astype(np.int32),
        values=rng.integers(1, 6, n).astype(float),
        times=None,
        scale=(1.0, 5.0),
    )


def of_names(*names):
    return {name: Configured.of(name) for name in names}


# No leakage


def test_no_member_ever_saw_a_rating_that_weights_are_learned_from(trainset):
    members = of_names("own_members:Spy", "baseline-only")
    seen = out_of_fold(members, trainset, n_folds=4, seed=0)
    assert len(seen.targets) == trainset.n_ratings
    # The means of what remains without a fold differ, but none is far from that of all.
    np.testing.assert_allclose(seen.deviations[:, 0], 1.0 - trainset.global_mean, atol=0.1)
    # Then they are fitted on all: the spy says 5 of every training pair.
    fitted = Members.fitted(members, trainset, seed=0)
    of_spy = next(fitted.of_pairs(trainset.users, trainset.items))
    np.testing.assert_allclose(of_spy, 5.0 - trainset.global_mean)


def test_a_pair_that_is_rated_twice_is_in_one_fold(small):
    twice = small.trainset(np.tile(np.arange(300), 2))
    members = of_names("own_members:Spy", "baseline-only")
    seen = out_of_fold(members, twice, n_folds=5, seed=0)
    assert (seen.deviations[:, 0] < 0).all()


def test_the_counts_are_those_that_the_members_knew(trainset):
    members = of_names("baseline-only", "own_members:Constant")
    seen = out_of_fold(members, trainset, n_folds=3, seed=0)
    of_all = np.bincount(trainset.users)[trainset.users]
    assert (seen.n_user < of_all).all()
    # A user's ratings are each held out once: on average two of three remain, of three folds.
    assert seen.n_user.sum() / of_all.sum() == pytest.approx(2 / 3, abs=0.02)
    assert seen.n_item.max() < trainset.n_users


@pytest.mark.parametrize("seed", range(3))
def test_stacking_gains_nothing_on_noise(seed):
    """With ratings at random no member knows anything, and a stacker should find that out.

    One that learns from estimates of ratings that the members were fitted on trusts them.
    """
    ratings = random_ratings(seed)
    rows = np.random.default_rng(seed).permutation(len(ratings))
    train, test = Trainset(ratings, rows[:2000]), rows[2000:]
    known = train.users, train.items
    unknown = train.inner_users[ratings.users[test]], train.inner_items[ratings.items[test]]

    def rmse(predicted):
        return np.sqrt(np.mean((predicted - ratings.values[test]) ** 2))

    memorising = {"n_epochs": 100, "reg_all": 0.0, "lr_all": 0.02}
    members = {"svd": memorising, "knn-baseline": {}, "slope-one": {}}
    given = {f"svd.{name}": value for name, value in memorising.items()}
    of_mean = rmse(train.global_mean)
    of_stacked = rmse(hybrid(",".join(members), **given).fit(train).predict_pairs(*unknown))
    x, new = (
        np.column_stack([alone(train, pairs, name, **own) for name, own in members.items()])
        for pairs in (known, unknown)
    )
    of_leaking = rmse(Ridge().fit(x, train.values).predict(new))
    assert rmse(new[:, 0]) > of_mean + 0.1
    assert of_leaking > of_mean + 0.05
    # Of 500 ratings with a deviation of 1.41 the mean squared error is uncertain by more than this.
    assert of_stacked == pytest.approx(of_mean, abs=0.03)


def test_of_one_rating_nothing_can_be_held_out(small):
    seen = out_of_fold(of_names("svd", "nmf"), small.trainset([0]), 5, 0)
    assert seen.deviations.shape == (0, 2)


def test_the_same_ratings_in_surprises_own_trainset(small, to_surprise):
    theirs = to_surprise(small).build_full_trainset()
    members = of_names("baseline-only", "own_members:Spy")
    seen = out_of_fold(members, theirs, n_folds=3, seed=0)
    assert len(seen.targets) == theirs.n_ratings
    assert (seen.deviations[:, 1] < 0).all()
    fitted = Members.fitted(members, theirs, seed=0)
    users, items, values = (np.array(column) for column in zip(*theirs.all_ratings(), strict=True))
    assert np.isfinite(values).all()
    of_baseline, of_spy = fitted.of_pairs(users.astype(int), items.astype(int))
    np.testing.assert_allclose(of_spy, 5.0 - theirs.global_mean)
    expected = alone(theirs, (users.astype(int), items.astype(int)), "baseline-only")
    np.testing.assert_allclose(of_baseline + theirs.global_mean, expected)


# What comes out


def test_weighted_is_the_mean_of_the_members(trainset, everyone):
    found = hybrid(
        "svd,knn-baseline", method="weighted", weights="3,1", **{"svd.n_factors": 5}
    ).fit(trainset)
    expected = 0.75 * alone(trainset, everyone, "svd", n_factors=5) + 0.25 * alone(
        trainset, everyone, "knn-baseline"
    )
    np.testing.assert_allclose(found.predict_pairs(*everyone, clip=False), expected, atol=1e-12)


def test_switching_takes_content_for_cold_items_and_the_baseline_for_cold_users(trainset, everyone):
    users, items = everyone
    found = hybrid(
        "svd,content-based,baseline-only",
        method="switching",
        min_user_ratings=20,
        min_item_ratings=6,
    ).fit(trainset)
    n_user = np.append(np.bincount(trainset.users), 0)[users]
    n_item = np.zeros(trainset.n_catalogue, int)
    n_item[: trainset.n_items] = np.bincount(trainset.items)
    expected = np.select(
        [n_user < 20, n_item[items] < 6],
        [alone(trainset, everyone, "baseline-only"), alone(trainset, everyone, "content-based")],
        alone(trainset, everyone, "svd"),
    )
    assert {0, 1} <= set((n_user < 20).astype(int)) == set((n_item < 6).astype(int))
    np.testing.assert_allclose(found.predict_pairs(*everyone, clip=False), expected, atol=1e-12)


def test_learned_weights_leave_a_member_out_that_knows_nothing(small):
    found = hybrid("baseline-only,normal-predictor", method="weighted").fit(small.trainset())
    assert found.learned[0] > 0.9
    assert found.learned.sum() == pytest.approx(1.0)


def test_stacking_beats_its_members(embedded):
    """On 100,000 real ratings, one fold of five; the members with few epochs, to be quick."""
    rows = np.random.default_rng(0).permutation(len(embedded.ratings))
    test, train = rows[:20_000], embedded.trainset(rows[20_000:])
    ratings = embedded.ratings
    pairs = train.inner_users[ratings.users[test]], train.inner_items[ratings.items[test]]

    def rmse(algorithm):
        return np.sqrt(np.mean((algorithm.predict_pairs(*pairs) - ratings.values[test]) ** 2))

    members = "baseline-only,slope-one,co-clustering"
    of_members = [rmse(Configured.of(name).create(0).fit(train)) for name in members.split(",")]
    assert rmse(hybrid(members).fit(train)) < min(of_members) - 0.005


def test_scores_are_weighed_in_deviations_from_the_users_mean(trainset):
    found = hybrid("most-popular,svd", method="weighted", weights="1,1").fit(trainset)
    users = np.array([0, 7, -1])
    expected = 0.0
    for name in ("most-popular", "svd"):
        scores = Configured.of(name).create(0).fit(trainset).score_users(users)
        expected += (scores - scores.mean(axis=1, keepdims=True)) / scores.std(
            axis=1, keepdims=True
        )
    assert found.predicts == "scores"
    np.testing.assert_allclose(found.score_users(users), expected / 2, atol=1e-12)
    items = np.array([0, 5, 9])
    np.testing.assert_allclose(
        found.predict_pairs(users, items), expected[[0, 1, 2], items] / 2, atol=1e-12
    )


def test_stacking_makes_ratings_of_scores(trainset):
    found = hybrid("most-popular,baseline-only").fit(trainset)
    assert found.predicts == "ratings"
    low, high = trainset.rating_scale
    predicted = found.predict_pairs(trainset.users, trainset.items)
    assert ((low <= predicted) & (predicted <= high)).all()
    error = np.sqrt(np.mean((predicted - trainset.values) ** 2))
    assert error < np.std(trainset.values)


SETTINGS = [
    {"method": "stacked"},
    {"method": "weighted"},
    {"method": "switching", "min_user_ratings": 30},
]


@pytest.mark.parametrize("given", SETTINGS, ids=lambda given: given["method"])
def test_reasons_sum_to_the_score(given, trainset):
    found = hybrid("svd,knn-baseline,slope-one", **given).fit(trainset)
    for user, item in ((0, 0), (3, 40), (0, trainset.n_items), (-1, 2)):
        reasons = found.explain(user, item)
        score = found.score_users(np.array([user]))[0, item]
        assert sum(reason.amount for reason in reasons) == pytest.approx(score, abs=1e-12)
        assert reasons[0].kind == "mean"
        assert {r.what for r in reasons[1:]} <= {"svd", "knn-baseline", "slope-one"}
        amounts = [abs(reason.amount) for reason in reasons[1:]]
        assert amounts == sorted(amounts, reverse=True)
        assert given["method"] != "switching" or len(amounts) <= 1


# Members of every kind, and their parameters


def test_parameters_of_a_users_class_by_its_name(trainset):
    given = {"own_members:Constant.value": "4", "own_members:Other.value": "none"}
    members = "own_members:Constant,own_members:Other"
    configured = Configured.of("hybrid", {"members": members, **given})
    assert configured.params["own_members:Constant.value"] == 4
    assert not configured.is_own
    assert configured.parts == ("hybrid", "own_members:Constant", "own_members:Other")
    constant, other = configured.create(0).members.values()
    assert constant.params == {"value": 4, "note": "none"}
    assert other.params["value"] is None


def test_one_algorithm_may_be_a_member_twice(trainset):
    given = {"members": "SVD, slope-one, SVD-2", "svd.n_factors": 5, "svd-2.n_factors": 3}
    configured = Configured.of("hybrid", given)
    assert configured.params["members"] == "svd,slope-one,svd-2"
    assert configured.parts == ("hybrid", "svd", "slope-one", "svd")
    assert configured.label == "hybrid (members=svd,slope-one,svd-2)"
    algorithm = configured.create(0).fit(trainset)
    users, items = trainset.users, trainset.items
    alone = (
        Configured.of("svd", {"n_factors": 5}),
        Configured.of("slope-one"),
        Configured.of("svd", {"n_factors": 3}),
    )
    for found, member in zip(algorithm._fitted.of_pairs(users, items), alone, strict=True):
        says = member.create(0).fit(trainset).predict_pairs(users, items, clip=False)
        np.testing.assert_allclose(found, says - trainset.global_mean)
    again = configured.create(0)
    again.restore(trainset, algorithm.state())
    estimates = [one.predict_pairs(users, items) for one in (again, algorithm)]
    np.testing.assert_array_equal(*estimates)
    assert {reason.what for reason in algorithm.explain(0, 0)} >= {"svd", "svd-2"}


def test_two_members_that_are_the_same_say_nothing_together(trainset):
    with pytest.raises(errors.UsageError, match="Members svd and svd-2 of the hybrid are the same"):
        Configured.of("hybrid", {"members": "svd,svd-2"})
    with pytest.raises(errors.UsageError, match="svd is there twice.*has a number, as in svd-2"):
        Configured.of("hybrid", {"members": "svd,svd"})


def test_no_algorithm_is_called_like_the_second_of_another():
    assert not [name for name in registry.names("algorithm") if name[-1].isdigit() and "-" in name]


def test_parameters_in_python(trainset):
    found = Hybrid(
        "KNNBaseline, SVD++",
        "weighted",
        **{"knn-baseline": {"sim_options": {"name": "cosine"}}, "svdpp": {"n_factors": 3}},
    ).fit(trainset)
    knn, svdpp = found.members.values()
    assert (knn.name, svdpp.name) == ("knn-baseline", "svdpp")
    assert knn.params["sim_options.name"] == "cosine"
    assert svdpp.params["n_factors"] == 3


def test_the_seed_is_that_of_every_member(trainset):
    pairs = np.array([0, 1, 2]), np.array([3, 4, 5])
    configured = Configured.of(
        "hybrid", {"members": "svd,nmf", "method": "weighted", "weights": "1,0"}
    )
    found = configured.create(7).fit(trainset).predict_pairs(*pairs)
    np.testing.assert_allclose(
        found, Configured.of("svd").create(7).fit(trainset).predict_pairs(*pairs)
    )


def test_content_is_needed_where_a_member_needs_it():
    assert not Configured.of("hybrid").needs_features
    assert Configured.of("hybrid", {"members": "svd,content-based"}).needs_features
    assert Configured.of("content-based").needs_features


def test_a_stored_hybrid_restores_members_and_fits_only_those_without_a_state(
    small, tmp_path, monkeypatch
):
    configured = Configured.of("hybrid", {"members": "svd,content-based,knn-baseline"})
    model = models.train(small, configured, 3)
    assert {"learned", "svd.pu", "content-based.weights"} <= set(model.algorithm.state())
    folder = models.save(model, tmp_path, "m")
    fits = []
    for name in ("svd", "content-based", "knn-baseline"):
        cls = registry.get("algorithm", name)
        fit = cls.fit
        monkeypatch.setattr(
            cls,
            "fit",
            lambda self, trainset, fit=fit, name=name: fits.append(name) or fit(self, trainset),
        )
    loaded = models.load(folder)
    assert fits == ["knn-baseline"]
    users = np.arange(-1, small.ratings.n_users)
    np.testing.assert_array_equal(
        loaded.algorithm.score_users(users), model.algorithm.score_users(users)
    )


# What is refused


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"members": "svd"}, "takes two algorithms or more"),
        ({"members": ""}, "There is no algorithm ''"),
        ({"members": "svd,hybrid"}, "a hybrid is no member of one"),
        ({"members": "svd,SVD"}, "svd is there twice"),
        ({"members": "svd,knn-baselin"}, "Did you mean 'knn-baseline'"),
        ({"members": "svd,own_members:Constnat"}, "Did you mean 'own_members:Constant'"),
        ({"nmf.n_factors": 3}, "no parameter of hybrid 'nmf.n_factors'"),
        ({"svd.n_factors": -1}, "svd.n_factors=-1 is not valid"),
        ({"method": "voting"}, "no value of method 'voting'"),
        ({"weights": "1,1,1"}, "only matters with method=weighted"),
        ({"method": "weighted", "weights": "1,1"}, "2 of the 3 numbers"),
        ({"method": "switching", "members": "svd,nmf,slope-one,svdpp"}, "takes two members"),
        ({"method": "switching", "members": "svd,most-popular"}, "most-popular only gives scores"),
    ],
)
def test_what_does_not_go_together_is_an_error_before_anything_is_fitted(given, said):
    with pytest.raises(errors.UsageError, match=said):
        Configured.of("hybrid", given)


def test_a_keyword_that_is_no_member_in_python():
    with pytest.raises(errors.UsageError, match="no member 'n_factors'"):
        Hybrid(n_factors=5)


@pytest.mark.parametrize(
    ("given", "error", "said"),
    [
        ({"svd.lr_all": 1e6}, errors.DivergedError, "Member svd of the hybrid: svd diverged"),
        (
            {"members": "svd,own_members:Fails"},
            errors.DataError,
            "Member own_members:Fails of the hybrid: there is no snow.",
        ),
    ],
)
def test_a_member_that_cannot_be_fitted_is_named(given, error, said, trainset):
    with pytest.raises(error, match=said):
        Configured.of("hybrid", given).create(0).fit(trainset)


def test_a_member_of_a_missing_extra(monkeypatch):
    monkeypatch.setattr(registry, "installed", lambda extra: extra != "implicit")
    with pytest.raises(errors.MissingExtraError, match=r"bpr needs .*recli\[implicit\]"):
        Configured.of("hybrid", {"members": "svd,bpr"})


def test_estimates_that_do_not_fit_in_memory(trainset, monkeypatch):
    monkeypatch.setattr("recli.memory.available", lambda: 10_000)
    with pytest.raises(errors.TooLargeError, match="hybrid needs .* Name fewer members"):
        hybrid("baseline-only,slope-one").fit(trainset)


def test_surprises_trainset_and_a_hybrid_of_surprises_own(to_surprise, small):
    """Classes of Surprise itself are members too."""
    found = hybrid("surprise:SlopeOne,surprise:BaselineOnly")
    trainset = to_surprise(small).build_full_trainset()
    assert isinstance(found.fit(trainset).predict("1", "2"), surprise.Prediction)
