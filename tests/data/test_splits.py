"""Folds: those of Surprise, row by row."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import surprise
from hypothesis import given, settings
from hypothesis import strategies as st
from surprise.model_selection import KFold as SurpriseKFold

from recli import errors, registry
from recli.data.ids import Ids
from recli.data.ratings import Ratings
from recli.data.splits.k_fold import KFold


def ratings_of(n: int) -> Ratings:
    """Row r is the rating r of user r for item r."""
    rows = np.arange(n, dtype=np.int32)
    ids = Ids(np.array([f"{row}" for row in rows], dtype=object))
    return Ratings(ids, ids, rows, rows, rows.astype(np.float64), None, (0.0, float(n)))


@settings(deadline=None)
@given(st.integers(2, 60), st.data(), st.integers(0, 2**32 - 1))
def test_every_rating_is_tested_once(n: int, data: st.DataObject, seed: int) -> None:
    k = data.draw(st.integers(2, n))
    folds = KFold(k, seed).folds(ratings_of(n))
    assert len(folds) == k
    assert sorted(np.concatenate([fold.test for fold in folds])) == list(range(n))
    for fold in folds:
        assert sorted(np.concatenate([fold.train, fold.test])) == list(range(n))
        assert len(fold.test) in (n // k, n // k + 1)
        assert fold.train.dtype == fold.test.dtype == np.int64


@settings(deadline=None, max_examples=50)
@given(st.integers(2, 40), st.data(), st.integers(0, 2**32 - 1))
def test_the_folds_are_those_of_surprise(n: int, data: st.DataObject, seed: int) -> None:
    k = data.draw(st.integers(2, n))
    frame = pd.DataFrame({"user": range(n), "item": range(n), "rating": np.arange(n, dtype=float)})
    theirs = surprise.Dataset.load_from_df(frame, surprise.Reader(rating_scale=(0, n)))
    folds = KFold(k, seed).folds(ratings_of(n))
    for fold, (trainset, testset) in zip(
        folds, SurpriseKFold(k, random_state=seed).split(theirs), strict=True
    ):
        assert fold.test.tolist() == [user for user, _, _ in testset]
        assert fold.train.tolist() == [trainset.to_raw_uid(u) for u in range(trainset.n_users)]


def test_too_few_ratings() -> None:
    with pytest.raises(errors.DataError) as caught:
        KFold(5).folds(ratings_of(4))
    assert str(caught.value) == (
        "4 ratings cannot be cut into 5 folds. Add ratings, or take fewer folds with '--cv'."
    )
    with pytest.raises(errors.DataError, match="1 rating cannot"):
        KFold(2).folds(ratings_of(1))


def test_global_random_state_is_left_alone() -> None:
    before = np.random.get_state()[1].tolist()
    KFold(2, 1).folds(ratings_of(10))
    assert np.random.get_state()[1].tolist() == before


@pytest.mark.parametrize("name", registry.names("split"))
def test_every_split_is_found_by_name(name: str) -> None:
    folds = registry.get("split", name)().folds(ratings_of(50))
    for fold in folds:
        assert not set(fold.train) & set(fold.test)
        assert len(fold.test)
