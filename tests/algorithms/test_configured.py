"""Algorithms by name with parameters, a user's own classes, and learning that diverges."""

from __future__ import annotations

import importlib
import sys

import numpy as np
import pytest
import surprise

from recli import errors
from recli.algorithms import Configured, declared
from recli.algorithms._contract.adapted import Adapted

OWN = '''
import surprise
from surprise import AlgoBase, PredictionImpossible

NUMBER = 7

class Offset(AlgoBase):
    """The global mean and an offset; impossible for unknown users, a tuple for even items."""

    def __init__(self, offset=0.0, mode="plain", options=None, verbose=True, random_state=None):
        AlgoBase.__init__(self)
        self.offset, self.mode, self.options = offset, mode, options
        self.verbose, self.random_state = verbose, random_state

    def fit(self, trainset):
        AlgoBase.fit(self, trainset)
        self.mean = trainset.global_mean
        return self

    def estimate(self, u, i):
        if not self.trainset.knows_user(u):
            raise PredictionImpossible(str(u))
        if isinstance(i, str):
            return 2.0 if i.removeprefix("UKN__").isdigit() else 1.0
        estimate = self.mean + self.offset + i / 1000
        return (estimate, {"even": True}) if i % 2 == 0 else estimate

class Stubborn(AlgoBase):
    def __init__(self, needed):
        AlgoBase.__init__(self)

class Any(AlgoBase):
    def __init__(self, **kwargs):
        AlgoBase.__init__(self, **kwargs)

class Plain:
    pass
'''


