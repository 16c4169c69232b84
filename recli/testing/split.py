"""What every split keeps to."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
import pytest

from recli import errors
from recli.data.dataset import Dataset
from recli.data.splits._base import Fold, Split
from recli.testing._data import small_dataset
from recli.testing._expected import (
    check_declarations,
    expected,
    given_with,
    global_random_state,
    other_value,
)


class SplitContract:
    """The tests of a split; a subclass says which, and what is to be expected of it.

    Attributes:
        split: The class.
        options: Those with which it is tested; by default none, so all are as by default.
        uses_time: Whether it goes by the times of the ratings. What is not stated here, the split
            states of itself.
        random: Whether another seed makes other folds.
        leaves_out: Whether ratings may be in neither training nor test of a fold.
        tests_all: Whether every rating is tested in exactly one fold.
    """

    split: ClassVar[type[Split]]
    options: ClassVar[dict[str, object]] = {}

    @pytest.fixture
    def subject(self) -> type[Split]:
        """The class under test."""
        return self.split

    @pytest.fixture
    def dataset(self) -> Dataset:
        """What is split, unless a subclass has another."""
        return small_dataset()

    def test_says_what_it_is(self, subject: type[Split]) -> None:
        assert issubclass(subject, Split), "a split is a subclass of recli.data.splits.Split"
        assert subject.__doc__, "what is learnt from and what tested on goes into the docstring"
        assert subject.advice, "advice is what to do when a side of a fold is empty"
        assert subject.uses_time == expected(self, subject, "uses_time")

    def test_options_are_declared_once(self, subject: type[Split]) -> None:
        check_declarations(subject.parameters)
        assert dataclasses.is_dataclass(subject), "a split is a frozen dataclass of its options"
        fields = {field.name: field.default for field in dataclasses.fields(subject)}
        assert fields.pop("seed") == 0
        assert fields == {option.name: option.default for option in subject.parameters}
        with pytest.raises(dataclasses.FrozenInstanceError):
            subject().seed = 1

    def test_text_and_back(self, subject: type[Split]) -> None:
        given: list[dict[str, Any]] = [{}, dict(self.options)]
        for option in subject.parameters:
            if (value := other_value(option)) is not None:
                given.append(given_with(subject.parameters, option.name, value))
        for options in given:
            split = _made(subject, {**options, "seed": 3})
            assert Split.parse(str(split), 3) == split
            assert copy.deepcopy(split) == split

    def test_folds_are_rows_and_apart(self, subject: type[Split], dataset: Dataset) -> None:
        n = len(dataset.ratings)
        for fold in self._folds(subject, dataset):
            both = np.concatenate([fold.train, fold.test])
            assert fold.train.dtype == fold.test.dtype == np.int64
            assert len(fold.train) > 0
            assert len(fold.test) > 0
            assert len(np.unique(both)) == len(both), "a rating is learnt from and tested on"
            assert ((both >= 0) & (both < n)).all()

    def test_nothing_is_lost(self, subject: type[Split], dataset: Dataset) -> None:
        if expected(self, subject, "leaves_out"):
            return
        every = np.arange(len(dataset.ratings))
        for fold in self._folds(subject, dataset):
            np.testing.assert_array_equal(np.sort(np.append(fold.train, fold.test)), every)

    def test_every_rating_is_tested_once(self, subject: type[Split], dataset: Dataset) -> None:
        tested = np.concatenate([fold.test for fold in self._folds(subject, dataset)])
        once = len(tested) == len(dataset.ratings) == len(np.unique(tested))
        assert once == expected(self, subject, "tests_all"), _says("tests_all", once)

    def test_the_seed_alone_decides(self, subject: type[Split], dataset: Dataset) -> None:
        with global_random_state(3):
            first = _rows(self._folds(subject, dataset, seed=1))
        with global_random_state(4):
            assert _rows(self._folds(subject, dataset, seed=1)) == first
            other = _rows(self._folds(subject, dataset, seed=2))
        drawn = other != first
        assert drawn == expected(self, subject, "random"), _says("random", drawn)

    def test_ratings_stay_as_they_are(self, subject: type[Split], dataset: Dataset) -> None:
        before = dataset.fingerprint
        self._folds(subject, dataset)
        fresh = dataclasses.replace(dataset, ratings=dataclasses.replace(dataset.ratings))
        assert fresh.fingerprint == before

    def test_one_rating_is_too_few(self, subject: type[Split], dataset: Dataset) -> None:
        with pytest.raises(errors.DataError):
            self._folds(subject, dataset.part(np.arange(1)))

    def test_times_are_asked_for_where_they_count(
        self, subject: type[Split], dataset: Dataset
    ) -> None:
        timeless = dataclasses.replace(dataset.ratings, times=None)
        without = dataclasses.replace(dataset, ratings=timeless)
        if expected(self, subject, "uses_time"):
            with pytest.raises(errors.DataError, match="have none"):
                self._folds(subject, without)
        else:
            folds = self._folds(subject, dataset)
            assert _rows(self._folds(subject, without)) == _rows(folds), "it goes by the times"

    def test_of_a_user_nothing_later_is_learnt_than_tested(
        self, subject: type[Split], dataset: Dataset
    ) -> None:
        if not expected(self, subject, "uses_time"):
            return
        users, times = dataset.ratings.users, dataset.ratings.times
        assert times is not None
        for fold in self._folds(subject, dataset):
            for user in np.unique(users[fold.test]):
                learnt = times[fold.train[users[fold.train] == user]]
                tested = times[fold.test[users[fold.test] == user]]
                assert learnt.max(initial=tested.min()) <= tested.min()

    def _folds(self, subject: type[Split], dataset: Dataset, seed: int = 0) -> list[Fold]:
        split = _made(subject, {**self.options, "seed": seed})
        return split.folds(dataset)


def _made(subject: type[Split], options: dict[str, Any]) -> Split:
    return subject(**options)


def _rows(folds: Sequence[Fold]) -> list[tuple[list[int], list[int]]]:
    return [(fold.train.tolist(), fold.test.tolist()) for fold in folds]


def _says(attribute: str, found: bool) -> str:
    return f"the split is to say of itself `{attribute} = {found}`, or the class of tests of it"
