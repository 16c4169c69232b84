"""The user table as columns of zeros and ones."""

from __future__ import annotations

import numpy as np
import pytest

from recli import errors
from recli.data.ids import Ids
from recli.data.tables import user_features
from recli.data.tables.users import Users


def users(**columns):
    n = len(next(iter(columns.values())))
    ids = Ids(np.array([f"u{number:02}" for number in range(n)], object))
    columns = {name: np.array(texts, object) for name, texts in columns.items()}
    return Users(ids, columns, np.ones(n, bool))


def test_a_column_for_each_value():
    matrix, names = user_features.matrix(users(job=["vet", " cook", "", "vet"], pet=["cat"] * 4))
    assert names == ["job=cook", "job=vet", "pet=cat"]
    assert matrix.toarray().tolist() == [[0, 1, 1], [1, 0, 1], [0, 0, 1], [0, 1, 1]]


def test_chosen_columns_in_their_order():
    table = users(a=["1", "2"], b=["x", "y"], c=["z", "z"])
    assert user_features.matrix(table, ["c", "a"])[1] == ["c=z", "a=1", "a=2"]


def test_many_numbers_are_cut_into_ten_ranges():
    ages = [str(age) for age in range(10, 50)]
    matrix, names = user_features.matrix(users(age=[*ages, ""]))
    assert len(names) == 10
    assert names[0].startswith("age=(")
    expected = np.repeat(np.eye(10), 4, axis=0)
    np.testing.assert_array_equal(matrix.toarray(), [*expected, np.zeros(10)])


def test_ten_numbers_or_fewer_are_values():
    _, names = user_features.matrix(users(rooms=["1", "2", "10"] * 9))
    assert names == ["rooms=1", "rooms=10", "rooms=2"]


def test_numbers_among_words_are_values():
    zips = [str(number) for number in range(20)]
    assert len(user_features.matrix(users(zip=[*zips, "T8H1N"]))[1]) == 21


def test_an_empty_column_says_nothing():
    matrix, names = user_features.matrix(users(job=["", ""]))
    assert names == []
    assert matrix.shape == (2, 0)


def test_no_table():
    with pytest.raises(errors.DataError, match=r"need a user table.*\n  \[users\]") as caught:
        user_features.matrix(None)
    assert caught.value.exit_code == 3


def test_an_unknown_column():
    with pytest.raises(errors.UsageError, match="no user feature 'jop'. Did you mean 'job'"):
        user_features.matrix(users(job=["vet"]), ["jop"])


def test_unknown_among_many_numbers_is_no_value():
    ages = [str(age) for age in range(10, 50)]
    matrix, names = user_features.matrix(users(age=[*ages, "Unknown", "N/A"]))
    assert len(names) == 10
    np.testing.assert_array_equal(matrix.toarray()[40:], np.zeros((2, 10)))


def test_ranges_of_numbers_of_any_size():
    incomes = [str(10**n) for n in range(40)]
    matrix, _ = user_features.matrix(users(income=incomes))
    np.testing.assert_array_equal(matrix.toarray(), np.repeat(np.eye(10), 4, axis=0))
