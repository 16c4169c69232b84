"""What every metric keeps to."""

from __future__ import annotations

import dataclasses
import functools
import math
from typing import Any, ClassVar

import numpy as np
import pytest

from recli import errors
from recli.evaluation.by_hand import Rated, lists_by_hand
from recli.evaluation.lists import EvaluatedLists
from recli.evaluation.metrics._base import Metric
from recli.evaluation.predictions import Predictions
from recli.testing._expected import (
    check_declarations,
    expected,
    given_with,
    global_random_state,
    other_value,
)
from recli.testing._odd_samples import ODD_LISTS, ODD_PREDICTIONS

Sample = Predictions | EvaluatedLists
_N_SAMPLES = 60
_K = 10  # places of a perfect list


class MetricContract:
    """The tests of a metric; a subclass says which, and what is to be expected of it.

    Attributes:
        metric: The class.
        options: Those with which it is tested; by default none, so all are as by default.
        perfect: Its value where all is well: every rating is predicted exactly, or ten places show the
            ten items that the user likes, in the order of their ratings. None where there is no such
            value. What is not stated here, the metric states of itself.
        lowest, highest: Between these it always is, both included.
        per_user: Whether every user has a value.
    """

    pytestmark = pytest.mark.filterwarnings("error")
    metric: ClassVar[type[Metric]]
    options: ClassVar[dict[str, object]] = {}

    @pytest.fixture
    def subject(self) -> type[Metric]:
        """The class under test."""
        return self.metric

    @pytest.fixture
    def found(self, subject: type[Metric]) -> Any:
        """The metric under test."""
        return subject(**self.options)

    def test_says_what_it_is(self, subject: type[Metric]) -> None:
        assert issubclass(subject, Metric), (
            "a metric is a subclass of recli.evaluation.metrics.Metric"
        )
        assert subject.__doc__, "definition, source, range and empty case go into the docstring"
        assert subject.needs in ("predictions", "rankings")
        assert subject.aspect in ("ratings", "accuracy", "lists")
        assert (subject.needs == "predictions") == (subject.aspect == "ratings")
        assert isinstance(subject.greater_is_better, bool)
        if subject.needs == "predictions":
            assert not subject.cutoff and subject.per_user

    def test_summary_is_one_line(self, subject: type[Metric]) -> None:
        summary = subject.summary
        assert summary
        assert "\n" not in summary
        assert len(summary) <= 80
        assert not summary.endswith(".")

    def test_range_holds_the_perfect_value(self, subject: type[Metric]) -> None:
        lowest, highest = self._range(subject)
        perfect = expected(self, subject, "perfect")
        assert lowest < highest
        assert perfect is None or lowest <= perfect <= highest

    def test_options_are_declared(self, subject: type[Metric]) -> None:
        check_declarations(subject.parameters)
        defaults = {option.name: option.default for option in subject.parameters}
        known = subject().options
        assert {name: defaults[name] for name in known} == known
        with pytest.raises(errors.UsageError, match="no parameter of"):
            subject(**{"no such option": 1})

    def test_every_option_changes_the_value(self, subject: type[Metric]) -> None:
        for option in subject.parameters:
            value = other_value(option)
            if value is None:
                continue
            given = given_with(subject.parameters, option.name, value)
            base = {name: given[name] for name in given if name != option.name}
            one, two = subject(**base), subject(**given)
            same = [_equal(_value(one, s), _value(two, s)) for s in _samples(subject.needs)]
            assert not all(same), f"{option.name}={value} changes nothing"

    def test_is_a_number_within_its_range(self, subject: type[Metric], found: Any) -> None:
        for sample in _samples(subject.needs):
            self._check_range(subject, *_value(found, sample))

    @pytest.mark.parametrize("odd", [*ODD_PREDICTIONS, *ODD_LISTS])
    def test_odd_data_give_numbers_or_what_is_documented(
        self, subject: type[Metric], found: Any, odd: str
    ) -> None:
        odd_of = ODD_PREDICTIONS if subject.needs == "predictions" else ODD_LISTS
        if odd not in odd_of:
            return
        value, values = _value(found, odd_of[odd]())
        self._check_range(subject, value, values)
        undefined = math.isnan(value) or np.isnan(values).any()
        assert not undefined or "NaN" in str(subject.__doc__), "say when it is NaN"

    def _check_range(self, subject: type[Metric], value: float, values: np.ndarray) -> None:
        lowest, highest = self._range(subject)
        slack = 1e-12 * (abs(highest) if math.isfinite(highest) else 1)
        assert type(value) is float
        for one in (value, *values.tolist()):
            assert not math.isinf(one)
            assert math.isnan(one) or lowest - slack <= one <= highest + slack

    def test_values_are_one_for_each_user(self, subject: type[Metric], found: Any) -> None:
        assert subject.per_user == expected(self, subject, "per_user")
        if not subject.per_user:
            return
        for sample in _samples(subject.needs):
            value, values = _value(found, sample)
            assert values.dtype == np.float64
            assert values.shape == _users(sample).shape
            if subject.needs == "rankings":
                counted = [one for one in values.tolist() if not math.isnan(one)]
                mean = math.fsum(counted) / len(counted) if counted else math.nan
                assert value == pytest.approx(mean, rel=1e-12, abs=1e-12, nan_ok=True)

    def test_perfect_value(self, subject: type[Metric], found: Any) -> None:
        perfect = expected(self, subject, "perfect")
        if perfect is None:
            return
        value, values = _value(found, _perfect(subject))
        assert value == pytest.approx(perfect, rel=1e-12, abs=1e-12)
        np.testing.assert_allclose(values, perfect, rtol=1e-12, atol=1e-12)

    def test_nothing_is_better_than_perfect(self, subject: type[Metric], found: Any) -> None:
        perfect = expected(self, subject, "perfect")
        if perfect is None:
            return
        sign = 1 if subject.greater_is_better else -1
        for sample in _samples(subject.needs):
            value = _value(found, sample)[0]
            assert math.isnan(value) or sign * value <= sign * perfect + 1e-12

    def test_the_same_again(self, subject: type[Metric], found: Any) -> None:
        for sample in _samples(subject.needs):
            assert _equal(_value(found, sample), _value(subject(**self.options), sample))

    def test_numbers_of_users_and_items_and_order_do_not_matter(
        self, subject: type[Metric], found: Any
    ) -> None:
        for seed in range(_N_SAMPLES):
            one, two, rows = _renamed(subject, seed)
            value, values = _value(found, one)
            other, others = _value(found, two)
            assert other == pytest.approx(value, rel=1e-9, abs=1e-12, nan_ok=True)
            if subject.per_user:
                np.testing.assert_allclose(others[rows], values, rtol=1e-9, atol=1e-9)

    def test_a_user_alone_has_the_same_value(self, subject: type[Metric], found: Any) -> None:
        if not subject.per_user:
            return
        for sample in _samples(subject.needs):
            users, values = _users(sample), _value(found, sample)[1]
            for place, user in enumerate(users):
                [alone] = _value(found, _of_user(sample, user))[1]
                assert alone == pytest.approx(values[place], rel=1e-9, abs=1e-9, nan_ok=True)

    def test_without_a_user_it_is_the_metric_of_the_others(
        self, subject: type[Metric], found: Any
    ) -> None:
        for sample in _samples(subject.needs):
            without = found.without(sample)
            assert (without is None) >= (not subject.per_user)
            if without is None:
                return
            assert without.shape == _users(sample).shape
            for user, value in zip(_users(sample), without, strict=True):
                expected_value = found(_of_others(sample, user))
                assert value == pytest.approx(expected_value, rel=1e-9, abs=1e-9, nan_ok=True)

    def test_only_the_first_places_count(self, subject: type[Metric], found: Any) -> None:
        if subject.needs != "rankings":
            return
        for seed in range(_N_SAMPLES):
            arguments, k = _ranked(seed)
            short = _value(found, lists_by_hand(k=k, **arguments))
            longer = lists_by_hand(k=k + 3, **arguments)
            assert _equal(short, _value(found, longer.at(k) if subject.cutoff else longer))

    def test_arguments_stay_as_they_are(self, subject: type[Metric], found: Any) -> None:
        sample = _renamed(subject, 0)[0]
        _freeze(sample)
        if isinstance(sample, EvaluatedLists):
            _freeze(sample.tested)
            _freeze(sample.statistics.dataset.ratings)
        _value(found, sample)

    def test_nothing_to_measure_is_nan(self, subject: type[Metric], found: Any) -> None:
        value, values = _value(found, _nothing(subject))
        assert math.isnan(value)
        assert values.shape == (0,)

    def test_global_random_state_is_left_alone(self, subject: type[Metric], found: Any) -> None:
        with global_random_state(3):
            for sample in _samples(subject.needs):
                _value(found, sample)

    def _range(self, subject: type[Metric]) -> tuple[float, float]:
        lowest, highest = (expected(self, subject, name) for name in ("lowest", "highest"))
        assert isinstance(lowest, float | int)
        assert isinstance(highest, float | int)
        return lowest, highest


