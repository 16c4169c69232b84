"""ARFF, against the reader of SciPy."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
import scipy.io.arff

from recli.data.dataset import Dataset
from recli.data.formats._base import TextTable

Read = Callable[..., Dataset]
Refuse = Callable[..., str]
Cells = Callable[..., TextTable]
Triples = Callable[[Dataset], list[tuple[str, str, float]]]

RATED = """% made by hand
@RELATION ratings

@attribute 'user id' numeric
@attribute item {a,b,c}
@ATTRIBUTE rating real
@attribute timestamp numeric
@DATA
1,a,4.5,1089331200
% a comment
1,b, 3 , 1089331201

2,a,0.5,1089331202
3,c,?,1089331203
"""


def test_ratings(read: Read, triples: Triples, cells: Cells) -> None:
    rows, _ = scipy.io.arff.loadarff(io.StringIO(RATED))
    by_scipy = [(f"{user:.0f}", item.decode(), rating) for user, item, rating, _ in rows.tolist()]
    dataset = read(RATED, "ratings.arff", on_bad="skip", user="user id")
    assert triples(dataset) == by_scipy[:3]
    assert [(row.line, row.reason) for row in dataset.bad_rows] == [(14, "the rating is empty")]
    assert dataset.ratings.times is not None
    assert dataset.ratings.times.tolist() == [1089331200, 1089331201, 1089331202]
    assert ("format", "arff", "format") in dataset.sniffed
    assert cells(RATED, "r.txt").lines.tolist() == [9, 11, 13, 14]


QUOTED = r"""@relation 'my ratings'
@attribute "user" string
@attribute 'item\'s id' string
@attribute rating numeric
@data
'O\'Hara, Jo', "Se7en, \"uncut\"", 5
'?',x,?
% 'a comment
plain, 'tab	in' ,4.5
"""


def test_quotes(cells: Cells) -> None:
    table = cells(QUOTED, "r.arff")
    assert table.names == ["user", "item's id", "rating"]
    columns = {name: column.to_pylist() for name, column in table.columns.items()}
    assert columns == {
        "user": ["O'Hara, Jo", "?", "plain"],
        "item's id": ['Se7en, "uncut"', "x", "tab\tin"],
        "rating": ["5", "", "4.5"],
    }
    assert table.lines.tolist() == [6, 7, 9]


def test_bad_rows(read: Read, refuse: Refuse, cells: Cells) -> None:
    content = RATED.replace("1,b, 3", "1, 3").replace("?", "1")
    assert "line 11: 3 columns where 4 are expected" in refuse(content, "r.arff", user="user id")
    table = cells(QUOTED + "'open,x,4\na'b,x,3\n'a',x\n", "r.arff")
    assert [(row.line, row.reason) for row in table.malformed] == [
        (10, "a quote that is not closed, or stands in a cell"),
        (11, "a quote that is not closed, or stands in a cell"),
        (12, "2 columns where 3 are expected"),
    ]
    assert len(table) == 3


def test_sparse_rows(refuse: Refuse) -> None:
    message = refuse(RATED + "{0 1, 2 4.5}\n", "r.arff")
    assert "line 15 is a sparse row, in braces" in message


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("@relation r\n@attribute a numeric\n@attribute b numeric\n1,2\n", "has no line '@data'"),
        ("@relation r\n@attribute a numeric\n@data\n1\n", "has 1 attributes, too few"),
        (
            "@relation r\n@attribute 'a numeric\n@data\n1\n",
            "line 2 should be '@attribute NAME TYPE'",
        ),
    ],
)
def test_what_is_no_arff(refuse: Refuse, content: str, reason: str) -> None:
    assert reason in refuse(content, "r.arff")


def test_without_rows(refuse: Refuse) -> None:
    content = "@relation r\n@attribute user numeric\n@attribute item numeric\n"
    content += "@attribute rating numeric\n@data"
    assert "holds no rating: no row (user, item, rating)" in refuse(content, "r.arff")
