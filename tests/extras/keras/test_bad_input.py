"""Data that are too few or lack something."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from recli import errors
from recli.algorithms import Configured
from recli.data.trainset import Trainset
from recli.testing._data import small_dataset

pytest.importorskip("recli.extras.keras.backend", exc_type=ImportError)

ROWS = np.arange(400)


def fitted(name, trainset=None, **given):
    trainset = small_dataset().trainset(ROWS) if trainset is None else trainset
    return Configured.of(name, {"n_epochs": 2, "n_factors": 4, **given}).create(0).fit(trainset)


def test_a_batch_larger_than_the_data_is_all_of_them():
    all_of_them = fitted("embedding-dot", validation=0.0, batch_size=len(ROWS))
    more = fitted("embedding-dot", validation=0.0, batch_size=10 * len(ROWS))
    np.testing.assert_array_equal(more.pu, all_of_them.pu)
    fewer = fitted("embedding-dot", validation=0.0, batch_size=len(ROWS) // 2)
    assert not np.array_equal(fewer.pu, all_of_them.pu)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"item_features": "all"}, "Content needs item features"),
        ({"user_features": "all"}, "User features need a user table"),
    ],
)
def test_features_that_are_missing_are_named(given, said):
    ratings = small_dataset().ratings
    with pytest.raises(errors.DataError, match=said):
        fitted("two-tower", Trainset(ratings, ROWS, None), **given)


def test_a_feature_that_there_is_not_is_told_those_that_there_are():
    with pytest.raises(errors.UsageError, match="no item feature 'colour'.*year"):
        fitted("two-tower", item_features="colour")


@pytest.mark.parametrize("name", ["sasrec", "gru4rec"])
def test_without_times_the_order_is_that_of_the_rows(name):
    def scores(times):
        ratings = dataclasses.replace(small_dataset().ratings, times=times, first_times=None)
        users = np.arange(5)
        return fitted(name, Trainset(ratings, ROWS, None), length=5).score_users(users)

    rows = np.arange(len(small_dataset().ratings))
    without = scores(None)
    np.testing.assert_array_equal(without, scores(rows))
    assert not np.array_equal(without, scores(rows[::-1].copy()))
