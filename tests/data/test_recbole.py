"""Atomic files of RecBole."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from recli.data.dataset import Dataset
from recli.data.formats._base import TextTable
from recli.data.load import load

Read = Callable[..., Dataset]
Refuse = Callable[..., str]
Cells = Callable[..., TextTable]
Triples = Callable[[Dataset], list[tuple[str, str, float]]]

INTER = "user_id:token\titem_id:token\trating:float\ttimestamp:float\n"
INTER += '196\t007\t3\t8.81250949E8\n"1"\t302\t4.5\t891717742\n'
ITEM = "item_id:token\tmovie_title:token_seq\trelease_year:token\tclass:token_seq\tv:float_seq\n"
ITEM += "007\tToy Story\t1995\tAnimation Children's Comedy\t0.1 0.2\n302\tGet Shorty\t1995\t\t1 2\n"


def test_interactions(read: Read, triples: Triples) -> None:
    dataset = read(INTER, "ml.inter")
    assert triples(dataset) == [("196", "007", 3.0), ("1", "302", 4.5)]
    assert dataset.ratings.times is not None
    assert dataset.ratings.times.tolist() == [881250949, 891717742]
    assert ("format", "recbole", "format") in dataset.sniffed


def test_without_ratings(cells: Cells) -> None:
    table = cells("user_id:token\titem_id:token\ttimestamp:float\n1\t2\t3\n", "clicks.inter")
    assert table.names == ["user_id", "item_id", "timestamp"]
    assert table.lines.tolist() == [2]


def test_items(cells: Cells) -> None:
    """The suffix is that of MovieLens 100K as well: the header decides."""
    table = cells(ITEM, "ml.item")
    by_hand = list(csv.reader(ITEM.splitlines(), delimiter="\t"))[1:]
    assert table.names == ["item_id", "movie_title", "release_year", "class", "v"]
    assert table.columns["movie_title"].to_pylist() == [row[1] for row in by_hand]
    classes = [json.loads(text or "[]") for text in table.columns["class"].to_pylist()]
    assert classes == [row[3].split() for row in by_hand]
    assert table.columns["v"].to_pylist() == ["0.1 0.2", "1 2"]
    assert cells("1|Toy Story (1995)|x\n2|GoldenEye|y\n", "u.item").names[0] == "column1"


def test_tokens_between_commas(cells: Cells) -> None:
    content = "item_id:token\tname:token_seq\tgenre:token_seq\n1\tGintama\tSci-Fi, Slice of Life\n"
    content += "2\tHaikyuu\tSports\n"
    table = cells(content, "anime.item")
    assert [json.loads(text) for text in table.columns["genre"].to_pylist()] == [
        ["Sci-Fi", "Slice of Life"],
        ["Sports"],
    ]


def test_bad_rows(read: Read, refuse: Refuse) -> None:
    assert "line 3: 3 columns where 4 are expected" in refuse(INTER.replace("\t302", ""), "a.inter")
    assert len(read(INTER.replace("\t302", ""), "a.inter", on_bad="skip").ratings) == 1


@pytest.mark.parametrize("cell", ["rating", "rating:number"])
def test_a_header_without_types(refuse: Refuse, cell: str) -> None:
    assert f"the header has '{cell}'" in refuse(INTER.replace("rating:float", cell), "a.inter")


def test_a_folder(write: Callable[..., Path], triples: Triples) -> None:
    write(INTER, "ml/ml.inter")
    write(ITEM, "ml/ml.item")
    folder = write("user_id:token\tage:token\n196\t49\n1\t23\n", "ml/ml.user").parent
    dataset = load(str(folder))
    assert dataset.name == "ml"
    assert triples(dataset) == [("196", "007", 3.0), ("1", "302", 4.5)]
    assert dataset.items is not None
    assert dataset.items.titles is not None
    assert dataset.items.titles.tolist() == ["Toy Story", "Get Shorty"]
    [feature] = dataset.items.features
    assert (feature.name, feature.kind) == ("class", "categories")
    assert dataset.items.labels_of(feature) == [["Animation", "Children's", "Comedy"], []]
    assert dataset.users is not None
    assert dataset.users.columns["age"].tolist() == ["23", "49"]


def test_a_folder_of_ratings_alone(write: Callable[..., Path], triples: Triples) -> None:
    dataset = load(str(write(INTER, "ml/ml.inter").parent))
    assert triples(dataset)[0] == ("196", "007", 3.0)
    assert (dataset.items, dataset.users) == (None, None)


def test_quotes_are_those_of_pandas(cells: Cells) -> None:
    text = 'item_id:token\tname:token_seq\n1\t"""Cats"" again"\n2\t"Dogs" again\n3\t""\n'
    table = cells(text, "x.item")
    assert table.columns["name"].to_pylist() == ['"Cats" again', '"Dogs" again', ""]
