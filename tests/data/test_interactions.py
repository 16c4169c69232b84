"""Tables of what happened: kinds and counts that weigh, pairs that add up."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from recli import errors
from recli.data.add import add
from recli.data.dataset import Dataset
from recli.data.load import load

Read = Callable[..., Dataset]
Refuse = Callable[..., str]
Triples = Callable[[Dataset], list[tuple[str, str, float]]]

EVENTS = """\
who,what,kind,ts
1,a,view,100000003
1,a,view,100000001
1,b,cart,100000004
2,a,buy,100000005
2,c,view,100000002
1,a, buy ,100000009
"""
ROLES = {"user": "who", "item": "what", "event": "kind", "time": "ts", "implicit": True}
COUNTS = "user,item,plays\n1,a,3\n1,b,1\n2,a,2\n1,a,4\n"
PLAYS = {"user": "user", "item": "item", "weight": "plays", "implicit": True}


def test_repeated_pairs_add_up_and_keep_the_first_and_the_last_time(
    read: Read, triples: Triples
) -> None:
    dataset = read(EVENTS, **ROLES)
    assert triples(dataset) == [("1", "a", 3), ("1", "b", 1), ("2", "a", 1), ("2", "c", 1)]
    ratings = dataset.ratings
    assert ratings.implicit
    assert ratings.scale == (1, 3)
    assert ratings.times.tolist() == [100000009, 100000004, 100000005, 100000002]
    assert ratings.first_times.tolist() == [100000001, 100000004, 100000005, 100000002]
    assert dataset.merged == 2


def test_kinds_weigh_one_each_unless_it_is_said(read: Read) -> None:
    dataset = read(EVENTS, **ROLES)
    assert [(kind.name, kind.rows, kind.weight) for kind in dataset.kinds] == [
        ("view", 3, 1),
        ("buy", 2, 1),
        ("cart", 1, 1),
    ]
    assert ("weights", "1 for every kind", "weights") in dataset.sniffed


def test_kinds_take_weights(read: Read, triples: Triples) -> None:
    dataset = read(EVENTS, **ROLES, weights={"view": 1, "cart": 3, "buy": 5})
    assert triples(dataset) == [("1", "a", 7), ("1", "b", 3), ("2", "a", 5), ("2", "c", 1)]
    assert dataset.ratings.default_threshold == 1, "everything is liked"
    assert "weights" not in [what for what, _, _ in dataset.sniffed]


def test_a_kind_of_weight_0_is_left_out(read: Read, triples: Triples) -> None:
    dataset = read(EVENTS, **ROLES, weights={"view": 0, "cart": 3, "buy": 5})
    assert triples(dataset) == [("1", "b", 3), ("2", "a", 5), ("1", "a", 5)]
    assert str(dataset.kinds[0]) == "view (3 rows, left out)"
    assert not dataset.bad_rows


def test_a_kind_without_a_weight_is_an_error_that_lists_the_kinds(refuse: Refuse) -> None:
    assert refuse(EVENTS, **ROLES, weights={"view": 1, "cart": 3}) == (
        "ratings.csv: no weight is given for buy (2). The kinds of interaction in column 'kind', with "
        "their rows, are view (3), buy (2), cart (1). Give each a weight, 0 to leave it out, as in "
        '`weights={"view": 1, "cart": 3, "buy": 1}`.'
    )


def test_weights_need_a_column_of_kinds(refuse: Refuse) -> None:
    roles = ROLES | {"event": None}
    assert '`event="NAME"`' in refuse(EVENTS, **roles, weights={"view": 1})


def test_counts_are_weights_and_add_up(read: Read, triples: Triples) -> None:
    dataset = read(COUNTS, **PLAYS)
    assert triples(dataset) == [("1", "a", 7), ("1", "b", 1), ("2", "a", 2)]
    assert dataset.ratings.scale == (1, 7)


def test_counts_and_kinds_multiply(read: Read, triples: Triples) -> None:
    text = "user,item,n,kind\n1,a,3,view\n1,a,2,buy\n"
    roles = {"user": "user", "item": "item", "weight": "n", "event": "kind", "implicit": True}
    dataset = read(text, **roles, weights={"view": 0.5, "buy": 10})
    assert triples(dataset) == [("1", "a", 21.5)]


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("-1", "weight -1 is not above 0: a return, or nothing that happened?"),
        ("0", "weight 0 is not above 0: a return, or nothing that happened?"),
        ("", "the weight is empty"),
        ("many", "weight 'many' is not a finite number"),
        ("inf", "weight 'inf' is not a finite number"),
    ],
)
def test_a_count_that_is_none(
    cell: str, reason: str, read: Read, refuse: Refuse, triples: Triples
) -> None:
    text = f"user,item,plays\n1,a,3\n1,b,{cell}\n"
    message = refuse(text, **PLAYS)
    assert f"line 3: {reason}" in message
    assert '`on_bad="skip"`' in message
    dataset = read(text, on_bad="skip", **PLAYS)
    assert triples(dataset) == [("1", "a", 3)]
    assert [str(row) for row in dataset.bad_rows] == [f"line 3: {reason}"]


@pytest.mark.parametrize("how", ["first", "last", "mean"])
def test_duplicates_are_for_ratings(how: str, refuse: Refuse) -> None:
    message = refuse(COUNTS, kind=errors.UsageError, duplicates=how, **PLAYS)
    assert message.startswith(f'`duplicates="{how}"` is for ratings: interactions that repeat')


def test_a_scale_is_for_ratings(refuse: Refuse) -> None:
    message = refuse(COUNTS, kind=errors.UsageError, scale=(1.0, 5.0), **PLAYS)
    assert message.startswith("`scale` is for ratings")


def test_ratings_can_be_taken_for_interactions() -> None:
    """A description with a rating and a scale: neither counts, every row weighs 1."""
    dataset, rated = load("movielens-small", {"implicit": True}), load("movielens-small")
    np.testing.assert_array_equal(dataset.ratings.items, rated.ratings.items)
    np.testing.assert_array_equal(dataset.ratings.times, rated.ratings.times)
    assert set(dataset.ratings.values) == {1.0}
    assert dataset.ratings.scale == (1, 1)
    assert dataset.fingerprint != rated.fingerprint


def test_the_same_numbers_as_ratings_are_other_data(read: Read) -> None:
    text = "user,item,n\n1,a,3\n1,b,1\n"
    ratings = read(text, user="user", item="item", rating="n")
    counts = read(text, user="user", item="item", weight="n", implicit=True)
    np.testing.assert_array_equal(ratings.ratings.values, counts.ratings.values)
    assert ratings.fingerprint != counts.fingerprint


def test_added_interactions_are_read_as_they_were(read: Read, tmp_path, triples: Triples) -> None:
    dataset = read(EVENTS, name="events.csv", **ROLES, weights={"view": 0, "cart": 3, "buy": 5})
    add("shop", tmp_path / "events.csv", dataset)
    assert triples(load("shop")) == triples(dataset)
    assert load("shop").fingerprint == dataset.fingerprint


rows = st.lists(
    st.tuples(
        st.integers(1, 4), st.integers(1, 4), st.integers(-1, 5), st.integers(10**8, 10**8 + 9)
    ),
    min_size=1,
    max_size=40,
)


@given(rows)
def test_every_row_adds_to_its_pair_or_is_set_aside(
    tmp_path_factory: pytest.TempPathFactory, table: list[tuple[int, int, int, int]]
) -> None:
    path = tmp_path_factory.mktemp("counts") / "plays.csv"
    lines = [f"u{user},i{item},{n},{time}" for user, item, n, time in table]
    path.write_text("\n".join(["user,item,plays,timestamp", *lines]) + "\n")
    good = [row for row in table if row[2] > 0]
    assume(not good or 2 * len(good) >= len(table))  # of many rows most are never set aside
    if not good:
        with pytest.raises(errors.DataError, match="holds no"):
            load(str(path), PLAYS | {"time": "timestamp"}, "skip")
        return
    dataset = load(str(path), PLAYS | {"time": "timestamp"}, "skip")
    ratings = dataset.ratings
    assert len(dataset.bad_rows) == len(table) - len(good)
    assert len(ratings) + dataset.merged == len(good)
    found = {
        (user, item): (weight, first, last)
        for user, item, weight, first, last in zip(
            ratings.user_ids.text[ratings.users],
            ratings.item_ids.text[ratings.items],
            ratings.values.tolist(),
            ratings.first_times.tolist(),
            ratings.times.tolist(),
            strict=True,
        )
    }
    expected: dict[tuple[str, str], tuple[float, int, int]] = {}
    for user, item, n, time in good:
        weight, first, last = expected.get((f"u{user}", f"i{item}"), (0, time, time))
        expected[f"u{user}", f"i{item}"] = weight + n, min(first, time), max(last, time)
    assert found == expected
    assert list(found) == list(expected), "pairs stand in the order in which they first appear"


@pytest.mark.parametrize(
    ("content", "options", "unused"),
    [
        ("user_id,item_id,n_votes\na,x,3\nb,y,5\n", {}, ["n_votes"]),
        ("user,item,rating\na,x,3\nb,y,5\n", {"implicit": True}, ["rating"]),
        ("user,item\na,x\nb,y\n", {}, []),
    ],
)
def test_numbers_that_play_no_role_are_told(
    read: Read, content: str, options: dict[str, object], unused: list[str]
) -> None:
    dataset = read(content, **options)
    assert dataset.ratings.implicit
    assert [value for what, value, _ in dataset.sniffed if what == "not used"] == unused
