"""What every registered algorithm keeps to; a new one is tested here by being there."""

from __future__ import annotations

import dataclasses
import inspect
import pickle

import numpy as np
import pytest
import surprise
from surprise.model_selection import GridSearchCV, cross_validate

from recli import params, registry
from recli.algorithms import Algorithm, Configured, declared
from recli.data.trainset import Trainset
from recli.models import model as models
from recli.params import Bool, Choice, Float, Int

NAMES = registry.names("algorithm")

# The defaults of Surprise's nested options, from its documentation ("Baselines estimates
# configuration", "Similarity measure configuration").
NESTED_DEFAULTS = {
    "sim_options.name": "msd",
    "sim_options.user_based": True,
    "sim_options.min_support": 1,
    "sim_options.shrinkage": 100,
    "bsl_options.method": "als",
    "bsl_options.n_epochs": None,  # 10 for als, 20 for sgd
    "bsl_options.reg_u": 15,
    "bsl_options.reg_i": 10,
    "bsl_options.reg": 0.02,
    "bsl_options.learning_rate": 0.005,
}


# What takes seconds by default and keeps to the same in less.
QUICK = {"bayesian-fm": {"n_samples": 12, "burn_in": 3}}


def configured(name, given=None):
    return Configured.of(name, QUICK.get(name, {}) | (given or {}))


@pytest.fixture(params=NAMES)
def name(request):
    return request.param


@pytest.fixture(scope="module")
def trainset(small):
    """Without users 0 to 4 and without items 0 to 9, which are then cold as the 50 unrated are."""
    ratings = small.ratings
    return small.trainset(np.flatnonzero((ratings.users > 4) & (ratings.items > 9)))


@pytest.fixture(scope="module")
def other(small):
    """Other ratings, in another order."""
    return small.trainset(np.random.default_rng(5).permutation(len(small.ratings))[:1500])


@pytest.fixture(scope="module")
def fitted(trainset):
    """Every algorithm, fitted; those of extras that are not installed left out."""
    here = [name for name in NAMES if registry.installed(registry.extra_of("algorithm", name))]
    return {name: configured(name).create(0).fit(trainset) for name in here}


@pytest.fixture
def algorithm(name, fitted):
    return fitted[name]


@pytest.fixture(scope="module")
def pairs(trainset):
    """Known and unknown users with known, cold and unknown items; each kind with each."""
    users = np.array([0, 1, 2, 17, trainset.n_users - 1, -1])
    items = np.array([0, 3, trainset.n_items - 1, trainset.n_items, trainset.n_catalogue - 1, -1])
    return np.repeat(users, len(items)), np.tile(items, len(users))


def raw(trainset, users, items):
    """Raw ids of inner ones, an absent id for -1."""
    of_users = trainset.ratings.user_ids.text[trainset.user_codes]
    of_items = trainset.ratings.item_ids.text[trainset.item_codes]
    return (
        [of_users[user] if user >= 0 else "nobody" for user in users],
        [of_items[item] if item >= 0 else "nothing" for item in items],
    )


def test_is_a_surprise_algorithm_that_says_what_it_is(name):
    cls = registry.get("algorithm", name)
    assert issubclass(cls, surprise.AlgoBase)
    assert issubclass(cls, Algorithm)
    assert cls.source
    assert inspect.getdoc(cls)


def test_fit_returns_the_algorithm(name, trainset):
    algorithm = configured(name).create(0)
    assert algorithm.fit(trainset) is algorithm


def test_refit_gives_what_a_fresh_fit_gives(name, trainset, other):
    again = configured(name).create(0).fit(trainset).fit(other)
    fresh = configured(name).create(0).fit(other)
    users = np.arange(-1, other.n_users)
    np.testing.assert_array_equal(again.score_users(users), fresh.score_users(users))


