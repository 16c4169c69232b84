"""Inside Surprise's own tools, with Surprise's own Trainset: the same as Surprise's classes."""

from __future__ import annotations

import copy
import re

import numpy as np
import pandas as pd
import pytest
import surprise
from surprise.model_selection import GridSearchCV, KFold, cross_validate

from recli import registry

SEEDED = {"random_state": 4}
QUIET = {"verbose": False}
CASES = {
    "baseline-only": QUIET,
    "co-clustering": SEEDED,
    "knn-baseline": {**QUIET, "k": 7},
    "knn-basic": {**QUIET, "sim_options": {"name": "cosine", "user_based": False}},
    "knn-with-means": {**QUIET, "sim_options": {"name": "pearson", "min_support": 3}},
    "knn-with-zscore": {**QUIET, "sim_options": {"name": "pearson_baseline"}},
    "nmf": {**SEEDED, "n_epochs": 10, "biased": True},
    "slope-one": {},
    "svd": {**SEEDED, "n_factors": 20},
    "svdpp": {**SEEDED, "n_factors": 5, "n_epochs": 3},
}
GRIDS = {
    "baseline-only": {"bsl_options": {"method": ["als", "sgd"], "n_epochs": [3, 5]}},
    "co-clustering": {"n_cltr_u": [2, 4], "n_epochs": [3]},
    "knn-baseline": {"k": [3, 9], "bsl_options": {"method": ["sgd"]}},
    "knn-basic": {"k": [3], "sim_options": {"name": ["msd", "cosine"], "user_based": [False]}},
    "knn-with-means": {"min_k": [1, 4], "sim_options": {"name": ["pearson"]}},
    "knn-with-zscore": {"sim_options": {"name": ["pearson_baseline"], "shrinkage": [0, 50]}},
    "nmf": {"n_factors": [3, 6], "n_epochs": [4]},
    "slope-one": {},
    "svd": {"n_factors": [5, 8], "lr_all": [0.01], "biased": [True, False]},
    "svdpp": {"n_factors": [2, 3], "n_epochs": [2]},
}


@pytest.fixture(params=CASES)
def name(request):
    return request.param


def classes(name):
    """Ours and theirs; ours cuts half stars off where theirs does."""
    ours = registry.get("algorithm", name)
    cuts = any(parameter.name == "cut_half_stars" for parameter in ours.parameters)
    return ours, getattr(surprise, ours.__name__), {"cut_half_stars": True} if cuts else {}


def load(rows):
    columns = ["user", "item", "rating"]
    reader = surprise.Reader(rating_scale=(0.5, 5))
    return surprise.Dataset.load_from_df(pd.DataFrame(rows, columns=columns), reader)


@pytest.fixture(scope="module")
def data(small, to_surprise):
    return to_surprise(small)


@pytest.fixture(scope="module")
def repeated(small):
    """300 ratings, and a third of the pairs again with another rating."""
    ratings = small.ratings
    rows = list(zip(ratings.users[:300], ratings.items[:300], ratings.values[:300], strict=True))
    again = [(u, i, 5.5 - r) for u, i, r in rows[::3]]
    rng = np.random.default_rng(2)
    return load([(rows + again)[place] for place in rng.permutation(400)])


def predictions(algorithm, trainset):
    """For all pairs of known users and items, and for the unknown."""
    algorithm.fit(trainset)
    users = [*map(trainset.to_raw_uid, trainset.all_users()), "nobody"]
    items = [*map(trainset.to_raw_iid, trainset.all_items()), "nothing"]
    return [algorithm.predict(user, item) for user in users[-25:] for item in items[-120:]]


@pytest.mark.parametrize("which", ["data", "repeated"])
def test_cross_validates_equally(name, which, request):
    data = request.getfixturevalue(which)
    ours, theirs, cut = classes(name)
    measures = ["rmse", "mae", "mse"]
    got, expected = (
        cross_validate(algorithm, data, measures, KFold(3, random_state=1))
        for algorithm in (
            ours(**copy.deepcopy(CASES[name]), **cut),
            theirs(**copy.deepcopy(CASES[name])),
        )
    )
    for measure in measures:
        np.testing.assert_allclose(
            got[f"test_{measure}"], expected[f"test_{measure}"], rtol=0, atol=1e-9
        )


