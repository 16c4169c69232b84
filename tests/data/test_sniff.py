"""Guesses about a bare file."""

from __future__ import annotations

import pytest

from recli.data.columns import sniff


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
        (["1 2 3", "4  5 6"], " "),
        (["user item rating", "u1 i1 3", "u2 i2 6"], " "),
        (["1 2 3\t99", "4 5\t6 99"], " "),
        (["1 2 3,5", "4 5 6,0"], " "),
        (["1\tToy Story", "2\tHeat 2"], "\t"),
        (["1|2 3", "2|4 5"], "|"),
        (["1,2 3,4", "2,4 5,4"], ","),
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
        ([["u", "Game", "NA"], ["v", "Time", "4"]], False),
        ([["u", "a", ""], ["v", "b", "4"]], False),
        ([["1", "10", "five"], ["2", "10", "4"]], False),
        ([["user", "1", "2"], ["1", "5", "4"]], True),
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
        ("zoë".encode("utf-32"), False, "utf-32"),
        ("“zoë” – 5 €".encode("cp1252"), False, "cp1252"),
        ("Die Entdeckung des Himmels; Müller, Jörg; El niño".encode("latin-1"), False, "latin-1"),
        ("Příliš žluťoučký kůň úpěl ďábelské ódy".encode("cp1250"), False, "cp1250"),
        ("Бриллиантовая рука; Иван Васильевич".encode("cp1251"), False, "cp1251"),
        ("Бриллиантовая рука; Иван Васильевич".encode("koi8-r"), False, "koi8_r"),
        ("千と千尋の神隠し; となりのトトロ; 魔女の宅急便".encode("shift-jis"), False, "cp932"),
        ("霸王别姬; 大话西游; 这部电影非常好看".encode("gb18030"), False, "gb18030"),
        (
            "올드보이; 기생충; 살인의 추억; 이 영화는 정말 재미있어요".encode("euc-kr"),
            False,
            "cp949",
        ),
        ("zoë\né\nñ\n".encode() + b"caf\xe9\n", False, "utf-8"),
        ("zoë\n".encode() + b"caf\xe9\n\xe9t\xe9\n", False, "latin-1"),
    ],
)
def test_encodings(head: bytes, cut: bool, encoding: str) -> None:
    assert sniff.encoding(head, cut) == encoding