@pytest.fixture
def own(tmp_path, monkeypatch):
    """The module own_algorithm in the current folder."""
    (tmp_path / "own_algorithm.py").write_text(OWN, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    importlib.invalidate_caches()
    yield
    sys.modules.pop("own_algorithm", None)


@pytest.mark.parametrize(
    ("written", "name"),
    [("SVD++", "svdpp"), ("SVDpp", "svdpp"), ("KNNBaseline", "knn-baseline"), ("nmf", "nmf")],
)
def test_any_spelling(written, name):
    assert Configured.of(written).name == name


def test_every_parameter_that_matters_is_there():
    assert Configured.of("baseline-only").params == {
        "bsl_options.method": "als",
        "bsl_options.n_epochs": None,
        "bsl_options.reg_u": 15.0,
        "bsl_options.reg_i": 10.0,
    }
    sgd = Configured.of("baseline-only", {"bsl_options.method": "SGD", "bsl_options.reg": "0.1"})
    assert sgd.params == {
        "bsl_options.method": "sgd",
        "bsl_options.n_epochs": None,
        "bsl_options.reg": 0.1,
        "bsl_options.learning_rate": 0.005,
    }
    assert sgd.create(0).bsl_options == {"method": "sgd", "reg": 0.1, "learning_rate": 0.005}


def test_checked_parameters_are_accepted_again():
    for given in ({}, {"sim_options.name": "pearson_baseline", "bsl_options.method": "sgd"}):
        configured = Configured.of("knn-basic", given)
        assert Configured.of("knn-basic", configured.params) == configured


def test_the_label_says_what_differs():
    assert Configured.of("svd").label == "svd"
    given = {"n_factors": 7, "biased": "false", "lr_bu": 0.25}
    assert Configured.of("svd", given).label == "svd (n_factors=7, biased=false, lr_bu=0.25)"


def test_the_seed_is_the_random_state():
    assert Configured.of("svd").create(11).random_state == 11


def test_instances_share_no_options():
    one, two = (
        Configured.of("knn-basic", {"sim_options.user_based": based}).create(0)
        for based in (True, False)
    )
    assert one.sim_options["user_based"]
    assert not two.sim_options["user_based"]


# A user's own class


def test_own_class_runs_unchanged(own, small):
    given = {"offset": "0.5", "mode": "1", "options": '{"deep": [1, 2]}'}
    configured = Configured.of("own_algorithm:Offset", given)
    assert configured.params == {"offset": 0.5, "mode": "1", "options": {"deep": [1, 2]}}
    assert [p.name for p in declared(configured.name)] == ["offset", "mode", "options"]
    algorithm = configured.create(4)
    assert isinstance(algorithm, Adapted)
    own_one = algorithm.algorithm
    assert (own_one.verbose, own_one.random_state, own_one.options) == (False, 4, {"deep": [1, 2]})
    ratings = small.ratings
    trainset = small.trainset(np.flatnonzero(ratings.users > 0))
    algorithm.fit(trainset)
    mean, n = ratings.values[ratings.users > 0].mean(), trainset.n_items
    # Known pairs, plain and as a tuple; a cold item by its raw id; an unknown one; an unknown user.
    users, items = np.array([0, 0, 0, 0, -1]), np.array([1, 2, n, -1, 1])
    expected = [mean + 0.501, mean + 0.502, 2.0, 1.0, mean]
    np.testing.assert_allclose(algorithm.predict_pairs(users, items), expected)
    cold = ratings.item_ids.text[trainset.item_codes[n]]
    assert algorithm.predict(trainset.to_raw_uid(0), cold).est == 2.0
    unknown = algorithm.predict(ratings.user_ids.text[0], cold)
    assert unknown.details["was_impossible"]
    scores = algorithm.score_users(np.array([-1, 3]))
    np.testing.assert_allclose(scores[0], mean)
    np.testing.assert_allclose(scores[1, :n], mean + 0.5 + np.arange(n) / 1000)


def test_own_predictions_are_cut_off_at_the_scale(own, small):
    algorithm = Configured.of("own_algorithm:Offset", {"offset": 40}).create(0)
    algorithm.fit(small.trainset())
    users = np.array([0])
    assert algorithm.predict_pairs(users, users)[0] == 5.0
    assert algorithm.predict_pairs(users, users, clip=False)[0] > 40


def test_a_class_of_surprise_by_its_module(small):
    configured = Configured.of("surprise:SVD", {"n_factors": "5"})
    theirs = configured.create(2).fit(small.trainset())
    ours = Configured.of("svd", {"n_factors": 5}).create(2).fit(small.trainset())
    users = np.arange(10)
    np.testing.assert_allclose(theirs.score_users(users), ours.score_users(users), atol=1e-12)


def test_arguments_that_cannot_be_named_are_no_parameters(own):
    assert declared("own_algorithm:Any") == ()
    with pytest.raises(errors.UsageError, match="no parameter of own_algorithm:Any 'k'"):
        Configured.of("own_algorithm:Any", {"k": "1"})


def test_an_argument_without_a_default(own):
    with pytest.raises(errors.UsageError, match="'needed' of its constructor needs a default"):
        Configured.of("own_algorithm:Stubborn")


def test_a_missing_module(own):
    with pytest.raises(errors.UsageError, match="no module 'own_algorthm'"):
        Configured.of("own_algorthm:Offset")
    with pytest.raises(errors.UsageError, match=r"no module 'own_algorithm\.deep'"):
        Configured.of("own_algorithm.deep:Offset")


def test_a_module_that_lacks_a_package_of_its_own(own, tmp_path):
    (tmp_path / "own_broken.py").write_text("import no_such_package\n", encoding="utf-8")
    importlib.invalidate_caches()
    with pytest.raises(errors.MissingExtraError, match="needs the module 'no_such_package', which"):
        Configured.of("own_broken:Offset")


def test_a_missing_class(own):
    with pytest.raises(errors.UsageError, match=r"'own_algorithm:Ofset'. Did you mean") as caught:
        Configured.of("own_algorithm:Ofset")
    assert str(caught.value).endswith(
        "Did you mean 'own_algorithm:Offset'? Valid: own_algorithm:Offset, own_algorithm:Any, "
        "own_algorithm:Stubborn."
    )


@pytest.mark.parametrize("name", ["Plain", "NUMBER", "surprise", "AlgoBase"])
def test_not_an_algorithm(own, name):
    with pytest.raises(errors.UsageError, match="is not a subclass of surprise.AlgoBase"):
        Configured.of(f"own_algorithm:{name}")


@pytest.mark.parametrize(
    "name", [":Offset", "own_algorithm:", ".own:Offset", "a:b:c", "a b:c", ":"]
)
def test_not_a_module_and_class(own, name):
    with pytest.raises(errors.UsageError, match="is not module:Class"):
        Configured.of(name)


def test_an_unknown_name_lists_the_nearest():
    with pytest.raises(errors.UsageError, match=r"no algorithm 'knn-bas'.*Did you mean 'knn-bas"):
        Configured.of("knn-bas")


# Divergence


DIVERGING = [
    ("svd", {"lr_all": 5}, "lr_all"),
    ("svdpp", {"lr_all": 5, "n_epochs": 5}, "lr_all"),
    ("nmf", {"biased": True, "lr_bu": 9, "lr_bi": 9}, "lr_bu or lr_bi"),
    (
        "baseline-only",
        {"bsl_options.method": "sgd", "bsl_options.learning_rate": 50},
        "bsl_options.learning_rate",
    ),
    (
        "content-based",
        {"bsl_options.method": "sgd", "bsl_options.learning_rate": 50},
        "bsl_options.learning_rate",
    ),
    (
        "knn-baseline",
        {"bsl_options.method": "sgd", "bsl_options.learning_rate": 50},
        "bsl_options.learning_rate",
    ),
    (
        "knn-basic",
        {
            "sim_options.name": "pearson_baseline",
            "bsl_options.method": "sgd",
            "bsl_options.learning_rate": 50,
        },
        "bsl_options.learning_rate",
    ),
]


@pytest.mark.parametrize(("name", "given", "advice"), DIVERGING, ids=[d[0] for d in DIVERGING])
def test_divergence_is_an_error_that_names_the_rate(name, given, advice, small):
    algorithm = Configured.of(name, given).create(0)
    with pytest.raises(errors.DivergedError, match=f"{name} diverged.*Lower .*{advice}") as caught:
        algorithm.fit(small.trainset())
    assert caught.value.exit_code == 2


def test_factors_too_large_to_multiply_have_diverged(small):
    # Finite still, but their products are not.
    algorithm = Configured.of("svd", {"n_epochs": 1, "init_std_dev": 1e160, "lr_all": 0}).create(0)
    with pytest.raises(errors.DivergedError, match="init_std_dev"):
        algorithm.fit(small.trainset())


def test_is_a_surprise_algorithm_when_adapted(own):
    assert isinstance(Configured.of("own_algorithm:Offset").create(0), surprise.AlgoBase)