def test_fit_from_learns_the_new_ratings_and_leaves_the_start_as_it_is(
    name, algorithm, trainset, other
):
    users, before = np.arange(-1, trainset.n_users), algorithm.score_users(np.arange(-1, 9))
    one, two = (configured(name).create(0).fit_from(algorithm, other) for _ in range(2))
    np.testing.assert_array_equal(algorithm.score_users(users[:10]), before)
    scores = one.score_users(np.arange(-1, other.n_users))
    assert scores.shape == (other.n_users + 1, other.n_catalogue)
    assert np.isfinite(scores).all()
    np.testing.assert_array_equal(two.score_users(np.arange(-1, other.n_users)), scores)
    if not one.starts_warm:
        fresh = configured(name).create(0).fit(other)
        np.testing.assert_array_equal(fresh.score_users(np.arange(-1, other.n_users)), scores)


def test_is_deterministic_by_seed(name, trainset, algorithm):
    np.random.seed(3)
    again = configured(name).create(0).fit(trainset)
    users = np.arange(trainset.n_users)
    np.testing.assert_array_equal(again.score_users(users), algorithm.score_users(users))


def test_leaves_the_global_generator_alone(name, trainset, pairs):
    np.random.seed(3)
    before = np.random.get_state()[1].copy()
    configured(name).create(0).fit(trainset).predict_pairs(*pairs)
    np.testing.assert_array_equal(np.random.get_state()[1], before)


@pytest.mark.parametrize("clip", [True, False])
def test_predict_pairs_agrees_with_surprise(algorithm, trainset, pairs, clip):
    expected = [
        algorithm.predict(user, item, clip=clip).est
        for user, item in zip(*raw(trainset, *pairs), strict=True)
    ]
    np.testing.assert_allclose(
        algorithm.predict_pairs(*pairs, clip=clip), expected, rtol=0, atol=1e-12
    )


def test_score_users_agrees_with_predict_pairs(algorithm, trainset):
    users = np.array([0, 3, -1, trainset.n_users - 1])
    scores = algorithm.score_users(users)
    assert scores.shape == (4, trainset.n_catalogue)
    assert scores.dtype == np.float64
    n = trainset.n_catalogue
    one_by_one = algorithm.predict_pairs(np.repeat(users, n), np.tile(np.arange(n), 4), clip=False)
    np.testing.assert_allclose(scores.ravel(), one_by_one, rtol=0, atol=1e-12)


def test_predictions_are_finite_and_within_the_scale(algorithm, trainset, pairs):
    predictions = algorithm.predict_pairs(*pairs)
    assert predictions.dtype == np.float64
    assert predictions.shape == pairs[0].shape
    assert np.isfinite(predictions).all()
    if algorithm.predicts == "ratings":
        low, high = trainset.rating_scale
        assert ((low <= predictions) & (predictions <= high)).all()
    assert np.isfinite(algorithm.score_users(np.arange(-1, trainset.n_users))).all()


def test_none_is_no_problem(algorithm, trainset):
    nobody = np.empty(0, np.int64)
    assert algorithm.predict_pairs(nobody, nobody).shape == (0,)
    assert algorithm.score_users(nobody).shape == (0, trainset.n_catalogue)
    assert algorithm.score_users(np.array([-1])).shape == (1, trainset.n_catalogue)


def test_one_user_alone_scores_as_among_others(algorithm):
    together = algorithm.score_users(np.array([4, 9]))
    np.testing.assert_allclose(algorithm.score_users(np.array([9]))[0], together[1], atol=1e-12)


def test_a_pair_rated_twice_is_no_problem(name, small):
    rows = np.concatenate([np.arange(400), np.arange(20)])
    algorithm = configured(name).create(0).fit(small.trainset(rows))
    assert np.isfinite(algorithm.score_users(np.arange(5))).all()


@pytest.mark.parametrize("n", [1, 2])
def test_hardly_any_rating(name, small, n):
    trainset = small.trainset(np.arange(n), threshold=0.5)
    algorithm = configured(name).create(0).fit(trainset)
    scores = algorithm.score_users(np.array([0, -1]))
    assert np.isfinite(scores).all()


