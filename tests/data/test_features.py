"""Item features as numbers, each against values worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.metrics.pairwise import cosine_similarity

from recli import errors
from recli.data.description import Feature
from recli.data.ids import Ids
from recli.data.tables import features
from recli.data.tables.items import Items


def items_of(*declared: Feature, **columns: list[str]) -> Items:
    n = len(next(iter(columns.values())))
    return Items(
        ids=Ids.of([str(row) for row in range(n)]),
        titles=None,
        columns={name: np.array(column, dtype=object) for name, column in columns.items()},
        features=declared,
        in_table=np.ones(n, dtype=bool),
    )


def dense(
    items: Items, chosen: str = "all", **text: int | bool
) -> tuple[list[list[float]], list[str]]:
    weights = features.weighted(chosen, items)
    matrix, names = features.matrix(items, weights, features.TextOptions(**text))
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
    assert dense(items, "b,a") == ([[-1.0, 1.0, 0.0], [1.0, 0.0, 1.0]], ["b", "a=x", "a=y"])
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


# Years


def test_a_year_belongs_to_the_decades_whose_middles_it_lies_between() -> None:
    year = Feature("year", "year", "year")
    rows, names = dense(items_of(year, year=["1985", "1987", "", "1990", "2005"]))
    assert names == ["year=1980s", "year=1990s", "year=2000s"]
    length = math.hypot(0.8, 0.2)
    assert rows == [
        [1.0, 0.0, 0.0],
        pytest.approx([0.8 / length, 0.2 / length, 0.0]),
        [0.0, 0.0, 0.0],
        pytest.approx([HALF, HALF, 0.0]),
        [0.0, 0.0, 1.0],
    ]


def test_a_year_far_away_makes_no_decades_between() -> None:
    year = Feature("year", "year", "year")
    names = dense(items_of(year, year=["5", "1995", "-5"]))[1]
    assert names == ["year=-10s", "year=0s", "year=1990s"]


def test_a_year_that_is_none() -> None:
    with pytest.raises(errors.DataError, match=r"'year' should be a year:\n  item 1: 'soon'"):
        dense(items_of(Feature("year", "year", "year"), year=["1990", "soon"]))


# Tags


def test_tags_are_weighted_as_by_scikit_learn() -> None:
    tags = Feature("tags", "tags", "tags")
    cells = ["Funny:3| dark:1", "funny", "dark|dark|alien: the film", "", "old:0|funny:12"]
    rows, names = dense(items_of(tags, tags=cells))
    assert names == ["tags=alien: the film", "tags=dark", "tags=funny"]
    counts = [[0, 1, 3], [0, 0, 1], [1, 2, 0], [0, 0, 0], [0, 0, 12]]
    expected = TfidfTransformer(sublinear_tf=True).fit_transform(np.array(counts)).toarray()
    np.testing.assert_allclose(rows, expected)


def test_the_most_frequent_tags_are_kept() -> None:
    items = items_of(Feature("tags", "tags", "tags", separator=","), tags=["a:5,b", "c:9,b", "d:2"])
    assert dense(items, terms=2)[1] == ["tags=a", "tags=c"]


def test_counts_of_tags_are_whole_numbers() -> None:
    items = items_of(Feature("tags", "tags", "tags"), tags=["dark:-1", "funny:2|new:0.5", "old"])
    with pytest.raises(errors.DataError) as caught:
        dense(items)
    assert str(caught.value).splitlines()[1:] == ["  item 0: 'dark:-1'", "  item 1: 'new:0.5'"]


# Texts


def test_words_are_letters_of_any_script_in_lower_case_without_accents() -> None:
    plot = Feature("plot", "text", "plot")
    texts = ["Amélie 2001 a x2", "AMELIE, d'amour-fou", "Мастер и Маргарита"]
    names = dense(items_of(plot, plot=texts))[1]
    assert names == [
        f"plot={word}" for word in ("amelie", "amour", "fou", "x2", "маргарита", "мастер")
    ]


def test_stop_words_are_left_out_if_asked() -> None:
    items = items_of(Feature("plot", "text", "plot"), plot=["the sea of love", "war and sea"])
    assert dense(items)[1] == [f"plot={w}" for w in ("and", "love", "of", "sea", "the", "war")]
    assert dense(items, stop_words=True)[1] == [f"plot={w}" for w in ("love", "sea", "war")]


@pytest.mark.parametrize("kind", ["text", "tags"])
def test_dense_factors_keep_the_cosines_of_the_best_approximation(kind: str) -> None:
    rng = np.random.default_rng(0)
    words = np.array(["sea", "ship", "storm", "love", "kiss", "letter"])
    n = 12
    cells = [(" " if kind == "text" else "|").join(rng.choice(words, 4)) for _ in range(n)]
    items = items_of(Feature("plot", kind, "plot"), plot=cells)
    plain = np.array(dense(items)[0])
    rows, names = dense(items, factors=2)
    left, sizes, _ = np.linalg.svd(plain, full_matrices=False)
    best = left[:, :2] * sizes[:2]
    np.testing.assert_allclose(
        np.array(rows) @ np.array(rows).T, cosine_similarity(best), atol=1e-9
    )
    assert len(names) == 2
    assert all(set(name.removeprefix("plot=").split()) < set(words) for name in names)
    assert dense(items, factors=2)[0] == rows
    assert dense(items, factors=6)[0] == plain.tolist()  # nothing to reduce


# Choice and weights


def test_weights_multiply_what_a_feature_says() -> None:
    first, second = Feature("a", "categories", "a"), Feature("b:1", "number", "b")
    items = items_of(first, second, a=["x", "y"], b=["1", "3"])
    assert dense(items, "a:0.5, b:1")[0] == [[0.5, 0.0, -1.0], [0.0, 0.5, 1.0]]
    assert dense(items, "b:1:2")[0] == [[-2.0], [2.0]]
    assert features.weighted("all", items) == {"a": 1.0, "b:1": 1.0}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a:0", "a weight is a number above 0, as in 'a:0.5'"),
        ("a:-1", "a weight is a number above 0"),
        ("a:much", "a weight is a number above 0"),
        ("a:1e999", "a weight is a number above 0"),
        ("a,a:2", "'a' is given twice"),
        ("aa:2", "no item feature 'aa'. Did you mean 'a'"),
        ("", "no item feature ''"),
    ],
)
def test_wrong_choices(text: str, message: str) -> None:
    with pytest.raises(errors.UsageError, match=message):
        features.weighted(text, items_of(Feature("a", "categories", "a"), a=["x", "y"]))


# What says nothing


@pytest.mark.parametrize(
    ("kind", "cells"),
    [
        ("categories", ["x|y", "y|x"]),
        ("tags", ["x:2", "X:2"]),
        ("text", ["the sea", "Sea the"]),
        ("number", ["3", " 3.0"]),
        ("number", ["3", ""]),
        ("year", ["1999", "1999"]),
        ("flags", ["1", "1"]),
    ],
)
def test_a_constant_feature(kind: str, cells: list[str]) -> None:
    feature = Feature("f", kind, "f", columns=("f",) if kind == "flags" else ())
    with pytest.raises(errors.DataError, match="'f' is the same for every item") as caught:
        dense(items_of(feature, f=cells))
    assert caught.value.exit_code == 3
    other = Feature("g", "categories", "g")
    both = items_of(feature, other, f=cells, g=["x", "y"])
    assert dense(both) == ([[1.0, 0.0], [0.0, 1.0]], ["g=x", "g=y"])
    assert (
        len(dense(items_of(feature, f=cells[:1]))[0]) == 1
    )  # of one item nothing else is possible


@pytest.mark.parametrize("kind", ["tags", "year"])
def test_an_empty_feature(kind: str) -> None:
    with pytest.raises(errors.DataError, match="'f' is empty for every item"):
        dense(items_of(Feature("f", kind, "f"), f=["", " | "]))


def test_the_first_category() -> None:
    genres = Feature("genres", "categories", "genres")
    items = items_of(Feature("b", "number", "b"), genres, b=["1", "2"], genres=[" War|Drama", "|"])
    assert items.first_labels() == ["War", ""]
    flags = Feature("genres", "flags", "genres", columns=("War", "Drama"))
    items = items_of(flags, War=["0", "0", "1"], Drama=["1", "0", "1"])
    assert items.first_labels() == ["Drama", "", "War"]
    assert items_of(Feature("b", "number", "b"), b=["1"]).first_labels() is None


@pytest.mark.parametrize(
    ("kind", "cells", "constant"),
    [
        ("categories", ["x|y", "y|x|"], True),
        ("categories", ["x|y", "y"], False),
        ("categories", ["x", ""], False),
        ("tags", ["x:2", "X:3"], True),
        ("text", ["the sea", "the sea"], True),
        ("text", ["the sea", ""], False),
        ("number", ["0", "0.0"], True),
        ("number", ["3", "unknown"], True),
        ("number", ["3", "4"], False),
        ("year", ["1999", "1999"], True),
        ("year", ["1999", ""], False),
        ("flags", ["1", "1"], True),
        ("flags", ["0", "1"], False),
    ],
)
def test_a_constant_feature_is_told(kind: str, cells: list[str], constant: bool) -> None:
    feature = Feature("f", kind, "f", columns=("f",) if kind == "flags" else ())
    said = "Item feature 'f' is the same for every item: nothing is learned of it."
    assert (said in items_of(feature, f=cells).notes()) == constant
    assert items_of(feature, f=cells[:1]).notes() == ()


def test_gaps_among_numbers() -> None:
    """Known words are gaps, which are told; any other word is an error."""
    price = Feature("price", "number", "price")
    items = items_of(price, price=["10", "Unknown", "20", "", " n/a ", "30", "unknown"])
    column, _ = dense(items)
    deviation = math.sqrt(200 / 3)
    expected = [-10 / deviation, 0, 0, 0, 0, 10 / deviation, 0]
    assert [row[0] for row in column] == pytest.approx(expected)
    assert items.notes() == (
        "Item feature 'price': 3 without a number ('Unknown', ' n/a ', 'unknown').",
    )
    with pytest.raises(errors.DataError, match="item 1: 'cheap'"):
        dense(items_of(price, price=["10", "cheap"]))
    with pytest.raises(errors.DataError, match="'price' is empty for every item"):
        dense(items_of(price, price=["unknown", ""]))


@pytest.mark.parametrize("factor", [1e-300, 1.0, 1e12, 1e290])
@pytest.mark.parametrize("offset", [0.0, 1e9])
def test_numbers_of_any_size_are_standardised(factor: float, offset: float) -> None:
    numbers = [(offset + n) * factor for n in (1.0, 2.0, 3.0, 6.0)]
    feature = Feature("n", "number", "n")
    column, _ = dense(items_of(feature, n=[repr(number) for number in numbers]))
    deviation = math.sqrt((4 + 1 + 0 + 9) / 4)
    expected = [(n - 3) / deviation for n in (1, 2, 3, 6)]
    assert [row[0] for row in column] == pytest.approx(expected, rel=1e-5, abs=1e-5)


def test_an_outlier_is_ten_deviations_away_at_most() -> None:
    prices = [str(10 + n % 7) for n in range(999)]
    column, _ = dense(items_of(Feature("n", "number", "n"), n=[*prices, "1e12"]))
    assert column[-1] == [10.0]
    assert all(abs(value) < 0.1 for [value] in column[:-1])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("PS4 and MP3, in HTML5", ["and", "html5", "in", "mp3", "ps4"]),
        ("2001: a 3D odyssey of 42 u", ["3d", "odyssey", "of"]),
        ("火 と 水, 東京", ["と", "東京", "水", "火"]),
        ("snake_case x", ["case", "snake"]),
    ],
)
def test_words(text: str, words: list[str]) -> None:
    plot = Feature("plot", "text", "plot")
    _, names = dense(items_of(plot, plot=[text, "zzz"]))
    assert sorted(names) == sorted(f"plot={word}" for word in [*words, "zzz"])
