"""Blocks of the Netflix Prize."""

from __future__ import annotations

from collections.abc import Callable

from recli.data.dataset import Dataset
from recli.data.formats._base import TextTable

Read = Callable[..., Dataset]
Refuse = Callable[..., str]
Cells = Callable[..., TextTable]
Triples = Callable[[Dataset], list[tuple[str, str, float]]]

COMBINED = """1:
1488844,3,2005-09-06
822109,5,2005-05-13
30878,4,2005-12-26
2:
2059652,4,2005-09-05
30878,1,2004-04-27
17770:
1488844,2,2003-11-14
"""


def by_hand(text: str) -> list[tuple[str, str, float]]:
    found, movie = [], ""
    for line in text.split():
        if line.endswith(":"):
            movie = line[:-1]
        else:
            user, rating, _ = line.split(",")
            found.append((user, movie, float(rating)))
    return found


def test_many_movies_a_file(read: Read, triples: Triples, cells: Cells) -> None:
    dataset = read(COMBINED, "combined_data_1.txt")
    assert triples(dataset) == by_hand(COMBINED)
    assert len(dataset.ratings) == 6
    assert dataset.ratings.times is not None
    assert dataset.ratings.times[0] == 1_125_964_800  # 2005-09-06
    assert cells(COMBINED, "c.txt").lines.tolist() == [2, 3, 4, 6, 7, 9]
    assert ("format", "netflix", "format") in dataset.sniffed


def test_a_movie_a_file(read: Read, triples: Triples) -> None:
    content = COMBINED.partition("2:")[0].replace("\n", "\r\n")
    assert triples(read(content, "mv_0000001.txt")) == by_hand(content)


def test_blocks_without_ratings(read: Read, triples: Triples) -> None:
    assert triples(read("3:\n4:\n" + COMBINED, "c.txt", format="netflix")) == by_hand(COMBINED)


def test_bad_lines(read: Read, refuse: Refuse, triples: Triples) -> None:
    content = "7,1,2005-01-01\n" + COMBINED.replace("822109,5,", "822109,")
    message = refuse(content, "c.txt", format="netflix").splitlines()
    assert message[:3] == [
        "c.txt: 2 of 7 rows cannot be used:",
        "  line 1: it stands above the first line that begins a block",
        "  line 4: 2 columns where 3 are expected",
    ]
    dataset = read(content, "c.txt", on_bad="skip", format="netflix")
    assert triples(dataset) == [row for row in by_hand(COMBINED) if row[0] != "822109"]


def test_the_qualifying_set_has_no_ratings(refuse: Refuse) -> None:
    message = refuse("1:\n1046323,2005-12-19\n1080030,2005-12-23\n", "qualifying.txt")
    assert "no line is a rating 'user,rating,date'; line 2 has 2 columns" in message
