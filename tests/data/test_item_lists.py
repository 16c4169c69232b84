"""A line a user with all of their items."""

from __future__ import annotations

from collections.abc import Callable

from recli.data.dataset import Dataset
from recli.data.formats._base import TextTable

Read = Callable[..., Dataset]
Refuse = Callable[..., str]
Cells = Callable[..., TextTable]

LISTS = "7 10 11 12\n\n8\t11\n9\n10  12 13 \n"


def test_each_item_of_a_line_is_an_interaction(cells: Cells) -> None:
    table = cells(LISTS, "train.txt", format="item-lists")
    pairs = list(zip(*(table.columns[role].to_pylist() for role in ("user", "item")), strict=True))
    by_hand = [
        (user, item)
        for user, *items in map(str.split, filter(None, LISTS.splitlines()))
        for item in items
    ]
    assert pairs == by_hand
    assert table.lines.tolist() == [1, 1, 1, 3, 5, 5]
    assert table.notes == ["Users without an item: 1, left out."]


def test_a_number_of_items_is_no_user(cells: Cells, read: Read) -> None:
    content = "2 10 11\n0\n3 11 5 6\r\n"
    table = cells(content, "users.dat", format="item-lists")
    assert table.columns["user"].to_pylist() == ["0", "0", "2", "2", "2"]
    assert table.columns["item"].to_pylist() == ["10", "11", "11", "5", "6"]
    assert table.notes[0].startswith("Every line begins with the number of its items")
    dataset = read(content, "users.dat", format="item-lists")
    assert dataset.ratings.implicit
    assert len(dataset.ratings) == 5


def test_a_line_whose_number_is_wrong_makes_it_a_user(cells: Cells) -> None:
    table = cells("2 10 11\n3 11 5\n", "users.dat", format="item-lists")
    assert table.columns["user"].to_pylist() == ["2", "2", "3", "3"]
    assert table.notes == []


def test_nothing_in_it(refuse: Refuse) -> None:
    assert "holds no rating: no row" in refuse(" \n\t\n", "train.txt", format="item-lists")
    assert "holds no rating" in refuse("1\n2\n", "train.txt", format="item-lists")