def test_one_value_only(name, small):
    values = np.full(len(small.ratings), 4.0)
    same = dataclasses.replace(small, ratings=dataclasses.replace(small.ratings, values=values))
    algorithm = configured(name).create(0).fit(same.trainset())
    assert np.isfinite(algorithm.score_users(np.arange(5))).all()


# Surprise's own tools


@pytest.fixture(scope="module")
def surprise_data(small, to_surprise):
    return to_surprise(small)


def own_arguments(name, small):
    """What the class needs to work without recli's trainset, and quietly."""
    cls = registry.get("algorithm", name)
    arguments = {"verbose": False} if "verbose" in inspect.signature(cls).parameters else {}
    arguments |= QUICK.get(name, {})
    return cls, arguments | ({"items": small.items} if name == "content-based" else {})


def test_surprise_cross_validates_it(name, small, surprise_data):
    cls, arguments = own_arguments(name, small)
    scores = cross_validate(cls(**arguments), surprise_data, cv=2)
    assert scores["test_rmse"].shape == (2,)
    assert (scores["test_rmse"] < 3).all() or cls.predicts == "scores"


def test_surprise_grid_searches_it(name, small, surprise_data):
    cls, arguments = own_arguments(name, small)
    grid = {key: [value] for key, value in arguments.items()}
    first = next((p for p in cls.parameters if isinstance(p, Int) and "." not in p.name), None)
    if first is not None:
        value = grid.get(first.name, [first.default])[0]
        grid[first.name] = [value, value + 1]
    search = GridSearchCV(cls, grid, measures=["rmse"], cv=2)
    search.fit(surprise_data)
    assert 0 < search.best_score["rmse"] < 3 or cls.predicts == "scores"
    if first is not None:
        assert search.best_params["rmse"][first.name] in grid[first.name]


def test_array_primitives_work_on_surprises_own_trainset(name, small, surprise_data):
    cls, arguments = own_arguments(name, small)
    trainset = surprise_data.build_full_trainset()
    algorithm = cls(**arguments).fit(trainset)
    users, items = np.array([0, 5, -1, 0]), np.array([7, 2, 3, -1])
    expected = [
        algorithm.predict(
            trainset.to_raw_uid(user) if user >= 0 else "nobody",
            trainset.to_raw_iid(item) if item >= 0 else "nothing",
        ).est
        for user, item in zip(users.tolist(), items.tolist(), strict=True)
    ]
    np.testing.assert_allclose(algorithm.predict_pairs(users, items), expected, atol=1e-12)
    assert algorithm.score_users(users).shape == (4, trainset.n_items)


# Stored models


def test_saves_and_loads_equal(name, small, tmp_path, monkeypatch):
    def refuse(*_):
        raise AssertionError("a model was pickled")

    model = models.train(small, configured(name), 1)
    for function in ("dump", "dumps", "load", "loads"):
        monkeypatch.setattr(pickle, function, refuse)
    folder = models.save(model, tmp_path, "m")
    loaded = models.load(folder)
    assert loaded.configured == model.configured
    assert (loaded.seed, loaded.dataset) == (1, model.dataset)
    users = np.arange(-1, small.ratings.n_users)
    np.testing.assert_array_equal(
        loaded.algorithm.score_users(users), model.algorithm.score_users(users)
    )
    for item in (0, 7, small.trainset().n_catalogue - 1):
        user_id, item_id = small.ratings.user_ids.text[3], small.ratings.item_ids.text[item]
        assert loaded.algorithm.predict(user_id, item_id) == model.algorithm.predict(
            user_id, item_id
        )


def test_stored_state_is_what_the_class_says(algorithm):
    state = algorithm.state() or {}
    assert set(state) == set(algorithm.fitted)
    for value in state.values():
        texts = isinstance(value, list) and all(isinstance(text, str) for text in value)
        assert isinstance(value, float) or texts or value.dtype.kind in "if"


