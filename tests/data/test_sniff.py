"""Guesses about a bare file."""

from __future__ import annotations

import pytest

from recli.data import sniff


@pytest.mark.parametrize(
    ("lines", "delimiter"),
    [
        (["1,2,3", "4,5,6"], ","),
        (["1::2::3::4", "5::6::7::8"], "::"),
        (["1|a,b|3", "4|c,d|6"], "|"),
        (["1;Hello, World;4", "2;Good, Bye;3"], ";"),
        (["1\tone, two, three\t4", "2\tfour\t3"], "\t"),
        (["1,Toy Story,Animation|Children", "2,Heat,Crime|Drama"], ","),
        (["1::Toy Story::Animation|Children", "2::Heat::Crime|Drama"], "::"),
        (['1,"a;b;c",4', '2,"d;e;f",3'], ","),
        (['"1";"a,b";"4"', '"2";"c,d";"3"'], ";"),
        (["id\ttitle", "1\tYes, No", "2\tMaybe"], "\t"),
        (["u,a,1", "u,b,2", "u,c", "u,d,3"], ","),
        (["1::Star Wars: Episode IV::4", "2::Alien: 3::5"], "::"),
    ],
)
def test_the_delimiter_cuts_lines_alike(lines: list[str], delimiter: str) -> None:
    assert sniff.delimiter(lines) == delimiter


@pytest.mark.parametrize("line", ["x", "", '"', "a b c"])
def test_one_column_has_some_delimiter(line: str) -> None:
    assert sniff.cells([line], sniff.delimiter([line])) in ([[line]], [[""]], [[]])


def test_lines_with_something_on_them() -> None:
    assert sniff.filled(["", "a", "  ", " b ", "\t\t"]) == ["a", " b ", "\t\t"]


@pytest.mark.parametrize(
    ("rows", "header"),
    [
        ([["userId", "movieId", "rating"], ["1", "2", "3"]], True),
        ([["User-ID", "ISBN", "Book-Rating"], ["a", "b", "c"]], True),
        ([["id", "title", "genres"], ["a", "b", "c"]], True),
        ([["who", "what", "much"], ["u", "a", "3"]], True),
        ([["person", "gender"], ["ann", "f"]], True),
        ([["", "who", "what"], ["0", "u", "a"]], True),
        ([["1", "2", "3"], ["4", "5", "6"]], False),
        ([["u", "a", "3"], ["v", "b", "4"]], False),
        ([["u", "Game", "3"], ["v", "Time", "4"]], False),
        ([["a", "b", "c"], ["d", "e", "f"]], False),
        ([["user", "item", "rating"]], True),
        ([["1", "2", "3"]], False),
    ],
)
def test_a_header_has_known_names_or_no_number_above_numbers(
    rows: list[list[str]], header: bool
) -> None:
    assert sniff.header(rows) is header


@pytest.mark.parametrize(
    ("rows", "header", "names"),
    [
        ([["user", " item ", "rating"]], True, ("user", "item", "rating")),
        ([["x", "x", ""]], True, ("x", "column2", "column3")),
        ([["column2", "x", "column3"]], True, ("column1", "x", "column3")),
        ([["1", "2"], ["3", "4", "5"], ["6", "7", "8"]], False, ("column1", "column2", "column3")),
        ([["a", "b"], ["3", "4", "5"], ["6", "7", "8"]], True, ("a", "b")),
    ],
)
def test_names_are_those_of_the_header_and_differ(
    rows: list[list[str]], header: bool, names: tuple[str, ...]
) -> None:
    assert sniff.names(rows, header) == names


@pytest.mark.parametrize(
    ("head", "cut", "encoding"),
    [
        (b"", False, "utf-8"),
        (b"user", False, "utf-8"),
        (b"\xef\xbb\xbfuser", False, "utf-8"),
        ("zoë".encode(), False, "utf-8"),
        ("zoë".encode("latin-1"), False, "latin-1"),
        ("zoë".encode("latin-1") + b",a,4\n", True, "latin-1"),
        ("u,€".encode()[:-1], True, "utf-8"),
        ("u,€".encode()[:-1], False, "cp1252"),
        ("u,😀".encode()[:-3], True, "utf-8"),
        ("zoë".encode("utf-16"), False, "utf-16"),
        ("\ufeffzoë".encode("utf-16-be"), True, "utf-16"),
    ],
)
def test_encodings(head: bytes, cut: bool, encoding: str) -> None:
    assert sniff.encoding(head, cut) == encoding
