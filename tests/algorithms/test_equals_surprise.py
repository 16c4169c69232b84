"""Same seed, same folds, same numbers as Surprise's own classes: to 1e-9."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import scipy.stats
import surprise
from surprise.model_selection import KFold as SurpriseKFold
from surprise.model_selection import cross_validate

from recli import params
from recli.algorithms import Configured, declared
from recli.data.splits.k_fold import KFold
from recli.evaluation.metric_names import Measure
from recli.experiments import cross_validation

THEIRS = {
    "baseline-only": surprise.BaselineOnly,
    "co-clustering": surprise.CoClustering,
    "knn-baseline": surprise.KNNBaseline,
    "knn-basic": surprise.KNNBasic,
    "knn-with-means": surprise.KNNWithMeans,
    "knn-with-zscore": surprise.KNNWithZScore,
    "nmf": surprise.NMF,
    "slope-one": surprise.SlopeOne,
    "svd": surprise.SVD,
    "svdpp": surprise.SVDpp,
}
SEEDED = {"co-clustering", "nmf", "svd", "svdpp"}

ITEM_BASED = {"sim_options.user_based": False}
NEIGHBOURS = [
    {},
    ITEM_BASED,
    {"k": 3},
    {"k": 1, "min_k": 1},
    {"k": 5000},
    {"min_k": 7, **ITEM_BASED},
    {"sim_options.name": "cosine"},
    {"sim_options.name": "cosine", "sim_options.min_support": 6, **ITEM_BASED},
    {"sim_options.name": "pearson", "min_k": 3},
    {"sim_options.name": "pearson", "k": 10, **ITEM_BASED},
    {"sim_options.name": "pearson_baseline"},
    {"sim_options.name": "pearson_baseline", "sim_options.shrinkage": 0, **ITEM_BASED},
    {
        "sim_options.name": "pearson_baseline",
        "sim_options.shrinkage": 20,
        "sim_options.min_support": 4,
        "bsl_options.method": "sgd",
        "bsl_options.n_epochs": 5,
        "bsl_options.learning_rate": 0.01,
    },
]
RATES = {"lr_bu": 0.01, "lr_bi": 0.002, "lr_pu": 0.004, "lr_qi": 0.008}
REGULARISATIONS = {"reg_bu": 0.1, "reg_bi": 0.001, "reg_pu": 0.3, "reg_qi": 0.0}
SETTINGS = {
    "baseline-only": [
        {},
        {"bsl_options.reg_u": 3.0, "bsl_options.reg_i": 0.0, "bsl_options.n_epochs": 4},
        {"bsl_options.method": "sgd"},
        {
            "bsl_options.method": "sgd",
            "bsl_options.n_epochs": 7,
            "bsl_options.reg": 0.1,
            "bsl_options.learning_rate": 0.02,
        },
    ],
    "co-clustering": [{}, {"n_cltr_u": 1, "n_cltr_i": 1}, {"n_cltr_u": 9, "n_epochs": 3}],
    "knn-baseline": [
        *NEIGHBOURS,
        {"bsl_options.method": "sgd", "bsl_options.reg": 0.05},
        {"bsl_options.reg_u": 1.0, "bsl_options.reg_i": 2.0, **ITEM_BASED},
    ],
    "knn-basic": NEIGHBOURS,
    "knn-with-means": NEIGHBOURS,
    "knn-with-zscore": NEIGHBOURS,
    "nmf": [
        {"n_epochs": 10},
        {"n_epochs": 5, "n_factors": 3, "reg_pu": 0.2, "reg_qi": 0.0},
        {"n_epochs": 5, "biased": True, "reg_bu": 0.1, "reg_bi": 0.3, "lr_bu": 0.01, "lr_bi": 0.02},
        {"n_epochs": 3, "init_low": 0.2, "init_high": 0.7},
    ],
    "slope-one": [{}],
    "svd": [
        {},
        {"n_factors": 1, "n_epochs": 3},
        {"n_factors": 7, "n_epochs": 5, "biased": False},
        {"n_factors": 10, "n_epochs": 5, "lr_all": 0.01, "reg_all": 0.1},
        {"n_factors": 10, "n_epochs": 5, **RATES, **REGULARISATIONS},
        {"n_factors": 10, "n_epochs": 5, "init_mean": 0.1, "init_std_dev": 0.3},
    ],
    "svdpp": [
        {"n_epochs": 3},
        {"n_epochs": 3, "cache_ratings": True, "n_factors": 5},
        {"n_epochs": 2, "lr_yj": 0.02, "reg_yj": 0.1, **RATES, **REGULARISATIONS},
        {"n_epochs": 1, "init_mean": 0.05, "init_std_dev": 0.2, "lr_all": 0.02, "reg_all": 0.2},
    ],
}
CASES = [(name, given) for name, several in SETTINGS.items() for given in several]


def theirs(name, given, seed):
    """Surprise's own algorithm with these parameters and nothing else said."""
    arguments = params.nested(given)
    if name in SEEDED:
        arguments["random_state"] = seed
    elif name not in {"slope-one"}:
        arguments["verbose"] = False
        # Surprise's default is a dictionary that all of its instances share and change.
        if name.startswith("knn"):
            arguments.setdefault("sim_options", {})
    return THEIRS[name](**arguments)


