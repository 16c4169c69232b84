"""Who gets what: filters, caps, and lists of many users."""

from __future__ import annotations

import dataclasses
from collections import Counter
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from recli import errors
from recli.data.ids import Ids
from recli.data.trainset import Trainset
from recli.ranking.fields import field
from recli.ranking.filters import candidates
from recli.ranking.list_options import ListOptions
from recli.ranking.listed_ids import read_ids
from recli.ranking.lists import recommend
from recli.ranking.ranked_lists import RankedLists
from recli.ranking.request import Request
from recli.ranking.rerankers import _max_per
from recli.ranking.rerankers._max_per import MaxPer


def ids(model, mask):
    return "".join(model.trainset.ratings.item_ids.text[mask])


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"candidates": ("1", "3")}, "13"),
        ({"exclude": ("1", "3")}, "2456"),
        ({"candidates": ("1", "3", "unknown"), "exclude": ("3", "4", "unknown")}, "1"),
        ({"where": "genres contains 'Comedy'"}, "246"),
        ({"min_ratings": 1}, "1234"),
        ({"min_ratings": 2}, "2"),
        # First rated after 1, 0.5, 3 and 4 days; nobody rated 5 and 6.
        ({"since": date(1970, 1, 4)}, "3456"),
        ({"since": date(1970, 1, 5)}, "456"),
        ({"since": date(1970, 1, 1), "min_ratings": 1}, "1234"),
    ],
    ids=str,
)
def test_filters(films, filters, expected):
    assert ids(films, candidates(ListOptions(**filters), in_days(films))) == expected


def in_days(films):
    """The films, rated after days where it was hundreds of seconds."""
    return rated_at(films, films.trainset.ratings.times * 864, "s")


def rated_at(films, times, unit):
    ratings = dataclasses.replace(films.trainset.ratings, times=times, time_unit=unit)
    table = films.trainset.item_table
    return dataclasses.replace(films, trainset=Trainset(ratings, films.trainset.rows, table))


def test_fresh_to_the_thousandth_of_a_second(films):
    """Item 3 was first rated when the third day was over, now a little before."""
    times = films.trainset.ratings.times
    finer = rated_at(films, times * 864_000 - (times == 300), "ms")
    assert ids(films, candidates(ListOptions(since=date(1970, 1, 4)), finer)) == "456"


def test_all_may_be_recommended(films):
    assert candidates(ListOptions(), films) is None
    assert candidates(ListOptions(where="year > 0 or year is empty"), films) is None


def test_nothing_is_left(films):
    with pytest.raises(errors.NotFoundError, match="None of the 6 items of the catalogue is left"):
        candidates(ListOptions(where="year > 3000"), films)


def test_no_candidate_is_known(films):
    with pytest.raises(errors.NotFoundError, match="none of its 2 items is known:\n  7\n  8\n"):
        candidates(ListOptions(candidates=("7", "8")), films)


def test_no_times(model_of):
    model = model_of({"1": (1.0, "", {})}, [("a", "1", 3)])
    with pytest.raises(errors.DataError, match="toy have no times.*`where`"):
        candidates(ListOptions(since=date(2001, 1, 1)), model)


# Files of ids


def test_ids_exactly_as_they_stand_there():
    known = Ids.of(["1", "01", " 1", "é", "a,b", "x\u2028y", "\u00a0"])
    Path("ids.txt").write_bytes("\ufeff01\r\n\n 1\né\na,b\n01\nx\u2028y\n\u00a0\n1 \n".encode())
    named = read_ids(Path("ids.txt"), known, "items")
    assert known.text[named.codes].tolist() == ["01", " 1", "é", "a,b", "x\u2028y", "\u00a0"]
    assert named.unknown == ["1 "]


@pytest.mark.parametrize(
    ("content", "error", "message"),
    [
        (None, errors.NotFoundError, "ids.txt: no such file"),
        (b"", errors.DataError, "ids.txt: names no users"),
        (b"\n\r\n", errors.DataError, "names no users"),
        (b"\xff\xfe", errors.DataError, "is no UTF-8 text"),
        (b"7\n8\n", errors.NotFoundError, "none of its 2 users is known:\n  7\n  8\n"),
    ],
)
def test_files_that_are_no_ids(content, error, message):
    if content is not None:
        Path("ids.txt").write_bytes(content)
    with pytest.raises(error, match=message):
        read_ids(Path("ids.txt"), Ids.of(["1"]), "users")


def test_a_folder_is_no_file():
    Path("ids.txt").mkdir()
    with pytest.raises(errors.DataError, match="cannot be read"):
        read_ids(Path("ids.txt"), Ids.of(["1"]), "users")


# Lists


def items_of(model, lists):
    return ["".join(model.trainset.ratings.item_ids.text[row[row >= 0]]) for row in lists.items]


def test_lists_of_many_users(films):
    [lists] = recommend(films, Request(np.array([2, 0, 1]), 3))
    assert lists.users.tolist() == [2, 0, 1]
    assert items_of(films, lists) == ["123", "345", "145"]