def test_grid_searches_equally(name, data):
    ours, theirs, cut = classes(name)
    fixed = {key: [value] for key, value in CASES[name].items() if key in {*QUIET, *SEEDED}}
    grid, found = {**fixed, **GRIDS[name]}, []
    for cls, more in ((ours, cut), (theirs, {})):
        with_more = {**grid, **{key: [value] for key, value in more.items()}}
        search = GridSearchCV(cls, with_more, ["rmse", "mae"], KFold(2, random_state=0))
        search.fit(data)
        found.append(search)
    for measure in ("rmse", "mae"):
        key = f"mean_test_{measure}"
        np.testing.assert_allclose(
            found[0].cv_results[key], found[1].cv_results[key], rtol=0, atol=1e-9
        )
        best = {k: v for k, v in found[0].best_params[measure].items() if k not in cut}
        assert best == found[1].best_params[measure]


@pytest.mark.parametrize("which", ["data", "repeated"])
def test_every_prediction_and_its_details(name, which, request):
    trainset = request.getfixturevalue(which).build_full_trainset()
    ours, theirs, cut = classes(name)
    got = predictions(ours(**copy.deepcopy(CASES[name]), **cut), trainset)
    expected = predictions(theirs(**copy.deepcopy(CASES[name])), trainset)
    np.testing.assert_allclose([p.est for p in got], [p.est for p in expected], rtol=0, atol=1e-9)
    for key in ("was_impossible", "actual_k"):
        known = [(p, q) for p, q in zip(got, expected, strict=True) if key in q.details]
        assert [p.details[key] for p, _ in known] == [q.details[key] for _, q in known]


def test_a_trainset_that_was_asked_for_the_unknown(name, data):
    """Surprise's dictionaries of ratings add a row for whatever they are asked for."""
    ours, _, cut = classes(name)
    asked = data.build_full_trainset()
    assert asked.ur[asked.n_users + 1] == asked.ir[asked.n_items] == []
    got = predictions(ours(**CASES[name], **cut), asked)
    expected = predictions(ours(**CASES[name], **cut), data.build_full_trainset())
    assert got == expected


# Attributes


FITTED = {
    "svd": ("pu", "qi", "bu", "bi"),
    "svdpp": ("pu", "qi", "bu", "bi", "yj"),
    "nmf": ("pu", "qi", "bu", "bi"),
    "baseline-only": ("bu", "bi"),
    "knn-baseline": ("bu", "bi", "bx", "by", "sim"),
    "knn-basic": ("sim", "n_x", "n_y"),
    "knn-with-means": ("sim", "means"),
    "knn-with-zscore": ("sim", "means", "sigmas", "overall_sigma"),
    "slope-one": ("user_mean", "freq"),
    "co-clustering": (
        *("cltr_u", "cltr_i", "user_mean", "item_mean"),
        *("avg_cltr_u", "avg_cltr_i", "avg_cocltr"),
    ),
}


@pytest.mark.parametrize("which", ["data", "repeated"])
def test_what_is_learned_is_surprises(name, which, request):
    trainset = request.getfixturevalue(which).build_full_trainset()
    ours, theirs, cut = classes(name)
    got = ours(**copy.deepcopy(CASES[name]), **cut).fit(trainset)
    expected = theirs(**copy.deepcopy(CASES[name])).fit(trainset)
    for attribute in FITTED[name]:
        one, other = (np.asarray(getattr(a, attribute)) for a in (got, expected))
        assert one.shape == other.shape
        assert one.dtype.kind == other.dtype.kind
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-9, err_msg=attribute)


def test_slope_ones_matrix_of_differences(data):
    trainset = data.build_full_trainset()
    got = registry.get("algorithm", "slope-one")(cut_half_stars=True).fit(trainset)
    expected = surprise.SlopeOne().fit(trainset)
    # Of items that nobody rated both, Surprise's is NaN.
    np.testing.assert_allclose(got.dev, np.nan_to_num(expected.dev), rtol=0, atol=1e-12)


