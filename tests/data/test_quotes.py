"""Quotes that enclose cells and quotes that are text; no record is lost."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from recli import errors
from recli.data.dataset import Dataset
from recli.data.description import RatingsSource
from recli.data.formats._base import TextTable
from recli.data.formats.delimited import Delimited
from recli.data.sources.location import Location

Read = Callable[..., Dataset]
Refuse = Callable[..., str]
Triples = Callable[[Dataset], list[tuple[str, str, float]]]
Write = Callable[..., Path]

STRAY = (
    'user\titem\trating\tnote\n1\t1\t5\tfine\n1\t2\t4\t"Loved it\n2\t1\t3\tok\n2\t2\t2\tok\n'
    '3\t1\t1\tso "so"\n3\t2\t4\t"Great" he said\n4\t1\t5\tok\n'
)


def told(dataset: Dataset) -> dict[str, str]:
    return {what: value for what, value, _ in dataset.sniffed}


@pytest.fixture
def table(write: Write) -> Callable[..., TextTable]:
    """The text in a file, and what is malformed in it."""

    def table(content: str, **options: object) -> TextTable:
        path = write(content)
        return Delimited().read(Location(path), RatingsSource(file=path.name, **options))

    return table


def cells(table: TextTable, name: str) -> list[str]:
    return table.columns[name].to_pylist()


def test_stray_quotes_swallow_no_row(read: Read, triples: Triples) -> None:
    dataset = read(STRAY)
    assert triples(dataset) == [
        ("1", "1", 5.0),
        ("1", "2", 4.0),
        ("2", "1", 3.0),
        ("2", "2", 2.0),
        ("3", "1", 1.0),
        ("3", "2", 4.0),
        ("4", "1", 5.0),
    ]
    assert ("quote", "none", "quote") in dataset.sniffed
    assert dataset.bad_rows == dataset.notes == ()


def test_stray_quotes_are_part_of_the_text(table: Callable[..., TextTable]) -> None:
    notes = ["fine", '"Loved it', "ok", "ok", 'so "so"', '"Great" he said', "ok"]
    assert cells(table(STRAY), "note") == notes
    assert cells(table(STRAY, quote="none"), "note") == notes


def test_quotes_that_have_to_enclose_make_stray_ones_malformed(read: Read, refuse: Refuse) -> None:
    assert refuse(STRAY, quote="double") == (
        "ratings.csv: 2 of 3 rows cannot be used:\n"
        "  line 3: a quote that opens there is closed on line 6, over lines that look like rows\n"
        "  line 7: a quote that opens there is never closed, up to line 8\n"
        'Mend the file, or set such rows aside with `on_bad="skip"`.'
    )
    dataset = read(STRAY, quote="double", on_bad="skip")
    assert len(dataset.ratings) == 1
    assert [row.text.count("\n") for row in dataset.bad_rows] == [3, 1]


MIXED = (
    'user,item,rating,note\n1,1,5,"fine, really"\n1,2,4,"Loved it\n2,1,3,ok\n2,2,2,"so, so"\n'
    '3,1,1,"Great.\nI loved it, really.\n\nBuy it!"\n3,2,1,"cut, off\n4,1,5,ok\n'
)


def test_stray_quotes_beside_quotes_that_enclose(
    table: Callable[..., TextTable], refuse: Refuse
) -> None:
    found = table(MIXED)
    assert cells(found, "note") == [
        *(
            "fine, really",
            '"Loved it',
            "ok",
            "so, so",
            "Great.\nI loved it, really.\n\nBuy it!",
            "ok",
        )
    ]
    assert found.lines.tolist() == [2, 3, 4, 5, 6, 11]
    assert found.found["quote"] == "auto"
    (note,) = found.notes
    assert note.startswith(
        "Quotes enclose cells; on 1 line (the first: 3) a quote begins a cell and"
    )
    assert [(row.line, row.text) for row in found.malformed] == [(10, '3,2,1,"cut, off')]
    assert refuse(MIXED).splitlines()[1] == (
        "  line 10: 5 columns where 4 are expected; a quote that opens there is not closed before "
        "line 11, a row"
    )


def test_a_text_over_several_lines_is_a_cell(read: Read, table: Callable[..., TextTable]) -> None:
    for first, second in (('"u,1', 'v",2'), ("1", "2"), ('"a ""b""\n\nc"', '"d\n"')):
        content = f"note,user,item,rating\n{first},1,2,3\n{second},2,2,5\n"
        if "1" in first[1:]:
            content = 'note,user,item,rating\n"u,1\nv",1,2,3\n"2\n",2,2,5\n'
        expected = [row[0] for row in csv.reader(content.splitlines(keepends=True))][1:]
        assert cells(table(content), "note") == expected
        assert len(read(content).ratings) == 2
    assert told(read(content))["quote"] == "double"


def test_a_row_without_a_rating_is_no_part_of_a_text(table: Callable[..., TextTable]) -> None:
    content = 'user,item,rating,note\n1,1,5,x\n1,2,4,"so\n2,1,NA,ok\n2,2,NA,or "so"\n3,3,3,x\n'
    assert cells(table(content), "note") == ["x", '"so', "ok", 'or "so"', "x"]


def test_a_wrong_number_of_columns_over_several_lines(refuse: Refuse) -> None:
    content = 'user,item,rating,note\n1,1,5,x\n1,2,"a\nb"\n1,3,4,y\n'
    assert refuse(content).splitlines()[1] == (
        "  line 3: 3 columns where 4 are expected; a quote that opens there is closed on line 4"
    )


def test_reviews_with_stray_quotes_lose_nothing(read: Read) -> None:
    rng = random.Random(0)
    stray = set(rng.sample(range(20_000), 100))
    rows = []
    for n in range(20_000):
        note = rng.choice(["fine", "so so", "not for me", '6" wide', 'he said "yes"'])
        if n in stray:
            note = rng.choice([f'"{note}', f'"{note}" indeed', f'"a" and "b" {note}'])
        rows.append(f"{n // 50},{n % 50},{n % 5 + 1},{note}")
    dataset = read("user,item,rating,note\n" + "\n".join(rows))
    assert len(dataset.ratings) == 20_000
    assert dataset.ratings.values.tolist() == [n % 5 + 1 for n in range(20_000)]
    assert dataset.bad_rows == ()


def test_many_quoted_rows_among_which_some_are_not(read: Read) -> None:
    rows = [f'"{n}";"a;{n % 3}";"{n % 5}"' for n in range(300_000)]
    rows[7], rows[299_999] = '7;"a;0;2', '299999;"a;1";4'
    dataset = read("\n".join(rows), on_bad="skip")
    assert len(dataset.ratings) == 299_999
    assert dataset.ratings.item_ids.text.tolist() == ["a;0", "a;1", "a;2"]
    assert [(row.line, row.text) for row in dataset.bad_rows] == [(8, '7;"a;0;2')]


@pytest.mark.parametrize(
    ("content", "quote", "items"),
    [
        ("1,a\\,b,3\n2,c\\\\,4\n", None, ["a,b", "c\\"]),
        ('1,"a\\"b",3\n2,"c"",d",4\n', "double", ['a"b', 'c",d']),
        ('1,"a\\,b",3\n2,\\"c,4\n', "none", ['"a,b"', '"c']),
    ],
)
def test_an_escape_takes_what_follows_literally(
    read: Read, triples: Triples, content: str, quote: str | None, items: list[str]
) -> None:
    dataset = read("user,item,rating\n" + content, escape="\\", quote=quote)
    assert [item for _, item, _ in triples(dataset)] == items


@pytest.mark.parametrize("quote", ["auto", "double", "none"])
@pytest.mark.parametrize("above", ["", "\n", "# a, b\n\n"])
@pytest.mark.parametrize(
    "header", ['user,item,rating,"note', '"user",item,"rating,note', "x", '"user', '"a","b']
)
def test_a_header_takes_no_row_along(
    table: Callable[..., TextTable], header: str, above: str, quote: str
) -> None:
    rows = "1,1,5,x\n1,2,4,y\n2,1,3,z\n"
    names = ("user", "item", "rating", "note")
    found = table(f"{above}{header}\n{rows}", header=True, columns=names, quote=quote)
    assert cells(found, "note") == ["x", "y", "z"]
    assert found.malformed == []


def test_an_escape_that_nobody_named(read: Read, refuse: Refuse) -> None:
    content = '"1";"The \\"Myth\\"; I";"5"\n"2";"b";"4"\n"3";"c";"4"\n'
    message = refuse(content, user="1", item="2", rating="3")
    assert "  line 1: 4 columns where 3 are expected; if \\ takes the quote after it" in message
    dataset = read(content, user="1", item="2", rating="3", escape="\\")
    assert dataset.ratings.item_ids.text.tolist() == ['The "Myth"; I', "b", "c"]


@pytest.mark.parametrize(
    ("content", "quote"),
    [
        ("1,a,3\n2,b,4\n", None),
        ('1,6" nails,3\n2,b,4\n', "none"),
        ('1,"a",3\n2,b,4\n', "double"),
        ('user,item,rating\n1,"a\n2",3\n2,b,4\n', "double"),
    ],
)
def test_what_quotes_are_is_told_where_there_are_some(
    read: Read, content: str, quote: str | None
) -> None:
    assert told(read(content, on_bad="skip")).get("quote") == quote
    assert "quote" not in told(read(content, quote="none", on_bad="skip"))


# Any file: every line is used or set aside

DELIMITERS = [",", ";", "\t", "|", "::", " "]
NOTES = st.lists(st.text("\"ab1 ,;|\t:\\'é#@%", max_size=8), min_size=1, max_size=25)


@settings(deadline=None, max_examples=400)
@given(
    notes=NOTES,
    delimiter=st.sampled_from(DELIMITERS),
    quote=st.sampled_from(["auto", "double", "none"]),
    place=st.integers(0, 3),
    header=st.booleans(),
)
@example(['"a', 'b"'], ",", "auto", 3, False)
@example(['"', '""', '"""', '""""'], ",", "auto", 0, True)
@example(['"'], " ", "double", 1, True)
def test_every_line_is_used_or_set_aside(
    tmp_path_factory: pytest.TempPathFactory,
    notes: list[str],
    delimiter: str,
    quote: str,
    place: int,
    header: bool,
) -> None:
    names = ("user", "item", "rating", "note")
    rows = [[str(n), str(n % 3), str(n % 5)] for n in range(len(notes))]
    for row, note in zip(rows, notes, strict=True):
        row.insert(place, note)
    lines = [delimiter.join(row) for row in [names] * header + rows]
    path = tmp_path_factory.getbasetemp() / "quotes.csv"
    path.write_bytes("\n".join(lines).encode())
    source = RatingsSource(
        file=path.name, delimiter=delimiter, header=header, columns=names, quote=quote
    )
    try:
        table = Delimited().read(Location(path), source)
    except errors.DataError as error:
        assert "no row has the 4 columns" in str(error)
        return
    covered: list[int] = [1] * header
    for n, start in enumerate(table.lines.tolist()):
        row = [column[n].as_py() for column in table.columns.values()]
        height = 1 + sum(cell.count("\n") for cell in row)
        covered += range(start, start + height)
        if height == 1 and '"' not in lines[start - 1]:
            cut = lines[start - 1].split(None if delimiter == " " else delimiter)
            assert row == cut
    for bad in table.malformed:
        height = 1 + bad.text.count("\n")
        assert [line.split() for line in bad.text.split("\n")] == [
            line.split() for line in lines[bad.line - 1 : bad.line - 1 + height]
        ]
        covered += range(bad.line, bad.line + height)
    # Comments are left out, with a note: lines of another width that begin with a mark.
    n_comments = sum(int(note.split()[0]) for note in table.notes if "comment" in note)
    left = sorted(set(range(1, len(lines) + 1)) - set(covered))
    assert len(covered) == len(set(covered))
    assert len(left) == n_comments
    assert all(lines[n - 1].lstrip()[0] in "#@%" for n in left)
    if quote == "none" and not n_comments:
        wide = [
            n
            for n, line in enumerate(lines, 1)
            if len(line.split(delimiter if delimiter != " " else None)) == 4
        ]
        assert table.lines.tolist() == wide[header:]


# A line with as many delimiters as a row has might be one; a space as a delimiter means tabs, too.
BY_THE_BOOK = st.text("\"ab ,;|\t:\n'é", max_size=8).filter(
    lambda note: all(
        sum(map(line.count, signs)) < 3 for line in note.split("\n") for signs in (" \t", *",;|:")
    )
)


@settings(deadline=None, max_examples=200)
@given(
    notes=st.lists(BY_THE_BOOK, min_size=1, max_size=25),
    delimiter=st.sampled_from(DELIMITERS),
    quote=st.sampled_from(["auto", "double"]),
    all_quoted=st.booleans(),
)
def test_what_was_quoted_by_the_book_is_read_by_it(
    tmp_path_factory: pytest.TempPathFactory,
    notes: list[str],
    delimiter: str,
    quote: str,
    all_quoted: bool,
) -> None:
    def quoted(cell: str) -> str:
        doubled = cell.replace('"', '""')
        plain = cell and not set(cell) & set(f'"\n\t {delimiter}') and not all_quoted
        return cell if plain else f'"{doubled}"'

    rows = [[str(n), str(n % 3), str(n % 5), note] for n, note in enumerate(notes)]
    path = tmp_path_factory.getbasetemp() / "quoted.csv"
    path.write_bytes("".join(delimiter.join(map(quoted, row)) + "\n" for row in rows).encode())
    source = RatingsSource(
        file=path.name,
        delimiter=delimiter,
        header=False,
        columns=("user", "item", "rating", "note"),
        quote=quote,
    )
    table = Delimited().read(Location(path), source)
    assert table.malformed == []
    assert table.columns["note"].to_pylist() == notes
    assert table.columns["user"].to_pylist() == [row[0] for row in rows]