def test_what_was_seen_may_stay(films):
    [lists] = recommend(films, Request(np.array([0, 1]), 2, exclude_seen=False))
    assert items_of(films, lists) == ["12", "12"]


def test_only_candidates(films):
    [lists] = recommend(films, Request(np.array([0, 1]), 4, np.array([1, 1, 0, 0, 1, 0], bool)))
    assert items_of(films, lists) == ["5", "15"]
    assert np.isnan(lists.scores[lists.items < 0]).all()


def test_some_users_at_a_time(films, monkeypatch):
    monkeypatch.setattr("recli.algorithms._ranking._CHUNK_USERS", 2)
    monkeypatch.setattr("recli.algorithms._ranking._CHUNK_BYTES", 1)
    chunks = list(recommend(films, Request(np.array([0, 1, 2]), 2)))
    assert [lists.users.tolist() for lists in chunks] == [[0, 1], [2]]
    assert [items_of(films, lists) for lists in chunks] == [["34", "14"], ["12"]]


def test_too_little_memory_is_said_at_the_call(films):
    with pytest.raises(errors.UsageError, match="for one user takes at least 384 B"):
        recommend(films, Request(np.array([0])), memory_limit=100)


# At most so many of a kind


@pytest.mark.parametrize(
    ("name", "most", "expected"),
    [
        # 1 Drama|Sci-Fi, 2 Comedy, 3 Sci-Fi, 4 Comedy|Crime, 5 nothing, 6 Comedy
        ("genres", 1, "125"),
        ("genres", 2, "12345"),
        ("genres", 3, "123456"),
        ("year", 1, "123456"),
        ("decade", 1, "12456"),
        ("country", 1, "123456"),
    ],
)
def test_max_per(films, name, most, expected):
    cap = MaxPer(((field(films, name).groups(), most),))
    request = Request(np.array([0]), 6, exclude_seen=False, rerankers=(cap,))
    [lists] = recommend(films, request)
    assert items_of(films, lists) == [expected]
    assert lists.items.shape == (1, 6)
    there = lists.items[0] >= 0
    np.testing.assert_array_equal(
        lists.scores[0, there], films.algorithm.scores[lists.items[0, there]]
    )


def test_the_list_is_filled_from_further_down(films):
    cap = MaxPer(((field(films, "genres").groups(), 1),))
    [lists] = recommend(films, Request(np.array([2, 0]), 3, rerankers=(cap,)))
    assert items_of(films, lists) == ["125", "345"]
    assert lists.items.shape == (2, 3)


def test_caps_hold_together(films):
    # By decade alone it is 1, 2, 4, 5, 6; of these, 4 and 6 are comedies as 2 is, and 3 gives way to 2.
    caps = tuple((field(films, name).groups(), 1) for name in ("genres", "decade"))
    request = Request(np.array([0]), 6, exclude_seen=False, rerankers=(MaxPer(caps),))
    [lists] = recommend(films, request)
    assert items_of(films, lists) == ["125"]
    caps = (caps[1], (field(films, "year").groups(), 1))
    [lists] = recommend(films, dataclasses.replace(request, n=3, rerankers=(MaxPer(caps),)))
    assert items_of(films, lists) == ["124"]


def test_caps_hold_on_real_lists(small):
    from recli.algorithms import Configured
    from recli.models import model as models

    model = models.train(small, Configured.of("baseline-only"), 0)
    genres = field(model, "genres").groups()
    request = Request(np.arange(60), 10, rerankers=(MaxPer(((genres, 3),)),))
    texts = small.items.columns["genres"]
    for lists in recommend(model, request):
        assert isinstance(lists, RankedLists)
        for row in lists.items:
            held = Counter(genre for item in row[row >= 0] for genre in texts[item].split("|"))
            assert max(held.values()) <= 3


@pytest.mark.parametrize(("pool", "most"), [(1, 1), (3, 2), (100, 1), (100, 3)])
def test_capped_lists_are_those_down_the_whole_catalogue(small, monkeypatch, pool, most):
    """However far down they are looked for first, for lists that fill up and lists that do not."""
    from recli.algorithms import Configured
    from recli.models import model as models

    monkeypatch.setattr(_max_per, "_POOL", pool)
    model = models.train(small, Configured.of("baseline-only"), 0)
    n, users, texts = 12, np.arange(60), small.items.columns["genres"]
    cap = MaxPer(((field(model, "genres").groups(), most),))
    whole = recommend(model, Request(users, model.trainset.n_catalogue))
    capped = recommend(model, Request(users, n, rerankers=(cap,)))
    got = [row[row >= 0].tolist() for lists in capped for row in lists.items]
    for ranking, found in zip((row for lists in whole for row in lists.items), got, strict=True):
        expected, held = [], Counter()
        for item in ranking[ranking >= 0].tolist():
            genres = texts[item].split("|") if texts[item] else []
            if len(expected) < n and all(held[genre] < most for genre in genres):
                expected.append(item)
                held.update(genres)
        assert found == expected