SIMILARITIES = [
    {"name": name, "user_based": user_based, **more}
    for name in ("msd", "cosine", "pearson", "pearson_baseline")
    for user_based in (True, False)
    for more in ({}, {"min_support": 4}, {"min_support": 1, "shrinkage": 7})
]


@pytest.mark.parametrize("options", SIMILARITIES, ids=lambda options: str(list(options.values())))
def test_similarities_and_neighbours_are_surprises(options, data):
    trainset = data.build_full_trainset()
    got, expected = (
        cls(sim_options=dict(options), verbose=False).fit(trainset)
        for cls in (registry.get("algorithm", "knn-basic"), surprise.KNNBasic)
    )
    np.testing.assert_allclose(got.sim, expected.sim, rtol=0, atol=1e-12)
    assert got.sim is got.sim, "computed once"
    for inner in range(0, got.n_x, 7):
        assert got.get_neighbors(inner, 10) == expected.get_neighbors(inner, 10)
    assert (got.xr, got.yr) == (expected.xr, expected.yr)


def test_a_refit_forgets_similarities_and_differences(data, repeated):
    one, other = data.build_full_trainset(), repeated.build_full_trainset()
    knn = registry.get("algorithm", "knn-basic")(verbose=False)
    slope_one = registry.get("algorithm", "slope-one")()
    assert knn.fit(one).sim.shape == (one.n_users, one.n_users)
    assert knn.fit(other).sim.shape == (other.n_users, other.n_users)
    assert slope_one.fit(one).dev.shape == (one.n_items, one.n_items)
    assert slope_one.fit(other).dev.shape == (other.n_items, other.n_items)


@pytest.mark.parametrize("name", [name for name in CASES if name.startswith("knn")])
def test_min_k_of_zero_is_one(name, data):
    trainset = data.build_full_trainset()
    cls = registry.get("algorithm", name)
    zero, one = (cls(min_k=k, k=2, sim_options={"min_support": 9}, **QUIET) for k in (0, 1))
    assert predictions(zero, trainset) == predictions(one, trainset)


@pytest.mark.parametrize("value", [0.1, 0.7, 3.3])
def test_a_constant_rater_has_no_correlation_instead_of_nan(value):
    """Rounding makes Surprise's own Pearson correlation of such a one NaN or anything."""
    rng = np.random.default_rng(0)
    rows = [(u, i, value if u == 0 else rng.uniform(0.5, 5)) for u in range(4) for i in range(8)]
    trainset = load([*rows, (1, 8, 2.2), (2, 8, 3.1), (3, 8, 4.7)]).build_full_trainset()
    options = {"sim_options": {"name": "pearson"}, **QUIET}
    algorithm = registry.get("algorithm", "knn-basic")(**options).fit(trainset)
    assert np.isfinite(algorithm.sim).all()
    assert np.isfinite(algorithm.predict_pairs(np.arange(4), np.full(4, 8))).all()


WRONG = [
    ("knn-basic", {"sim_options": {"name": "tanimoto"}}, NameError),
    ("knn-with-means", {"sim_options": {"name": "tanimoto"}}, NameError),
    ("knn-with-zscore", {"sim_options": {"name": "tanimoto"}}, NameError),
    ("knn-baseline", {"sim_options": {"name": "tanimoto"}}, NameError),
    ("knn-baseline", {"bsl_options": {"method": "adam"}}, ValueError),
    ("baseline-only", {"bsl_options": {"method": "adam"}}, ValueError),
    ("nmf", {"init_low": -1}, ValueError),
]


@pytest.mark.parametrize(("name", "wrong", "error"), WRONG)
def test_what_there_is_not_is_surprises_error(name, wrong, error, data):
    ours, theirs, _ = classes(name)
    messages = []
    for cls in (ours, theirs):
        with pytest.raises(error) as raised:
            cls(**copy.deepcopy(wrong)).fit(data.build_full_trainset())
        messages.append(str(raised.value))
    names = re.findall("als|sgd|cosine|msd|pearson_baseline|pearson", messages[1])
    assert all(valid in messages[0] for valid in names)