def as_surprise(name, given):
    """With half stars cut off where Surprise does so."""
    cuts = any(parameter.name == "cut_half_stars" for parameter in declared(name))
    return {**given, "cut_half_stars": True} if cuts else given


def identify(value):
    return ",".join(f"{k}={v}" for k, v in value.items()) if isinstance(value, dict) else value


@pytest.fixture(scope="module")
def one_fold(quick, to_surprise):
    """The first of four folds as Surprise cuts it and as recli does."""
    split = SurpriseKFold(4, random_state=2).split(to_surprise(quick))
    return next(iter(split)), KFold(4, seed=2).folds(quick)[0]


def test_the_folds_are_surprises(quick, one_fold):
    (trainset, testset), fold = one_fold
    ratings = quick.ratings
    assert [(u, i, r) for u, i, r in testset] == [
        (ratings.user_ids.text[ratings.users[row]], ratings.item_ids.text[item], value)
        for row, item, value in zip(
            fold.test, ratings.items[fold.test], ratings.values[fold.test], strict=True
        )
    ]
    assert any(value % 1 for _, _, value in testset), "half stars are in the test"
    ours = quick.trainset(fold.train)
    assert list(ours.all_ratings()) == list(trainset.all_ratings())
    assert [ours.to_raw_iid(i) for i in ours.all_items()] == [
        trainset.to_raw_iid(i) for i in trainset.all_items()
    ]
    assert ours.global_mean == trainset.global_mean


@pytest.mark.parametrize(("name", "given"), CASES, ids=identify)
def test_every_prediction_is_surprises(name, given, quick, one_fold):
    (trainset, testset), fold = one_fold
    expected = [prediction.est for prediction in theirs(name, given, 3).fit(trainset).test(testset)]
    ours = quick.trainset(fold.train)
    algorithm = Configured.of(name, as_surprise(name, given)).create(3).fit(ours)
    got = predictions(algorithm, quick, fold.test)
    np.testing.assert_allclose(got, expected, rtol=0, atol=1e-9)


CUTTING = [(name, given) for name, given in CASES if as_surprise(name, given) != given]


@pytest.mark.parametrize(("name", "given"), CUTTING, ids=identify)
def test_whole_ratings_need_no_cutting(name, given, quick, to_surprise):
    whole = dataclasses.replace(quick.ratings, values=np.ceil(quick.ratings.values))
    dataset = dataclasses.replace(quick, ratings=whole)
    trainset, testset = next(SurpriseKFold(4, random_state=2).split(to_surprise(dataset)))
    expected = [prediction.est for prediction in theirs(name, given, 3).fit(trainset).test(testset)]
    fold = KFold(4, seed=2).folds(dataset)[0]
    algorithm = Configured.of(name, given).create(3).fit(dataset.trainset(fold.train))
    got = predictions(algorithm, dataset, fold.test)
    np.testing.assert_allclose(got, expected, rtol=0, atol=1e-9)