# Declarations; those that a hybrid's members bring along are tested with the members


def own_parameters(name):
    return registry.get("algorithm", name).parameters


def test_declared_defaults_are_the_constructors(name):
    signature = inspect.signature(registry.get("algorithm", name)).parameters
    for parameter in own_parameters(name):
        default = (
            NESTED_DEFAULTS[parameter.name]
            if "." in parameter.name
            else signature[parameter.name].default
        )
        assert parameter.default == default, parameter.name
        assert default is None or isinstance(parameter.check(default), type(parameter.default))


def test_every_hyperparameter_of_the_constructor_is_declared(name):
    signature = inspect.signature(registry.get("algorithm", name)).parameters
    takes = {key for key, value in signature.items() if value.kind is not value.VAR_KEYWORD}
    takes -= {"random_state", "verbose", "items"}
    assert takes <= {parameter.name.partition(".")[0] for parameter in declared(name)}


def test_tuning_ranges_hold_the_default_and_are_within_bounds(name):
    for parameter in declared(name):
        if not parameter.tunable:
            continue
        assert parameter.default in parameter.tune or isinstance(parameter, Int | Float)
        if isinstance(parameter, Int | Float):
            low, high = parameter.tune
            assert parameter.low <= low <= parameter.default <= high <= parameter.high
            assert low > 0 or not parameter.log
        elif isinstance(parameter, Choice):
            assert set(parameter.tune) <= set(parameter.options)
        for value in parameter.tune:
            assert parameter.check(value) == value


def test_every_parameter_has_a_line_of_help_and_a_domain(name):
    for parameter in declared(name):
        assert parameter.help
        assert "\n" not in parameter.help
        assert parameter.domain


CHANGED = {
    "item_features": "year",
    "user_features": "initial",
    "members": "svd,knn-baseline",
    "weights": "2,1,1",
    "min_user_ratings": 50,  # all users have more than a few
}


def changed(parameter):
    """A value that is neither the default nor meaningless."""
    if parameter.name in CHANGED:
        return CHANGED[parameter.name]
    if isinstance(parameter, Bool):
        return not parameter.default
    if isinstance(parameter, Choice):
        return next(option for option in parameter.options if option != parameter.default)
    if isinstance(parameter, Int):
        return 1 if (parameter.default or 0) > 10 else (parameter.default or 3) + 2
    assert isinstance(parameter, Float)
    return parameter.default * 1.5 if parameter.default else 0.03


CHANGES = [(name, parameter.name) for name in NAMES for parameter in own_parameters(name)]
OF_INTERACTIONS = ("weighting", "cap")
# What changes speed alone, or needs a text feature to show.
WITHOUT_EFFECT = {
    ("svdpp", "cache_ratings"),
    ("content-based", "text_terms"),
    ("content-based", "text_factors"),
    ("content-based", "text_stop_words"),
}


@pytest.mark.parametrize(("name", "parameter"), CHANGES)
def test_every_parameter_changes_the_predictions(name, parameter, small):
    by_name = {p.name: p for p in own_parameters(name)}
    given = {parameter: changed(by_name[parameter])}
    needed = by_name[parameter].when
    while needed is not None:
        given[needed[0]] = needed[1][0]
        needed = by_name[needed[0]].when
    base = {key: value for key, value in given.items() if key != parameter}
    trainset = small.trainset(np.arange(900))
    if parameter in OF_INTERACTIONS:
        counts = dataclasses.replace(trainset.ratings, implicit=True)
        trainset = Trainset(counts, np.arange(900))
    predictions = []
    for settings in (base, given):
        chosen = configured(name, settings)
        assert params.flat(params.nested(chosen.params)) == chosen.params
        algorithm = chosen.create(0).fit(trainset)
        predictions.append(algorithm.score_users(np.arange(trainset.n_users)))
    same = np.array_equal(*predictions)
    assert same == ((name, parameter) in WITHOUT_EFFECT)
