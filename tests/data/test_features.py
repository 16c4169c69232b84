"""Item features as numbers, each against values worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from recli import errors
from recli.data import features
from recli.data.description import Feature
from recli.data.ids import Ids
from recli.data.items import Items


def items_of(*declared: Feature, **columns: list[str]) -> Items:
    n = len(next(iter(columns.values())))
    return Items(
        ids=Ids.of([str(row) for row in range(n)]),
        titles=None,
        columns={name: np.array(column, dtype=object) for name, column in columns.items()},
        features=declared,
        in_table=np.ones(n, dtype=bool),
    )


def dense(items: Items, *chosen: str) -> tuple[list[list[float]], list[str]]:
    matrix, names = features.matrix(items, chosen)
    assert matrix.dtype == np.float64
    assert matrix.shape == (len(items.ids), len(names))
    return matrix.toarray().tolist(), names


HALF = 1 / math.sqrt(2)


def test_categories() -> None:
    genres = Feature("genres", "categories", "genres")
    rows, names = dense(items_of(genres, genres=["War| Drama", "Drama", "", "Drama|Drama|"]))
    assert names == ["genres=Drama", "genres=War"]
    assert rows == [pytest.approx([HALF, HALF]), [1.0, 0.0], [0.0, 0.0], [1.0, 0.0]]


def test_another_separator() -> None:
    tags = Feature("tags", "categories", "x", separator=";")
    assert dense(items_of(tags, x=["a;b", "a|b"]))[1] == ["tags=a", "tags=a|b", "tags=b"]


def test_flags() -> None:
    flags = Feature("genres", "flags", "genres", columns=("War", "Drama"))
    rows, names = dense(items_of(flags, War=["1", "0", "0"], Drama=["1", "1", "0"]))
    assert names == ["genres=War", "genres=Drama"]
    assert rows == [pytest.approx([HALF, HALF]), [0.0, 1.0], [0.0, 0.0]]


def test_numbers() -> None:
    year = Feature("year", "number", "year")
    rows, names = dense(items_of(year, year=["1990", "2000", "", "1995"]))
    deviation = math.sqrt((25 + 25 + 0) / 3)
    assert names == ["year"]
    assert rows == [
        [pytest.approx(-5 / deviation)],
        [pytest.approx(5 / deviation)],
        [0.0],
        [0.0],
    ]


def test_text() -> None:
    plot = Feature("plot", "text", "plot")
    rows, names = dense(items_of(plot, plot=["war war", "peace", ""]))
    assert names == ["plot=peace", "plot=war"]
    assert rows == [[0.0, pytest.approx(1.0)], [pytest.approx(1.0), 0.0], [0.0, 0.0]]


def test_a_pattern_takes_a_part_of_a_column() -> None:
    year = Feature("year", "categories", "title", pattern=r"\((\d{4})\)$")
    rows, names = dense(items_of(year, title=["Heat (1995)", "Up", "Ran (1985) (1995)"]))
    assert names == ["year=1995"]
    assert rows == [[1.0], [0.0], [1.0]]


def test_several_features_in_the_order_that_is_asked_for() -> None:
    first, second = Feature("a", "categories", "a"), Feature("b", "number", "b")
    items = items_of(first, second, a=["x", "y"], b=["1", "3"])
    assert dense(items)[1] == ["a=x", "a=y", "b"]
    assert dense(items, "b", "a") == ([[-1.0, 1.0, 0.0], [1.0, 0.0, 1.0]], ["b", "a=x", "a=y"])
    assert dense(items, "b")[1] == ["b"]


def test_without_an_item_table_the_error_shows_how_to_describe_one() -> None:
    for items in (None, items_of(a=["x"])):
        with pytest.raises(errors.DataError) as caught:
            features.matrix(items)
        assert features.EXAMPLE in str(caught.value)


def test_wrong_features() -> None:
    number = Feature("year", "number", "year")
    with pytest.raises(errors.DataError) as caught:
        features.matrix(items_of(number, year=["1990", "MCM", " ", "inf"]))
    assert str(caught.value) == (
        "Item feature 'year' should be a number:\n  item 1: 'MCM'\n  item 3: 'inf'"
    )
    with pytest.raises(errors.UsageError, match="no item feature 'yea'. Did you mean 'year'"):
        features.matrix(items_of(number, year=["1990"]), ["yea"])
    empty = Feature("genres", "categories", "genres")
    with pytest.raises(errors.DataError, match="'genres' is empty for every item"):
        features.matrix(items_of(empty, genres=["", " | "]))


@pytest.mark.parametrize("texts", [["", ""], ["a", "I"]])
def test_text_without_a_word(texts: list[str]) -> None:
    with pytest.raises(errors.DataError, match="'plot' has no word in any item"):
        features.matrix(items_of(Feature("plot", "text", "plot"), plot=texts))


def test_numbers_that_are_all_absent() -> None:
    with pytest.raises(errors.DataError, match="'year' is empty for every item"):
        features.matrix(items_of(Feature("year", "number", "year"), year=["", " "]))
