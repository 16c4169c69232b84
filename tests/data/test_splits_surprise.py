"""The splits that Surprise has too: its rows, in its order."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import surprise
from hypothesis import given
from hypothesis import strategies as st
from surprise import model_selection

from recli.data.load import load
from recli.data.splits._base import Fold
from recli.data.splits.k_fold import KFold
from recli.data.splits.leave_one_out import LeaveOneOut
from recli.data.splits.predefined import Predefined
from recli.data.splits.repeated_k_fold import RepeatedKFold
from recli.data.splits.shuffle import Shuffle

ML_100K = Path(__file__).parents[3] / "shared" / "datasets" / "ml-100k"
SEEDS = st.integers(0, 2**32 - 1)
USERS = st.lists(st.integers(0, 6), min_size=2, max_size=50)


def to_surprise(users: list[int]) -> surprise.Dataset:
    """Row r is the rating r of an item of its own."""
    n = len(users)
    frame = pd.DataFrame({"u": users, "i": range(n), "r": np.arange(n, dtype=float)})
    return surprise.Dataset.load_from_df(frame, surprise.Reader(rating_scale=(0, n)))


def check(users: list[int], fold: Fold, trainset: surprise.Trainset, testset: list) -> None:
    assert fold.test.tolist() == [int(rating) for *_, rating in testset]
    raw_users = np.array(users)[fold.train]
    theirs = {
        trainset.to_raw_uid(u): [int(r) for _, r in rated] for u, rated in trainset.ur.items()
    }
    ours = {user: fold.train[raw_users == user].tolist() for user in pd.unique(raw_users)}
    assert list(theirs.items()) == list(ours.items())
    assert [trainset.to_raw_iid(item) for item in trainset.all_items()] == fold.train.tolist()


def check_all(users: list[int], folds: list[Fold], theirs: object) -> None:
    for fold, (trainset, testset) in zip(folds, theirs.split(to_surprise(users)), strict=True):
        check(users, fold, trainset, testset)


@given(USERS, st.data(), SEEDS)
def test_k_fold(made, users, data, seed):
    k = data.draw(st.integers(2, len(users)))
    folds = KFold(k, seed).folds(made(users))
    check_all(users, folds, model_selection.KFold(k, random_state=seed))
    assert {len(fold.test) for fold in folds} <= {len(users) // k, len(users) // k + 1}


@given(USERS, st.data(), st.integers(1, 4), SEEDS)
def test_repeated_k_fold(made, users, data, n_repeats, seed):
    k = data.draw(st.integers(2, len(users)))
    folds = RepeatedKFold(k, n_repeats, seed).folds(made(users))
    check_all(users, folds, model_selection.RepeatedKFold(k, n_repeats, random_state=seed))


@given(USERS, st.integers(1, 4), st.floats(0.001, 0.5), SEEDS)
def test_shuffle(made, users, n_splits, test_size, seed):
    folds = Shuffle(n_splits, test_size, seed).folds(made(users))
    theirs = model_selection.ShuffleSplit(n_splits, test_size, random_state=seed)
    check_all(users, folds, theirs)


@given(USERS, st.integers(1, 4), st.integers(0, 3), SEEDS)
def test_leave_one_out(made, users, n_splits, min_n_ratings, seed):
    users = [*users, 7, 7, 7, 7]  # one user is always in
    folds = LeaveOneOut(n_splits, min_n_ratings, seed).folds(made(users))
    check_all(users, folds, model_selection.LeaveOneOut(n_splits, seed, min_n_ratings))


@pytest.mark.skipif(not ML_100K.is_dir(), reason=f"MovieLens 100K is not at {ML_100K}")
def test_predefined(tmp_path):
    named = {"user": "1", "item": "2", "rating": "3", "time": "4"}
    dataset = load(str(ML_100K / "u.data.gz"), named)
    folds = Predefined("u?.base.gz", "u?.test.gz").folds(dataset)
    assert [(len(fold.train), len(fold.test)) for fold in folds] == [(80_000, 20_000)] * 5
    assert len(np.unique(np.concatenate([fold.test for fold in folds]))) == 100_000
    for name in ("u3.base", "u3.test"):
        (tmp_path / name).write_bytes(gzip.decompress((ML_100K / f"{name}.gz").read_bytes()))
    files = [(str(tmp_path / "u3.base"), str(tmp_path / "u3.test"))]
    theirs = surprise.Dataset.load_from_folds(files, surprise.Reader("ml-100k"))
    [(trainset, testset)] = model_selection.PredefinedKFold().split(theirs)
    ratings = dataset.ratings
    assert testset == [
        (ratings.user_ids.text[user], ratings.item_ids.text[item], value)
        for user, item, value in zip(
            ratings.users[folds[2].test],
            ratings.items[folds[2].test],
            ratings.values[folds[2].test],
            strict=True,
        )
    ]
    assert list(dataset.trainset(folds[2].train).all_ratings()) == list(trainset.all_ratings())
