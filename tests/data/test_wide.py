"""A matrix with a row a user and a column an item."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from recli.data import add
from recli.data.dataset import Dataset
from recli.data.load import load

Read = Callable[..., Dataset]
Refuse = Callable[..., str]
Triples = Callable[[Dataset], list[tuple[str, str, float]]]
Write = Callable[..., Path]

NAMED = "user,Heat,Alien,Jaws\nann,5,,3\n007,,NaN,4.5\nbob,,, \neve, 1 ,2,nan\n"
RATED = [
    ("ann", "Heat", 5.0),
    ("ann", "Jaws", 3.0),
    ("007", "Jaws", 4.5),
    ("eve", "Heat", 1.0),
    ("eve", "Alien", 2.0),
]


@pytest.mark.parametrize(
    "content",
    [
        NAMED,
        NAMED.replace("user", ""),
        NAMED.replace(",", ";"),
        NAMED.replace(",", "\t"),
        "\n" + NAMED.replace("Heat", '"Heat"'),
    ],
)
def test_names_in_the_first_row_and_column(read: Read, triples: Triples, content: str) -> None:
    dataset = read(content, format="wide")
    assert triples(dataset) == RATED
    assert dataset.notes == (
        "A matrix: users named by the first column, items named by the first row.",
    )


def test_a_pivot_of_pandas(read: Read, triples: Triples) -> None:
    rng = np.random.default_rng(0)
    long = pd.DataFrame(
        {
            "userId": rng.integers(1, 60, 500),
            "movieId": rng.integers(1, 90, 500),
            "rating": rng.integers(1, 11, 500) / 2,
        }
    ).drop_duplicates(["userId", "movieId"])
    pivot = long.pivot(index="userId", columns="movieId", values="rating")
    wanted = {(str(user), str(item), value) for user, item, value in long.itertuples(index=False)}
    for content in (
        pivot.to_csv(),
        pivot.to_csv(na_rep="NaN"),
        pivot.to_csv(index_label=""),
        pivot.to_csv(index_label="who"),
    ):
        found = triples(read(content, format="wide"))
        assert len(found) == len(long)
        assert set(found) == wanted


@pytest.mark.parametrize(("missing", "mark"), [(0.0, "0"), (99.0, "99.00"), (-1.0, "-1")])
def test_a_value_for_no_rating(read: Read, triples: Triples, missing: float, mark: str) -> None:
    content = NAMED.replace("NaN", mark).replace("nan", mark)
    assert triples(read(content, format="wide", missing=missing)) == RATED
    assert len(read(content, format="wide").ratings) == len(RATED) + 2


def test_without_names(read: Read, triples: Triples) -> None:
    dataset = read("5,,3\n,5,4.5\n,,\n1,1,\n", format="wide")
    by_hand = [("1", "1", 5.0), ("1", "3", 3.0), ("2", "2", 5.0), ("2", "3", 4.5)]
    assert triples(dataset)[:4] == by_hand
    assert dataset.notes == ("A matrix: users numbered from 1, items numbered from 1.",)


def test_ids_without_a_header(read: Read, triples: Triples) -> None:
    content = "101,5,,3\n102,,3,4\n103,1,1,\n"
    by_hand = [("101", "1", 5.0), ("101", "3", 3.0), ("102", "2", 3.0), ("102", "3", 4.0)]
    assert triples(read(content, format="wide"))[:4] == by_hand
    content = "1,5,,3\n2,,3,2\n3,1,1,\n"  # could be ratings: which it is can be said
    assert read(content, format="wide").ratings.n_items == 4
    assert triples(read(content, format="wide", user="1"))[0] == ("1", "1", 5.0)
    assert read(content, format="wide", user="1").ratings.n_items == 3


def test_a_first_row_that_could_be_both(read: Read, refuse: Refuse, triples: Triples) -> None:
    content = "1,2,3\n5,4,\n2,,1\n"
    message = refuse(content, format="wide")
    assert "its first row could name items or hold ratings: 1, 2, 3" in message
    assert "`header=True` or `header=False`" in message
    assert len(read(content, format="wide", header=False).ratings) == 7
    dataset = read(content, format="wide", header=True)
    assert triples(dataset) == [("1", "1", 5.0), ("1", "2", 4.0), ("2", "1", 2.0), ("2", "3", 1.0)]


def test_bad_cells_and_rows(read: Read, refuse: Refuse, triples: Triples) -> None:
    content = NAMED.replace(" 1 ", "good") + "zoe,5,4\n"
    message = refuse(content, format="wide")
    assert message.splitlines()[1:3] == [
        "  line 5: rating 'good' is not a finite number",
        "  line 6: 3 columns where 4 are expected",
    ]
    dataset = read(content, format="wide", on_bad="skip")
    assert triples(dataset) == [row for row in RATED if row[:2] != ("eve", "Heat")]


def test_users_keep_their_numbers_beside_bad_rows(read: Read, triples: Triples) -> None:
    dataset = read("5,,3\n1,2\n,5,4\n", format="wide", on_bad="skip")
    assert triples(dataset)[-1] == ("3", "3", 4.0)


def test_a_matrix_without_items(refuse: Refuse) -> None:
    assert "no column for an item" in refuse("user\nann\n", format="wide")


def test_a_matrix_without_ratings(refuse: Refuse) -> None:
    assert "holds no rating" in refuse("user,a,b\nann,,\n", format="wide")


def test_declared(write: Write, triples: Triples) -> None:
    toml = '[ratings]\nfile = "w.csv"\nformat = "wide"\nmissing = 0.0\n'
    write(toml, "wide/dataset.toml")
    folder = write("user,a,b\nann,0,4\nbob,2,0.0\n", "wide/w.csv").parent
    assert triples(load(str(folder))) == [("ann", "b", 4.0), ("bob", "a", 2.0)]


def test_added(
    write: Write, triples: Triples, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("RECLI_DATASETS", str(tmp_path / "own"))
    for name, content in (("named", NAMED.replace("NaN", "0")), ("numbered", "5,0,5\n0,5,4.5\n")):
        path = write(content, f"{name}.csv")
        dataset = load(str(path), {"format": "wide", "missing": 0.0})
        add.add(name, path, dataset)
        assert triples(load(name)) == triples(dataset)


def test_a_value_that_most_cells_have_is_told(read: Read) -> None:
    notes = read("user,a,b,c\nann,0,4,0\nbob,2,0,0.0\neve,0,0,0\n", format="wide").notes
    assert "67% of the ratings are 0. If that is no rating, say `missing=0`." in notes
    assert len(read(NAMED, format="wide").notes) == 1


@pytest.mark.parametrize("gap", ["", "NaN", "0"])
@pytest.mark.parametrize("corner", ["user", "", "who"])
@pytest.mark.parametrize("item", ["film {}", "{}"])
def test_a_pivot_is_not_read_as_ratings(refuse: Refuse, gap: str, corner: str, item: str) -> None:
    header = ",".join([corner, *(item.format(n) for n in range(12))])
    rows = [f"{u}," + ",".join("5" if (u + n) % 3 else gap for n in range(12)) for u in range(9)]
    message = refuse("\n".join([header, *rows]) + "\n")
    assert 'reads with `format="wide"`' in message
