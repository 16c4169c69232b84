"""Networks of KONECT."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from recli.data.dataset import Dataset
from recli.data.formats._base import TextTable

Read = Callable[..., Dataset]
Refuse = Callable[..., str]
Cells = Callable[..., TextTable]
Triples = Callable[[Dataset], list[tuple[str, str, float]]]

RATED = """% bip weighted
% 5 3 4
1 1 4.5 1089331200
1 2 3 1089331201
2\t1\t 5 1089331202 
3 4   0.5   1089331203

2 3 1 1089331204
"""


def test_ratings(read: Read, triples: Triples) -> None:
    dataset = read(RATED, "out.movies")
    by_hand = [line.split() for line in RATED.splitlines() if line and line[0] != "%"]
    assert triples(dataset) == [(user, item, float(value)) for user, item, value, _ in by_hand]
    assert dataset.ratings.times is not None
    assert dataset.ratings.times.tolist() == [int(row[3]) for row in by_hand]
    assert ("format", "konect", "format") in dataset.sniffed
    assert dataset.notes == ()


def test_known_by_its_first_line(read: Read) -> None:
    assert len(read(RATED, "movies.txt").ratings) == 5


def test_bad_lines(read: Read, refuse: Refuse, triples: Triples) -> None:
    content = RATED.replace("1 2 3 1089331201", "1 2")
    assert "line 4: 2 columns where 4 are expected" in refuse(content, "out.movies")
    dataset = read(content, "out.movies", on_bad="skip")
    assert len(dataset.ratings) == 4
    assert [row.line for row in dataset.bad_rows] == [4]


def test_lines_that_are_missing_are_told(read: Read) -> None:
    dataset = read(RATED.replace("% 5", "% 6"), "out.movies")
    assert dataset.notes == ("The file says that it has 6 lines, and has 5: is it cut off?",)


def test_weights_that_are_no_ratings(cells: Cells) -> None:
    table = cells("% bip positive\n% 9 2 2\n1 1 4\n1 2 2\n2 1 3\n", "out.plays")
    assert table.names == ["user", "item", "weight"]
    assert table.columns["weight"].to_pylist() == ["4", "2", "3"]
    assert table.lines.tolist() == [3, 4, 5]
    assert not table.notes  # 9 is the sum of the weights
    table = cells("% bip unweighted\n1 1\n1 2\n", "out.clicks")
    assert table.names == ["user", "item"]


def test_a_directed_network(cells: Cells) -> None:
    table = cells("% asym signed\n1 2 -1\n2 3 1\n", "out.trust")
    assert table.columns["rating"].to_pylist() == ["-1", "1"]
    assert "who links is the user" in table.notes[0]


@pytest.mark.parametrize("kind", ["sym unweighted", "bip dynamic"])
def test_networks_without_users_and_items(refuse: Refuse, kind: str) -> None:
    assert f"of the kind '{kind}'" in refuse(f"% {kind}\n1 2 1\n", "out.friends")


def test_without_the_kind_of_network(refuse: Refuse) -> None:
    assert "as '% bip weighted' does" in refuse("% 3 1 2\n1 2 5\n", "out.movies")
    assert "as '% bip weighted' does" in refuse("1 2 5\n", "m.txt", format="konect")
