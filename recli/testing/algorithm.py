"""What every algorithm keeps to."""

from __future__ import annotations

import dataclasses
import functools
import inspect
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import pytest
import surprise
from surprise.model_selection import GridSearchCV, cross_validate

from recli import errors, params, registry
from recli.algorithms import Algorithm, Configured, declared, rank
from recli.algorithms._contract.guards import said_once
from recli.data.trainset import Trainset
from recli.models import model as models
from recli.params import Choice, Float, Int, Value
from recli.testing._data import N_USERS, small_dataset, with_items_renamed
from recli.testing._expected import (
    check_declarations,
    given_with,
    global_random_state,
    other_value,
)
from recli.testing._odd import ODD, odd_trainset, tells_nobody_apart


class AlgorithmContract:
    """The tests of an algorithm; a subclass says which, and what is to be expected of it.

    Attributes:
        algorithm: The class.
        params: Those with which it is tested; by default its `quick` ones. Fewer epochs or factors
            than by default are enough, and make the tests quick.
        changes: A value for a parameter that changes what is predicted, where the declaration does not
            tell any or another is needed: `{"item_features": "year"}`. The items of the data have
            genres, a year and a plot, the users a town.
    """

    algorithm: ClassVar[type[Algorithm]]
    params: ClassVar[dict[str, Value] | None] = None
    changes: ClassVar[dict[str, Value]] = {}

    @pytest.fixture
    def subject(self) -> type[Algorithm]:
        """The class under test."""
        return self.algorithm

    @pytest.fixture
    def configured(self, subject: type[Algorithm]) -> Configured:
        """The algorithm with the parameters of the test, not fitted."""
        return self._configured(subject)

    @pytest.fixture
    def fitted(self, configured: Configured) -> Algorithm:
        """The same, fitted; it is shared between tests."""
        return _fitted(configured.name, tuple(configured.params.items()))

    def test_is_a_surprise_algorithm_that_says_what_it_is(self, subject: type[Algorithm]) -> None:
        assert issubclass(subject, Algorithm), (
            "it is to be a subclass of recli.algorithms.Algorithm"
        )
        assert inspect.getdoc(subject)
        assert subject.source, "source says where it is published"
        assert subject.predicts in ("ratings", "scores")
        assert subject.cost in ("low", "medium", "high")

    def test_parameters_are_declared(
        self, subject: type[Algorithm], configured: Configured
    ) -> None:
        check_declarations(declared(configured.name))
        defaults = {parameter.name: parameter.default for parameter in declared(configured.name)}
        for parameter in declared(configured.name):
            if not parameter.tunable:
                continue
            tune = parameter.tune  # type: ignore[attr-defined]
            if isinstance(parameter, Int | Float):
                assert parameter.low <= tune[0] <= tune[1] <= parameter.high
                default = defaults[parameter.otherwise or parameter.name]
                assert tune[0] <= default <= tune[1], f"{parameter.name}: default untuned"  # type: ignore[operator]
                assert tune[0] > 0 or not parameter.log
            else:
                assert parameter.default in tune
                assert not isinstance(parameter, Choice) or set(tune) <= set(parameter.options)
            assert all(parameter.check(value) == value for value in tune)

    def test_fit_returns_the_algorithm(self, configured: Configured) -> None:
        algorithm = configured.create(0)
        assert algorithm.fit(_trainset()) is algorithm

    def test_scores_are_the_callers_own(self, fitted: Algorithm) -> None:
        """Whoever ranks writes in them what is no candidate."""
        users = np.arange(-1, fitted.trainset.n_users)
        scores = fitted.score_users(users)
        before = scores.copy()
        scores[:] = 0.0
        np.testing.assert_array_equal(fitted.score_users(users), before)

    def test_refit_gives_what_a_fresh_fit_gives(self, configured: Configured) -> None:
        again = configured.create(0).fit(_trainset()).fit(_other())
        fresh = configured.create(0).fit(_other())
        users = np.arange(-1, _other().n_users)
        np.testing.assert_array_equal(again.score_users(users), fresh.score_users(users))

    def test_fit_from_learns_the_new_ratings_and_leaves_the_start_as_it_is(
        self, configured: Configured, fitted: Algorithm
    ) -> None:
        users, before = np.arange(-1, _other().n_users), fitted.score_users(np.arange(-1, 9))
        one, two = (configured.create(0).fit_from(fitted, _other()) for _ in range(2))
        np.testing.assert_array_equal(fitted.score_users(np.arange(-1, 9)), before)
        scores = one.score_users(users)
        assert scores.shape == (_other().n_users + 1, _other().n_catalogue)
        assert np.isfinite(scores).all()
        np.testing.assert_array_equal(two.score_users(users), scores)
        if not one.starts_warm:
            fresh = configured.create(0).fit(_other())
            np.testing.assert_array_equal(fresh.score_users(users), scores)

    def test_is_deterministic_by_seed(self, configured: Configured, fitted: Algorithm) -> None:
        users = np.arange(_trainset().n_users)
        with global_random_state(3):
            again = configured.create(0).fit(_trainset()).score_users(users)
            fitted.predict_pairs(*_pairs())
        np.testing.assert_array_equal(again, fitted.score_users(users))

    def test_names_of_items_do_not_matter(self, configured: Configured, fitted: Algorithm) -> None:
        """In the same rows with other ids of items, each user gets the same items in the same order."""
        renamed = with_items_renamed(_small()).trainset(_trainset().rows)
        again, users = configured.create(0).fit(renamed), np.arange(N_USERS)
        lists = [
            trainset.inner_items[rank(algorithm, trainset, users, 20).items]
            for algorithm, trainset in ((fitted, _trainset()), (again, renamed))
        ]
        np.testing.assert_array_equal(*lists)

    @pytest.mark.parametrize("clip", [True, False])
    def test_predict_pairs_agrees_with_surprise(self, fitted: Algorithm, clip: bool) -> None:
        expected = [
            fitted.predict(user, item, clip=clip).est for user, item in _raw(_trainset(), *_pairs())
        ]
        found = fitted.predict_pairs(*_pairs(), clip=clip)
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)

    def test_score_users_agrees_with_predict_pairs(self, fitted: Algorithm) -> None:
        n, users = _trainset().n_catalogue, np.array([0, 3, -1, _trainset().n_users - 1])
        scores = fitted.score_users(users)
        assert scores.shape == (4, n)
        assert scores.dtype == np.float64
        pairs = np.repeat(users, n), np.tile(np.arange(n), 4)
        one_by_one = fitted.predict_pairs(*pairs, clip=False)
        np.testing.assert_allclose(scores.ravel(), one_by_one, rtol=0, atol=1e-12)

    def test_predictions_are_finite_and_within_the_scale(self, fitted: Algorithm) -> None:
        predictions = fitted.predict_pairs(*_pairs())
        assert predictions.dtype == np.float64
        assert predictions.shape == _pairs()[0].shape
        assert np.isfinite(predictions).all()
        if fitted.predicts == "ratings":
            low, high = _trainset().rating_scale
            assert ((low <= predictions) & (predictions <= high)).all()
        assert np.isfinite(fitted.score_users(np.arange(-1, _trainset().n_users))).all()

    def test_none_is_no_problem(self, fitted: Algorithm) -> None:
        nobody = np.empty(0, np.int64)
        assert fitted.predict_pairs(nobody, nobody).shape == (0,)
        assert fitted.score_users(nobody).shape == (0, _trainset().n_catalogue)
        assert fitted.score_users(np.array([-1])).shape == (1, _trainset().n_catalogue)

    def test_one_user_alone_scores_as_among_others(self, fitted: Algorithm) -> None:
        together = fitted.score_users(np.array([4, 9]))
        np.testing.assert_allclose(fitted.score_users(np.array([9]))[0], together[1], atol=1e-12)

    def test_a_pair_rated_twice_is_no_problem(self, configured: Configured) -> None:
        rows = np.concatenate([np.arange(400), np.arange(20)])
        algorithm = configured.create(0).fit(_small().trainset(rows))
        assert np.isfinite(algorithm.score_users(np.arange(5))).all()

    @pytest.mark.parametrize("n", [1, 2])
    def test_hardly_any_rating(self, configured: Configured, n: int) -> None:
        algorithm = configured.create(0).fit(_small().trainset(np.arange(n), threshold=0.5))
        assert np.isfinite(algorithm.score_users(np.array([0, -1]))).all()

    @pytest.mark.filterwarnings("error")
    @pytest.mark.parametrize("odd", ODD)
    def test_odd_ratings_give_numbers_or_a_reason(
        self, configured: Configured, odd: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        trainset, name = odd_trainset(odd), configured.name
        said_once.cache_clear()
        try:
            algorithm = configured.create(0).fit(trainset)
        except errors.RecliError as error:
            assert ODD[odd].may_refuse, f"these ratings are to be learned from: {error}"
            assert name in str(error), "the error is to name the algorithm"
            assert str(error).count(". ") > 0, "the error is to say what to do"
            return
        for state, value in (algorithm.state() or {}).items():
            if not isinstance(value, list):
                assert np.isfinite(value).all(), f"{state} is not finite"
        self._check_numbers(algorithm)
        if tells_nobody_apart(algorithm):
            assert any(name in message for message in caplog.messages), (
                "nothing is learned, and no warning says so by the logger `recli`"
            )
        if algorithm.folds_in:  # else it is fitted again
            n = min(3, trainset.n_items)
            self._check_numbers(algorithm.fold_in(np.arange(n), trainset.values[:n]))

    def _check_numbers(self, algorithm: Algorithm) -> None:
        """Scores and predictions of known, cold and unknown users and items are finite."""
        trainset = algorithm.trainset
        users = np.append(trainset.inner_users, -1)
        assert np.isfinite(algorithm.score_users(users)).all()
        pairs = (
            np.repeat(users[-4:], trainset.n_catalogue + 1),
            np.tile(np.arange(-1, trainset.n_catalogue), len(users[-4:])),
        )
        predictions = algorithm.predict_pairs(*pairs)
        assert np.isfinite(predictions).all()
        if algorithm.predicts == "ratings":
            low, high = trainset.rating_scale
            assert ((low <= predictions) & (predictions <= high)).all()

    def test_surprise_cross_validates_it(self, subject: type[Algorithm]) -> None:
        algorithm = subject(**self._arguments(subject))
        scores = cross_validate(algorithm, _of_surprise(), cv=2)
        assert scores["test_rmse"].shape == (2,)
        assert (scores["test_rmse"] < 3).all() or algorithm.predicts == "scores"

    def test_surprise_grid_searches_it(self, subject: type[Algorithm]) -> None:
        grid = {name: [value] for name, value in self._arguments(subject).items()}
        own = (p for p in subject.parameters if isinstance(p, Int) and "." not in p.name)
        first = next(own, None)
        if first is not None:
            value = grid.get(first.name, [first.default])[0]
            grid[first.name] = [value, value + 1]
        search = GridSearchCV(subject, grid, measures=["rmse"], cv=2)
        search.fit(_of_surprise())
        predicts = subject(**self._arguments(subject)).predicts
        assert 0 < search.best_score["rmse"] < 3 or predicts == "scores"
        if first is not None:
            assert search.best_params["rmse"][first.name] in grid[first.name]

    def test_array_primitives_work_on_surprises_own_trainset(
        self, subject: type[Algorithm]
    ) -> None:
        trainset = _of_surprise().build_full_trainset()
        algorithm = subject(**self._arguments(subject)).fit(trainset)
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

    def test_products_of_vectors_are_the_scores(self, fitted: Algorithm) -> None:
        if not fitted.scores_by_products:
            return
        users = np.arange(-1, fitted.trainset.n_users)
        scores = fitted.score_users(users)
        of_users, offsets = fitted.user_vectors(users)
        of_items = fitted.item_vectors(np.arange(scores.shape[1]))
        known, learned = (~np.isnan(vectors).any(axis=1) for vectors in (of_users, of_items))
        assert known.sum() > 1 and learned.sum() > 1
        scores = scores[known]
        products = of_users[known] @ of_items[learned].T + offsets[known, None]
        np.testing.assert_allclose(scores[:, learned], products, rtol=1e-9, atol=1e-9)
        assert (scores[:, ~learned] < scores[:, learned].min(axis=1, keepdims=True)).all()

    def test_stored_state_is_what_the_class_says(self, fitted: Algorithm) -> None:
        state = fitted.state()
        assert state is None or set(state) == set(fitted.fitted)
        for value in (state or {}).values():
            texts = isinstance(value, list) and all(isinstance(text, str) for text in value)
            assert isinstance(value, float) or texts or value.dtype.kind in "if"

    def test_saves_and_loads_equal(
        self, configured: Configured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*_: object) -> None:
            raise AssertionError("a model was pickled")

        model = models.train(_small(), configured, 1)
        # What is compiled on the way is kept, and numba pickles for that.
        models.load(models.save(model, tmp_path, "m"), allow_code=True).algorithm.score_users(
            np.arange(3)
        )
        for function in ("dump", "dumps", "load", "loads"):
            monkeypatch.setattr(f"pickle.{function}", refuse)
        loaded = models.load(models.save(model, tmp_path, "m"), allow_code=True)
        assert loaded.configured == model.configured
        assert (loaded.seed, loaded.dataset) == (1, model.dataset)
        users = np.arange(-1, _small().ratings.n_users)
        np.testing.assert_array_equal(
            loaded.algorithm.score_users(users), model.algorithm.score_users(users)
        )
        items = _small().ratings.item_ids.text[[0, 7, -1]]
        for item in items:
            user = _small().ratings.user_ids.text[3]
            assert loaded.algorithm.predict(user, item) == model.algorithm.predict(user, item)

    def test_goes_by_the_threshold_only_if_it_says_so(self, configured: Configured) -> None:
        if configured.uses_threshold:
            return
        rows = np.arange(len(_small().ratings))
        trainsets = [_small().trainset(rows, threshold) for threshold in (2.5, 4.0)]
        users = np.arange(trainsets[0].n_users)
        low, high = (configured.create(0).fit(each).score_users(users) for each in trainsets)
        assert np.array_equal(low, high), "uses_threshold says that it makes no difference"

    def test_a_model_of_sequences_goes_by_their_order(
        self, configured: Configured, fitted: Algorithm
    ) -> None:
        if fitted.kind != "sequence":
            return
        ratings, users = _small().ratings, np.arange(_trainset().n_users)
        assert ratings.times is not None
        backwards = dataclasses.replace(ratings, times=-ratings.times)
        trainset = dataclasses.replace(_small(), ratings=backwards).trainset(_trainset().rows)
        other = configured.create(0).fit(trainset)
        forwards = rank(fitted, _trainset(), users, 20).items
        assert not np.array_equal(forwards, rank(other, trainset, users, 20).items), (
            'its kind is "sequence", and lists stay the same where time goes backwards'
        )

    def test_every_parameter_changes_the_predictions(self, subject: type[Algorithm]) -> None:
        some = _some(subject)
        # What a parameter is compared with is mostly the same.
        scores_of = functools.cache(lambda given, data: self._scores(subject, dict(given), data))
        for parameter in subject.parameters:
            value = self.changes.get(parameter.name, other_value(parameter))
            if value is None:
                continue
            given = given_with(subject.parameters, parameter.name, value)
            base = {name: of for name, of in given.items() if name != parameter.name}
            same = all(
                np.array_equal(
                    scores_of(tuple(base.items()), data), scores_of(tuple(given.items()), data)
                )
                for data in some
            )
            assert same == parameter.speed_only, f"{parameter.name}={value} changes nothing"

    def _configured(
        self, subject: type[Algorithm], given: dict[str, Value] | None = None
    ) -> Configured:
        own = dict(getattr(subject, "quick", {})) if self.params is None else self.params
        return Configured.of(registry.name_of(subject), {**own, **(given or {})})

    def _arguments(self, subject: type[Algorithm]) -> dict[str, Any]:
        """What the class takes without recli's trainset: quietly, and with the items it asks for."""
        takes = inspect.signature(subject).parameters
        own = self._configured(subject)
        nested = params.nested({k: own.params[k] for k in self.params or subject.quick})
        given = {"verbose": False, "items": _small().items}
        return {name: value for name, value in given.items() if name in takes} | nested

    def _scores(
        self, subject: type[Algorithm], given: dict[str, Value], trainset: Trainset
    ) -> np.ndarray:
        algorithm = self._configured(subject, given).create(0).fit(trainset)
        return algorithm.score_users(np.arange(trainset.n_users))


_small = functools.cache(small_dataset)


@functools.cache
def _trainset() -> Trainset:
    """Without users 0 to 4 and without items 0 to 9, which are then cold as the 50 unrated are."""
    ratings = _small().ratings
    return _small().trainset(np.flatnonzero((ratings.users > 4) & (ratings.items > 9)))


@functools.cache
def _other() -> Trainset:
    """Other ratings, in another order."""
    order = np.random.default_rng(5).permutation(len(_small().ratings))
    return _small().trainset(order[:1500])


def _some(subject: type[Algorithm]) -> tuple[Trainset, ...]:
    """Some of the ratings, and the same as counts of interactions, if it learns from such."""
    rows = np.arange(900)
    ratings = _small().trainset(rows)
    counts = Trainset(
        dataclasses.replace(ratings.ratings, implicit=True),
        rows,
        _small().items,
        user_table=_small().users,
    )
    return (ratings, counts) if subject.predicts == "scores" else (ratings,)


@functools.cache
def _fitted(name: str, given: tuple[tuple[str, Value], ...]) -> Algorithm:
    return Configured(name, dict(given)).create(0).fit(_trainset())


@functools.cache
def _pairs() -> tuple[np.ndarray, np.ndarray]:
    """Known and unknown users with known, cold and unknown items; each kind with each."""
    n_users, n_items, n = _trainset().n_users, _trainset().n_items, _trainset().n_catalogue
    users = np.array([0, 1, 2, 17, n_users - 1, -1])
    items = np.array([0, 3, n_items - 1, n_items, n - 1, -1])
    return np.repeat(users, len(items)), np.tile(items, len(users))


def _raw(trainset: Trainset, users: np.ndarray, items: np.ndarray) -> list[tuple[str, str]]:
    """Raw ids of inner ones, an absent id for -1."""
    of_users = trainset.ratings.user_ids.text[trainset.user_codes]
    of_items = trainset.ratings.item_ids.text[trainset.item_codes]
    return [
        (of_users[user] if user >= 0 else "nobody", of_items[item] if item >= 0 else "nothing")
        for user, item in zip(users, items, strict=True)
    ]


@functools.cache
def _of_surprise() -> surprise.dataset.DatasetAutoFolds:
    """Some of the ratings, in the same order, as Surprise loads them, who asks for one at a time."""
    ratings, rows = _small().ratings, slice(800)
    columns = {
        "user": ratings.user_ids.text[ratings.users[rows]],
        "item": ratings.item_ids.text[ratings.items[rows]],
        "rating": ratings.values[rows],
    }
    reader = surprise.Reader(rating_scale=ratings.scale)
    return surprise.Dataset.load_from_df(pd.DataFrame(columns), reader)
