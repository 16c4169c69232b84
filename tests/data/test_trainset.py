"""Trainset over arrays, which is Surprise's in everything that Surprise says of one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import surprise
from hypothesis import given, settings
from hypothesis import strategies as st

from recli.data.ids import Ids
from recli.data.ratings import Ratings
from recli.data.trainset import Trainset, by_item, by_user

ROWS = st.lists(
    st.tuples(
        st.sampled_from(["3", "10", "2", "77"]),
        st.sampled_from(["b", "a", "", "é", "c"]),
        st.sampled_from([0.5, 1.0, 2.5, 3.3, 5.0]),
    ),
    min_size=1,
    max_size=40,
)


def ratings_of(rows: list[tuple[str, str, float]], catalogue: list[str] | None = None) -> Ratings:
    users, items, values = (list(column) for column in zip(*rows, strict=True))
    user_ids, item_ids = Ids.of(users), Ids.of(items, catalogue or [])
    return Ratings(
        user_ids,
        item_ids,
        user_ids.codes(users),
        item_ids.codes(items),
        np.array(values),
        None,
        (0.5, 5.0),
    )


def surprise_trainset(rows: list[tuple[str, str, float]]) -> surprise.Trainset:
    frame = pd.DataFrame(rows, columns=["user", "item", "rating"])
    reader = surprise.Reader(rating_scale=(0.5, 5.0))
    return surprise.Dataset.load_from_df(frame, reader).build_full_trainset()


@settings(deadline=None, max_examples=200)
@given(ROWS, st.data())
def test_it_equals_the_trainset_of_surprise(
    rows: list[tuple[str, str, float]], data: st.DataObject
) -> None:
    chosen = data.draw(
        st.lists(st.integers(0, len(rows) - 1), min_size=1, unique=True), label="rows"
    )
    ours = Trainset(ratings_of(rows, ["z", "a"]), np.array(chosen))
    theirs = surprise_trainset([rows[row] for row in chosen])
    assert isinstance(ours, surprise.Trainset)
    assert (ours.n_users, ours.n_items, ours.n_ratings) == (
        theirs.n_users,
        theirs.n_items,
        theirs.n_ratings,
    )
    assert ours.rating_scale == theirs.rating_scale
    assert ours.global_mean == theirs.global_mean
    for user in range(-1, 6):
        assert ours.knows_user(user) == theirs.knows_user(user)
    for item in range(-1, 8):
        assert ours.knows_item(item) == theirs.knows_item(item)
    for raw in ["3", "10", "2", "77", "unheard of"]:
        assert answer(ours.to_inner_uid, raw) == answer(theirs.to_inner_uid, raw)
    for raw in ["b", "a", "", "é", "c", "z", "unheard of"]:
        assert answer(ours.to_inner_iid, raw) == answer(theirs.to_inner_iid, raw)
    for inner in range(-1, 8):
        assert answer(ours.to_raw_uid, inner) == answer(theirs.to_raw_uid, inner)
        assert answer(ours.to_raw_iid, inner) == answer(theirs.to_raw_iid, inner)
    assert list(ours.all_users()) == list(theirs.all_users())
    assert list(ours.all_items()) == list(theirs.all_items())
    assert list(ours.all_ratings()) == list(theirs.all_ratings())
    assert ours.build_testset() == theirs.build_testset()
    assert ours.build_anti_testset() == theirs.build_anti_testset()
    assert ours.ur == theirs.ur
    assert ours.ir == theirs.ir
    for mine, other in zip((*by_user(ours), *by_item(ours)), (*by_user(theirs), *by_item(theirs)),
                           strict=True):  # fmt: skip
        assert mine.tolist() == other.tolist()


def answer(ask, key):  # type: ignore[no-untyped-def]
    try:
        return ask(key)
    except ValueError as error:
        return str(error)


def test_arrays_say_the_same_as_the_rows() -> None:
    rows = [("9", "b", 1.0), ("10", "a", 2.0), ("9", "c", 3.0), ("9", "b", 4.0), ("8", "a", 5.0)]
    trainset = Trainset(ratings_of(rows, ["d"]), np.array([1, 2, 3]))
    # Rows 1 to 3: users 10, 9, 9 are 0, 1, 1; items a, c, b are 0, 1, 2; d has no rating.
    assert trainset.users.tolist() == [0, 1, 1]
    assert trainset.items.tolist() == [0, 1, 2]
    assert trainset.values.tolist() == [2.0, 3.0, 4.0]
    assert trainset.user_codes.tolist() == [2, 1]  # among 8, 9, 10
    assert trainset.inner_users.tolist() == [-2, 1, 0]  # of user 8, code 0, nothing is learned
    assert trainset.item_codes.tolist() == [0, 2, 1, 3]  # among a, b, c, d
    assert trainset.inner_items.tolist() == [0, 2, 1, 3]
    assert (trainset.n_items, trainset.n_catalogue) == (3, 4)
    indptr, items, values = trainset.by_user
    assert (indptr.tolist(), items.tolist(), values.tolist()) == ([0, 1, 3], [0, 1, 2], [2, 3, 4])
    indptr, users, values = trainset.by_item
    assert (indptr.tolist(), users.tolist(), values.tolist()) == (
        [0, 1, 2, 3],
        [0, 1, 1],
        [2, 3, 4],
    )


def test_a_cold_item_has_an_inner_id_that_is_not_known() -> None:
    trainset = Trainset(ratings_of([("u", "a", 1.0)], ["b", "c"]), np.array([0]))
    assert trainset.inner_items.tolist() == [0, 1, 2]
    assert not trainset.knows_item(1)
    with pytest.raises(ValueError, match="not part of the trainset"):
        trainset.to_inner_iid("b")


def test_no_list_is_built_unless_it_is_asked_for() -> None:
    trainset = Trainset(ratings_of([("u", "a", 1.0)]), np.array([0]))
    assert trainset.global_mean == 1.0
    assert not {"ur", "ir"} & set(vars(trainset))


def test_surprise_learns_from_it_as_from_its_own() -> None:
    rows = [(f"u{n % 7}", f"i{n % 11}", 1.0 + n % 5) for n in range(60)]
    ours, theirs = Trainset(ratings_of(rows), np.arange(60)), surprise_trainset(rows)
    for algorithm in (surprise.SVD(random_state=1), surprise.KNNBaseline(verbose=False)):
        expected = algorithm.fit(theirs).predict("u3", "i2").est
        assert algorithm.fit(ours).predict("u3", "i2").est == expected
