"""The k-core: against a twin that leaves out one user or item at a time, and with its item table."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recli import errors
from recli.data.dataset import LeftOut
from recli.data.filters import filtered
from recli.data.load import load

PAIRS = st.sets(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=70)


def core(pairs: list[tuple[int, int]], of_user: int, of_item: int) -> list[tuple[int, int]]:
    while True:
        users, items = Counter(user for user, _ in pairs), Counter(item for _, item in pairs)
        few_users = [user for user, n in users.items() if n < of_user]
        few_items = [item for item, n in items.items() if n < of_item]
        if few_users:
            pairs = [pair for pair in pairs if pair[0] != few_users[-1]]
        elif few_items:
            pairs = [pair for pair in pairs if pair[1] != few_items[-1]]
        else:
            return pairs


@given(PAIRS, st.integers(0, 6), st.integers(0, 6), st.randoms(use_true_random=False))
def test_is_the_core(made, triples, pairs, of_user, of_item, random):
    pairs = sorted(pairs)
    random.shuffle(pairs)
    dataset = made([user for user, _ in pairs], range(len(pairs)), [item for _, item in pairs])
    expected = core(pairs, of_user, of_item)
    if not expected:
        with pytest.raises(
            errors.DataError, match=f"No rating is left of the {len(pairs)} of made"
        ):
            filtered(dataset, of_user, of_item)
        return
    found = filtered(dataset, of_user, of_item)
    places = [pairs.index(pair) for pair in expected]
    assert triples(found) == [
        (str(user), str(item), float(place))
        for (user, item), place in zip(expected, places, strict=True)
    ]
    assert found.ratings.times.tolist() == places
    assert found.ratings.users.dtype == found.ratings.items.dtype == np.int32
    assert found.ratings.scale == dataset.ratings.scale
    assert found.left_out.ratings == len(pairs) - len(expected)
    assert found.left_out.users == len({u for u, _ in pairs}) - len({u for u, _ in expected})
    if of_item:
        assert set(found.ratings.item_ids.text) == {str(item) for _, item in expected}
        assert found.left_out.items == len({i for _, i in pairs}) - len({i for _, i in expected})
    else:
        assert len(found.ratings.item_ids) == len(dataset.ratings.item_ids)
        assert found.left_out.items == 0


def test_round_after_round(made):
    # z goes for its one rating, a for the one that is left her, and x then has one rating as well.
    dataset = made(["a", "a", "b", "b", "b", "c", "c", "c", "d", "d"], items="zxxpqpqrpq")
    found = filtered(dataset, 2, 2)
    assert found.left_out == LeftOut(2, 2, users=1, items=3, ratings=4, rounds=3)
    assert found.ratings.user_ids.text.tolist() == ["b", "c", "d"]
    assert found.ratings.item_ids.text.tolist() == ["p", "q"]
    assert found.ratings.values.tolist() == [3, 4, 5, 6, 8, 9]
    assert (dataset.left_out, len(dataset.ratings)) == (None, 10)
    assert found.fingerprint != dataset.fingerprint
    assert filtered(found, 2, 2).left_out == LeftOut(2, 2, users=0, items=0, ratings=0, rounds=0)


def test_a_user_without_a_rating_goes_in_any_case(made):
    found = filtered(made(["a", "b", "c"], items="ppq"), 0, 2)
    assert found.ratings.user_ids.text.tolist() == ["a", "b"]
    assert found.left_out == LeftOut(0, 2, users=1, items=1, ratings=1, rounds=1)


def test_ids_that_are_numbers_again_are_in_the_order_of_numbers(made, triples):
    dataset = made(["10", "9", "10", "9", "x"], items=["1", "1", "2", "2", "2"])
    assert dataset.ratings.user_ids.text.tolist() == ["10", "9", "x"]
    found = filtered(dataset, 2, 0)
    assert found.ratings.user_ids.text.tolist() == ["9", "10"]
    expected = [("10", "1", 0.0), ("9", "1", 1.0), ("10", "2", 2.0), ("9", "2", 3.0)]
    assert triples(found) == expected


def test_nothing_left(made):
    with pytest.raises(errors.DataError) as caught:
        filtered(made(["a", "a", "b"]), 1, 2)
    assert str(caught.value) == (
        "No rating is left of the 3 of made where every user has 1 or more and every item 2 or more. "
        "Ask for fewer."
    )


def test_the_item_table_stays_aligned():
    dataset = load("movielens-small")
    found = filtered(dataset, 20, 50)
    ratings, items = found.ratings, found.items
    assert 0 < len(ratings.item_ids) < len(dataset.ratings.item_ids)
    assert np.bincount(ratings.items).min() >= 50
    assert np.bincount(ratings.users).min() >= 20
    assert items.ids is ratings.item_ids
    for name in ("titles", "in_table"):
        assert len(getattr(items, name)) == len(ratings.item_ids)
    for code, raw in enumerate(ratings.item_ids.text):
        before = dataset.ratings.item_ids.code(raw)
        assert found.title(code) == dataset.title(before)
        assert {name: column[code] for name, column in items.columns.items()} == {
            name: column[before] for name, column in dataset.items.columns.items()
        }
    assert found.title(ratings.item_ids.code("296")) == "Pulp Fiction"
    assert items.features == dataset.items.features


def test_items_that_nobody_rated(write):
    write("id,title\n1,One\n2,Two\n3,Three\n", "d/items.csv")
    write("user,item,rating\na,1,3\na,3,4\nb,3,5\n", "d/ratings.csv")
    toml = (
        '[ratings]\nfile = "ratings.csv"\n[items]\nfile = "items.csv"\nid = "id"\ntitle = "title"\n'
    )
    write(toml, "d/dataset.toml")
    dataset = load("d")
    whole, rated, twice = (filtered(dataset, 0, n) for n in (0, 1, 2))
    assert whole.items.titles.tolist() == ["One", "Two", "Three"]
    assert rated.items.titles.tolist() == ["One", "Three"]
    assert rated.left_out == LeftOut(0, 1, users=0, items=1, ratings=0, rounds=0)
    assert twice.items.titles.tolist() == ["Three"]
