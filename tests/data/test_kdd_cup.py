"""Blocks of the KDD Cup 2011."""

from __future__ import annotations

from collections.abc import Callable

from recli.data.dataset import Dataset
from recli.data.formats._base import TextTable

Read = Callable[..., Dataset]
Refuse = Callable[..., str]
Cells = Callable[..., TextTable]
Triples = Callable[[Dataset], list[tuple[str, str, float]]]

TRACK_1 = "0|3\n507696\t90\t3944\t12:53:00\n137915\t70\t3944\t0:05:09\n26\t0\t4000\t23:59:59\n"
TRACK_1 += "1|0\n2|1\n26\t100\t0\t00:00:01\n"
TRACK_2 = "0|2\n507696\t90\n26\t0\n7|1\n26\t100\n"


def test_track_1(read: Read, triples: Triples, cells: Cells) -> None:
    dataset = read(TRACK_1, "trainIdx1.txt")
    assert triples(dataset) == [
        ("0", "507696", 90.0),
        ("0", "137915", 70.0),
        ("0", "26", 0.0),
        ("2", "26", 100.0),
    ]
    assert dataset.ratings.times is not None
    assert dataset.ratings.times.tolist() == [
        3944 * 86_400 + 12 * 3600 + 53 * 60,
        3944 * 86_400 + 5 * 60 + 9,
        4001 * 86_400 - 1,
        1,
    ]
    assert cells(TRACK_1, "t.txt").lines.tolist() == [2, 3, 4, 7]
    assert ("format", "kdd-cup", "format") in dataset.sniffed


def test_track_2(read: Read, triples: Triples) -> None:
    dataset = read(TRACK_2, "trainIdx2.txt")
    assert triples(dataset) == [("0", "507696", 90.0), ("0", "26", 0.0), ("7", "26", 100.0)]
    assert dataset.ratings.times is None


def test_a_block_of_another_length(read: Read, refuse: Refuse, triples: Triples) -> None:
    content = TRACK_2.replace("0|2", "0|3")
    message = refuse(content, "t.txt").splitlines()
    assert message[:3] == [
        "t.txt: 2 of 3 rows cannot be used:",
        "  line 2: the block of line 1 should have 3 lines, and has 2",
        "  line 3: the block of line 1 should have 3 lines, and has 2",
    ]
    assert triples(read(content, "t.txt", on_bad="skip")) == [("7", "26", 100.0)]


def test_bad_lines_count_in_their_block(read: Read, refuse: Refuse, triples: Triples) -> None:
    content = TRACK_1.replace("137915\t70\t3944\t0:05:09", "137915\t70").replace("12:53:00", "noon")
    message = refuse(content, "t.txt").splitlines()
    assert message[0] == "t.txt: 2 of 4 rows cannot be used:"
    assert message[1].startswith("  line 2: time '3944 noon' cannot be read")
    assert message[2] == "  line 3: 2 columns where 4 are expected"
    dataset = read(content, "t.txt", on_bad="skip")
    assert triples(dataset) == [("0", "26", 0.0), ("2", "26", 100.0)]


def test_no_ratings_below_users(refuse: Refuse) -> None:
    message = refuse("0|1\n507696\n", "t.txt", format="kdd-cup")
    assert "no line is a rating: an item, a tab and a score; line 2 has" in message