def predictions(algorithm, dataset, rows):
    trainset, ratings = algorithm.trainset, dataset.ratings
    users, items = ratings.users[rows], ratings.items[rows]
    return algorithm.predict_pairs(trainset.inner_users[users], trainset.inner_items[items])


# "every fold equals surprise.model_selection.cross_validate(algo(random_state=0), data,
# cv=KFold(5, random_state=0)) to 1e-9" for --cv 5 --seed 0.

ON_QUICK = [(name, {"n_epochs": 3} if name == "svdpp" else {}) for name in THEIRS]
ON_EMBEDDED = [
    ("baseline-only", {}),
    ("nmf", {"n_epochs": 2}),
    ("svd", {"n_epochs": 2}),
]
CROSS_VALIDATED = [
    *(("quick", name, given) for name, given in ON_QUICK),
    *(("embedded", name, given) for name, given in ON_EMBEDDED),
]


@pytest.mark.parametrize(("data", "name", "given"), CROSS_VALIDATED, ids=identify)
def test_every_fold_is_surprises(data, name, given, request, to_surprise):
    dataset = request.getfixturevalue(data)
    expected = cross_validate(
        theirs(name, given, 0),
        to_surprise(dataset),
        measures=["rmse", "mae"],
        cv=SurpriseKFold(5, random_state=0),
    )
    measures = (Measure.parse("rmse"), Measure.parse("mae"))
    protocol = cross_validation.Protocol(KFold(5, seed=0), measures, threshold=4.0, seed=0)
    line_up = [Configured.of(name, as_surprise(name, given))]
    [summary] = cross_validation.cross_validate(dataset, line_up, protocol)
    for measure in measures:
        np.testing.assert_allclose(
            summary.values(measure), expected[f"test_{measure}"], rtol=0, atol=1e-9
        )


# NormalPredictor draws from numpy's global generator in Surprise; here it is a function of seed,
# user and item. So the distribution is what must be the same.


@pytest.fixture(scope="module")
def random_scores(embedded):
    trainset = embedded.trainset()
    algorithm = Configured.of("normal-predictor").create(0).fit(trainset)
    return algorithm.score_users(np.arange(trainset.n_users))


def test_random_ratings_are_normal_as_the_ratings_are(embedded, random_scores):
    mean, sigma = embedded.ratings.values.mean(), embedded.ratings.values.std()
    standard = (random_scores.ravel() - mean) / sigma
    assert abs(standard.mean()) < 5 / np.sqrt(standard.size)
    assert abs(standard.std() - 1) < 5 / np.sqrt(2 * standard.size)
    assert scipy.stats.kstest(standard[::101], "norm").pvalue > 0.001


def test_random_ratings_of_users_and_of_items_have_nothing_in_common(random_scores):
    by_user = np.corrcoef(random_scores[:40])[np.triu_indices(40, 1)]
    by_item = np.corrcoef(random_scores[:, :40].T)[np.triu_indices(40, 1)]
    assert np.abs(by_user).max() < 6 / np.sqrt(random_scores.shape[1])
    assert np.abs(by_item).max() < 6 / np.sqrt(random_scores.shape[0])


def test_random_ratings_differ_by_seed(small):
    trainset = small.trainset()
    one, two = (
        Configured.of("normal-predictor").create(seed).fit(trainset).score_users(np.arange(9))
        for seed in (0, 1)
    )
    assert (one != two).all()


def test_random_ratings_err_as_surprises_do(embedded, to_surprise):
    np.random.seed(0)
    expected = cross_validate(
        surprise.NormalPredictor(), to_surprise(embedded), cv=SurpriseKFold(5, random_state=0)
    )
    measures = (Measure.parse("rmse"), Measure.parse("mae"))
    protocol = cross_validation.Protocol(KFold(5, seed=0), measures, threshold=4.0, seed=0)
    line_up = [Configured.of("normal-predictor")]
    [summary] = cross_validation.cross_validate(embedded, line_up, protocol)
    for measure in measures:
        assert summary.mean(measure) == pytest.approx(expected[f"test_{measure}"].mean(), abs=0.01)