def _value(metric: Any, sample: Sample) -> tuple[float, np.ndarray]:
    """The metric and, where each user has a value, these."""
    return metric(sample), metric.values(sample) if metric.per_user else np.empty(0)


def _equal(one: tuple[float, np.ndarray], two: tuple[float, np.ndarray]) -> bool:
    return all(
        np.array_equal(np.asarray(a), np.asarray(b), equal_nan=True)
        for a, b in zip(one, two, strict=True)
    )


def _users(sample: Sample) -> np.ndarray:
    return sample.distinct if isinstance(sample, Predictions) else sample.users


def _of_user(sample: Sample, user: int) -> Sample:
    if isinstance(sample, Predictions):
        return sample.where(sample.users == user)
    return sample.of_users(sample.users == user)


def _of_others(sample: Sample, user: int) -> Sample:
    if isinstance(sample, Predictions):
        return sample.where(sample.users != user)
    return sample.of_users(sample.users != user)


def _freeze(part: Any) -> None:
    for field in dataclasses.fields(part):
        value = getattr(part, field.name)
        if isinstance(value, np.ndarray):
            value.flags.writeable = False


@functools.cache
def _samples(needs: str) -> tuple[Sample, ...]:
    if needs == "predictions":
        return tuple(map(_predicted, range(_N_SAMPLES)))
    return tuple(lists_by_hand(k=k, **ranked) for ranked, k in map(_ranked, range(_N_SAMPLES)))


