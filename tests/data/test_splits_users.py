"""Splits by whole users or items, or with each user's ratings spread."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from recli.data.splits.cold_items import ColdItems
from recli.data.splits.cold_users import ColdUsers
from recli.data.splits.group import Group
from recli.data.splits.stratified import Stratified

USERS = st.lists(st.integers(0, 6), min_size=2, max_size=60)
SEEDS = st.integers(0, 2**32 - 1)


@given(USERS, st.data(), SEEDS)
def test_stratified_spreads_each_user(made, users, data, seed):
    k = data.draw(st.integers(2, len(users)))
    folds = Stratified(k, seed).folds(made(users))
    assert sorted(np.concatenate([fold.test for fold in folds])) == list(range(len(users)))
    sizes = [len(fold.test) for fold in folds]
    assert max(sizes) - min(sizes) <= 1
    for user in set(users):
        own = [sum(users[row] == user for row in fold.test) for fold in folds]
        assert max(own) - min(own) <= 1


def test_stratified_folds_are_even_though_no_user_fills_them(made):
    folds = Stratified(5).folds(made(np.repeat(range(10), 3)))
    assert [len(fold.test) for fold in folds] == [6] * 5


@given(USERS, st.data(), SEEDS)
def test_group_tests_whole_users(made, users, data, seed):
    assume(len(set(users)) > 1)
    k = data.draw(st.integers(2, len(set(users))))
    folds = Group(k, seed).folds(made(users))
    assert sorted(np.concatenate([fold.test for fold in folds])) == list(range(len(users)))
    tested = [{users[row] for row in fold.test} for fold in folds]
    assert sum(map(len, tested)) == len(set(users))
    assert max(map(len, tested)) - min(map(len, tested)) <= 1
    for fold, own in zip(folds, tested, strict=True):
        assert not own & {users[row] for row in fold.train}


@given(USERS, st.floats(0.01, 0.9), st.integers(0, 3), SEEDS, st.booleans())
def test_cold(made, codes, test_size, few, seed, of_users):
    counts = Counter(codes)
    able = [code for code, count in counts.items() if count > few]
    n_drawn = math.ceil(test_size * len(able))
    assume(able and (few or n_drawn < len(counts)))
    if of_users:
        [fold] = ColdUsers(test_size, few, seed).folds(made(codes))
    else:
        dataset = made(range(len(codes)), items=codes)
        [fold] = ColdItems(test_size, few, seed).folds(dataset)
    assert sorted([*fold.train, *fold.test]) == list(range(len(codes)))
    learnt = Counter(codes[row] for row in fold.train)
    tested = Counter(codes[row] for row in fold.test)
    assert len(tested) == n_drawn
    for code, count in counts.items():
        assert learnt[code] == (few if code in tested else count)


def test_cold_draws_the_few_at_random(made):
    dataset = made(["a"] * 50 + ["b"])
    kept = {tuple(ColdUsers(0.5, 1, seed).folds(dataset)[0].train.tolist()) for seed in range(20)}
    assert len(kept) > 5
    assert all(len(rows) == 2 and rows[1] == 50 for rows in kept)
