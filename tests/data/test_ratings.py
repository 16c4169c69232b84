"""Ratings as arrays, and the fingerprint of a dataset."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from recli.data.dataset import Dataset
from recli.data.ids import Ids
from recli.data.load import load
from recli.data.ratings import Ratings

Read = Callable[..., Dataset]
Write = Callable[..., Path]

ROWS = ["u,a,4,100", "v,b,2.5,200", "u,b,1,300"]
HEADER = "user,item,rating,timestamp"


def content(*rows: str) -> str:
    return "\n".join([HEADER, *rows])


def test_the_same_content_has_the_same_fingerprint(read: Read) -> None:
    first = read(content(*ROWS)).fingerprint
    assert len(first) == 16
    assert set(first) <= set("0123456789abcdef")
    assert read(content(*ROWS), name="other.csv").fingerprint == first
    assert read(content(*ROWS).replace(",", ";")).fingerprint == first
    assert read(content(*ROWS).replace(",4,", ",4.0,")).fingerprint == first
    assert read(content(*ROWS).encode("utf-16")).fingerprint == first
    assert read(content(*ROWS), scale=(1.0, 4.0)).fingerprint == first
    assert read(content(*ROWS), scale=(1, 4)).fingerprint == first
    swapped = "\n".join(
        ",".join(row.split(",")[column] for column in (3, 1, 2, 0)) for row in [HEADER, *ROWS]
    )
    assert read(swapped).fingerprint == first


def test_whatever_changes_the_data_changes_the_fingerprint(read: Read) -> None:
    changed = {
        "nothing": content(*ROWS),
        "a user": content("w,a,4,100", *ROWS[1:]),
        "an item": content("u,c,4,100", *ROWS[1:]),
        "the item of a rating": content("u,a,4,100", "v,a,2.5,200", "u,b,1,300"),
        "a rating": content("u,a,4,100", "v,b,2.75,200", "u,b,1,300"),
        "a time": content("u,a,4,101", *ROWS[1:]),
        "the order": content(*ROWS[::-1]),
        "a row more": content(*ROWS, "v,a,3,400"),
        "a row less": content(*ROWS[:2]),
        "an id's zero": content("u,0a,4,100", *ROWS[1:]),
    }
    found = {what: read(text).fingerprint for what, text in changed.items()}
    found["no times"] = read(content(*ROWS).replace("timestamp", "x")).fingerprint
    found["the scale"] = read(content(*ROWS), scale=(1.0, 5.0)).fingerprint
    assert len(set(found.values())) == len(found)


def test_times_belong_to_the_fingerprint(read: Read) -> None:
    ratings = read(content(*ROWS)).ratings
    assert ratings.times is not None
    without = dataclasses.replace(ratings, times=None)
    assert without.fingerprint != ratings.fingerprint


def test_items_belong_to_the_fingerprint(write: Write) -> None:
    def fingerprint(movies: str, features: str = 'genres = { kind = "categories" }') -> str:
        toml = (
            '[ratings]\nfile = "r.csv"\n[items]\nfile = "m.csv"\nid = "id"\ntitle = "title"\n'
            f"[items.features]\n{features}\n"
        )
        write(toml, "d/dataset.toml")
        write(movies, "d/m.csv")
        return load(str(write(content(*ROWS), "d/r.csv").parent)).fingerprint

    movies = "id,title,genres,length\na,A,x,1\nb,B,y,2\n"
    first = fingerprint(movies)
    assert fingerprint(movies) == first
    assert fingerprint("id,title,genres,length\nb,B,y,2\na,A,x,1\n") == first
    assert fingerprint(movies.replace(",1", ",9")) == first, "a column that nothing uses"
    others = [
        fingerprint(movies.replace("A", "C")),
        fingerprint(movies.replace("x", "z")),
        fingerprint(movies + "c,C,x,3\n"),
        fingerprint(movies, 'genres = { kind = "text" }'),
        fingerprint(movies, 'length = { kind = "number" }'),
    ]
    assert len({first, *others}) == 6


def test_users_and_items_without_a_rating_do_not_count() -> None:
    ratings = Ratings(
        user_ids=Ids.of(["u", "v", "w"]),
        item_ids=Ids.of(["a", "b"]),
        users=np.array([0, 2], np.int32),
        items=np.array([1, 1], np.int32),
        values=np.array([1.0, 2.0]),
        times=None,
        scale=(1.0, 5.0),
    )
    assert (ratings.n_users, ratings.n_items, len(ratings)) == (2, 1, 2)


@pytest.mark.parametrize(
    ("values", "scale", "threshold"),
    [
        ([1, 2, 3, 4, 5], (1, 5), 4.0),
        ([0.5, 3.5, 4, 4.5, 5], (0.5, 5), 4.0),
        ([0, 7, 8, 10], (0, 10), 8.0),
        ([-10, 4.9, 5.1, 9], (-10, 10), 5.1),
        ([1, 2, 3], (1, 5), 5.0),
        ([3], (3, 3), 3.0),
        ([0, 1], (0, 1), 1.0),
    ],
)
def test_the_default_threshold_is_the_lowest_rating_in_the_upper_quarter(
    read: Read, values: list[float], scale: tuple[float, float], threshold: float
) -> None:
    rows = "".join(f"u,i{n},{value}\n" for n, value in enumerate(values))
    assert read(f"user,item,rating\n{rows}", scale=scale).ratings.default_threshold == threshold


def test_the_order_in_which_unrated_items_are_listed_is_part_of_the_fingerprint() -> None:
    """It decides between them where they score alike; that of the others is told by the rows."""

    def fingerprint(*listed: str) -> str:
        user_ids, item_ids = Ids.of(["u"]), Ids.of(["c", "b"], listed)
        items = item_ids.codes(["c", "b"])
        values, users = np.array([4.0, 5.0]), np.zeros(2, np.int32)
        return Ratings(user_ids, item_ids, users, items, values, None, (1.0, 5.0)).fingerprint

    assert fingerprint("a", "d", "b") == fingerprint("b", "c", "a", "d")
    assert fingerprint("a", "d") != fingerprint("d", "a")