def _predicted(seed: int) -> Predictions:
    """Half-star ratings, so that pairs tie; few users, so that some have many ratings."""
    rng = np.random.default_rng((seed, 1))
    n = int(rng.integers(1, 30))
    truth = rng.integers(1, 11, n) / 2
    estimate = rng.integers(1, 11, n) / 2 if seed % 3 else rng.uniform(0.5, 5, n)
    users = rng.integers(-2, 4, n)
    return Predictions(truth, estimate, users, rng.random(n) < 0.3 if seed % 2 else None)


def _ranked(seed: int) -> tuple[dict[str, Any], int]:
    """Arguments of `lists_by_hand`, and k: users who have rated some items and see the others ranked.

    The ratings of one more user make some items more popular, pairs of them alike.
    """
    rng = np.random.default_rng((seed, 2))
    n_users, n_items = int(rng.integers(1, 6)), int(rng.integers(2, 10))
    train: list[Rated] = [
        (n_users, i, 3.0) for i in range(n_items) for _ in range(1 + i // 2 * (n_users + 1))
    ]
    rankings: dict[int, list[int]] = {}
    tested: list[Rated] = []
    for user in range(n_users):
        order = rng.permutation(n_items).tolist()
        n_seen = int(rng.integers(0, n_items))
        rankings[user] = order[n_seen:]
        train += [(user, item, float(rng.integers(1, 6))) for item in order[:n_seen]]
        chosen = [item for item in order if rng.random() < 0.5]
        tested += [(user, item, float(rng.integers(1, 6))) for item in chosen]
    arguments = {"rankings": rankings, "tested": tested, "train": train, "n_items": n_items}
    return arguments, int(rng.integers(1, _K + 1))


def _renamed(subject: type[Metric], seed: int) -> tuple[Sample, Sample, np.ndarray]:
    """A sample, the same with other numbers and order, and where each user's value is in that."""
    rng = np.random.default_rng((seed, 3))
    if subject.needs == "predictions":
        one = _predicted(seed)
        numbers, rows = rng.permutation(1000)[:6][one.users + 2], rng.permutation(len(one))
        impossible = None if one.impossible is None else one.impossible[rows]
        two = Predictions(one.truth[rows], one.estimate[rows], numbers[rows], impossible)
        first = np.array([numbers[one.users == user][0] for user in one.distinct])
        return one, two, np.searchsorted(two.distinct, first)
    arguments, k = _ranked(seed)
    user_codes = rng.permutation(len(arguments["rankings"]) + 1)
    renamed = lists_by_hand(
        k=k,
        item_codes=rng.permutation(arguments["n_items"]).tolist(),
        user_codes=user_codes.tolist(),
        **arguments,
    )
    return lists_by_hand(k=k, **arguments), renamed, np.argsort(np.argsort(user_codes[:-1]))


def _perfect(subject: type[Metric]) -> Sample:
    if subject.needs == "predictions":
        truth = np.array([4.0, 2.0, 5.0, 3.0, 3.5, 1.0, 2.0])
        return Predictions(truth, truth.copy(), np.array([3, 3, 3, 8, 8, 5, 5]))
    ranking = list(range(25))
    liked = [(user, item, 5.0 if item < 5 else 4.0) for user in range(3) for item in range(_K)]
    others = [(user, item, 1.0) for user in range(3) for item in range(_K, 12)]
    return lists_by_hand(dict.fromkeys(range(3), ranking), liked + others, _K, 25)


def _nothing(subject: type[Metric]) -> Sample:
    if subject.needs == "predictions":
        return Predictions(np.empty(0), np.empty(0), np.empty(0, np.int64))
    return lists_by_hand({}, [], 3, 4, train=[(0, 1, 5.0)])
