"""From a name, a folder or a file to a dataset, and what is said of a file that is none."""

from __future__ import annotations

import csv
import gzip
import io
import math
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recli import errors
from recli.data.dataset import Dataset
from recli.data.load import load

Read = Callable[..., Dataset]
Refuse = Callable[..., str]
Triples = Callable[[Dataset], list[tuple[str, str, float]]]
Write = Callable[..., Path]

HEADER = "user,item,rating\n"
PLAIN = f"{HEADER}u,a,4\nv,b,2.5\n"
EXPECTED = [("u", "a", 4.0), ("v", "b", 2.5)]
REPOSITORY = Path(__file__).parents[2]
SHARED = REPOSITORY.parent / "shared" / "datasets"


# Files that are no table of ratings


def test_a_missing_file_or_name() -> None:
    with pytest.raises(errors.NotFoundError) as caught:
        load("no/such/ratings.csv")
    message = str(caught.value)
    assert message.startswith("There is no dataset or file 'no/such/ratings.csv'. Give a file, ")
    assert "a folder with a dataset.toml, or one of: " in message
    assert "movielens-small" in message


def test_a_name_nearly_right() -> None:
    with pytest.raises(errors.NotFoundError, match="Did you mean 'movielens-small'\\? .*one of: m"):
        load("movielens-smal")


def test_a_folder_without_a_description(tmp_path: Path) -> None:
    with pytest.raises(errors.DataError, match="is a folder without a dataset.toml"):
        load(str(tmp_path))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"\r\n \r\n\r",
        b"\xef\xbb\xbf",
        b"\xef\xbb\xbf\n",
        b"\xff\xfe",
        "\n\n".encode("utf-16"),
        b"   ",
    ],
)
def test_an_empty_file(refuse: Refuse, content: bytes) -> None:
    expected = "ratings.csv: the file is empty. It should hold a row per rating."
    assert refuse(content) == expected
    assert refuse(gzip.compress(content), "ratings.csv.gz") == expected.replace(".csv", ".csv.gz")


@pytest.mark.parametrize("end", ["", "\n", "\r\n", "\r", "\n\n"])
def test_only_a_header(refuse: Refuse, end: str) -> None:
    expected = "ratings.csv: holds no rating: only the header (user, item, rating)."
    assert refuse(f"user,item,rating{end}") == expected


@pytest.mark.parametrize(
    ("content", "names"), [("rating\n1\n2\n", "rating"), ("1\n2\n3\n", "column1")]
)
def test_one_column(refuse: Refuse, content: str, names: str) -> None:
    message = refuse(content)
    assert message.startswith("ratings.csv: no column for user and item")
    assert f"It has 1 column: {names}. A table of ratings needs user, item and rating" in message
    assert '`user="NAME", item="NAME", rating="NAME"`' in message
    assert "`delimiter`" in message


def test_no_column_of_numbers(refuse: Refuse) -> None:
    message = refuse("name,city\nanna,rome\nbert,oslo\n")
    assert message.startswith(
        "ratings.csv: no column for user and item. It has 2 columns: name, city."
    )


def test_the_wrong_delimiter(refuse: Refuse) -> None:
    assert "It has 1 column" in refuse("user;item;rating\n1;2;3\n", delimiter=",")


@pytest.mark.parametrize(
    ("content", "width"),
    [
        ("user,item,rating,extra\nu,a,1\nv,b,2\n", 3),
        ("user,item,rating\nu,a,1,978300760\nv,b,2,978300760\n", 4),
        ("user,item,rating\nu,a,3,5\nv,b,4,5\n", 4),
    ],
)
@pytest.mark.parametrize("on_bad", ["error", "skip"])
def test_a_header_wider_or_narrower_than_every_row(
    refuse: Refuse, content: str, width: int, on_bad: str
) -> None:
    names = content.splitlines()[0].split(",")
    message = refuse(content, on_bad=on_bad)
    assert message.startswith(
        f"ratings.csv: no row has the {len(names)} columns {', '.join(names)}; "
        f"line 2 has {width} columns where {len(names)} are expected."
    )
    assert "without a name in the header" in message
    assert "decimal comma" in message


def test_a_wide_matrix_is_not_taken_for_a_table_of_ratings(refuse: Refuse, read: Read) -> None:
    rows = [[3, *((user * item) % 7 for item in range(1, 12))] for user in range(1, 5)]
    content = "\n".join(",".join(map(str, row)) for row in rows)
    message = refuse(content)
    assert message.startswith("ratings.csv: has 12 columns of numbers, none of them called rating.")
    assert '`format="jester"`' in message
    dataset = read(content, user="1", item="2", rating="3", duplicates="keep")
    assert len(dataset.ratings) == 4


def test_a_table_with_many_columns_is_one_if_it_has_names_or_text(
    read: Read, triples: Triples
) -> None:
    names = ",".join(f"x{n}" for n in range(20))
    numbers = ",".join(map(str, range(20)))
    named = f"user,item,rating,{names}\nu,a,4,{numbers}\nv,b,2.5,{numbers}\n"
    assert triples(read(named)) == EXPECTED
    words = ",".join(["word"] * 20)
    assert triples(read(f"u,a,{words},4\nv,b,{words},2.5\n")) == EXPECTED


def test_a_file_that_is_no_text(refuse: Refuse) -> None:
    message = refuse(b"PK\x03\x04\x14\x00\x06\x00\x08\x00", "ratings.csv")
    assert message.startswith("ratings.csv: is no text, or not utf-8: there is a character 0 in it")
    assert "Save a sheet of Excel as CSV" in message


def test_a_choice_that_there_is_not(refuse: Refuse) -> None:
    message = refuse(PLAIN, kind=errors.UsageError, on_bad="skipp")
    assert message == "There is no way of on_bad 'skipp'. Did you mean 'skip'? Valid: skip, error."
    message = refuse(PLAIN, kind=errors.UsageError, duplicates="average")
    assert message.startswith("There is no way of duplicates 'average'.")
    assert "There is no format 'xml'." in refuse(PLAIN, kind=errors.UsageError, format="xml")


# Small and flat tables


def test_one_user_one_item_one_rating(read: Read, triples: Triples) -> None:
    assert triples(read(f"{HEADER}u,a,4\nu,b,2\n")) == [("u", "a", 4.0), ("u", "b", 2.0)]
    assert triples(read(f"{HEADER}u,a,4\nv,a,2\n")) == [("u", "a", 4.0), ("v", "a", 2.0)]
    dataset = read(f"{HEADER}u,a,4\n")
    assert triples(dataset) == [("u", "a", 4.0)]
    assert dataset.ratings.scale == (4.0, 4.0)
    assert (dataset.ratings.n_users, dataset.ratings.n_items) == (1, 1)
    assert triples(read("1,10,3")) == [("1", "10", 3.0)]


# Encodings, line ends, quotes, ids


@pytest.mark.parametrize(
    ("encoding", "sniffed"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16"),
        ("latin-1", "latin-1"),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends(
    read: Read, triples: Triples, encoding: str, sniffed: str, end: str
) -> None:
    rows = ["user,item,rating", "zoë,café,4", "", "zoë,ÿ,2.5"]
    dataset = read(end.join(rows).encode(encoding))
    assert triples(dataset) == [("zoë", "café", 4.0), ("zoë", "ÿ", 2.5)]
    assert ("encoding", sniffed, "encoding") in dataset.sniffed
    assert ("header", "yes", "header") in dataset.sniffed


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32", "cp1252", "cp037"])
def test_other_encodings_are_read_when_named(read: Read, triples: Triples, encoding: str) -> None:
    content = f"{HEADER}u,ä,4\n".encode(encoding)
    assert triples(read(content, encoding=encoding)) == [("u", "ä", 4.0)]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_a_byte_that_the_encoding_has_not(refuse: Refuse, end: bytes) -> None:
    content = end.join([b"user,item,rating", b"u,a,4", b"u,caf\xe9,4"])
    assert refuse(content, encoding="utf-8") == (
        "ratings.csv: line 3 is not utf-8 (byte 0xe9). "
        'Say which encoding it is, as in `encoding="latin-1"`.'
    )


def test_latin_1_in_the_last_byte(read: Read, triples: Triples) -> None:
    content = "rating,user,item\n4,u,é".encode("latin-1")
    assert triples(read(content)) == [("u", "é", 4.0)]


@pytest.mark.parametrize(
    ("item", "encoding"),
    [("café", "latin-1"), ("“café” – 5 €", "cp1252"), ("Ирония судьбы, или", "cp1251")],
)
def test_an_encoding_that_shows_late(read: Read, item: str, encoding: str) -> None:
    content = (HEADER + "u,a,4\n" * 20_000).encode() + f'u,"{item}",4\n'.encode(encoding)
    dataset = read(content, duplicates="first")
    assert dataset.ratings.item_ids.text.tolist() == sorted(["a", item])
    assert ("encoding", encoding, "encoding") in dataset.sniffed


def test_lines_of_another_encoding_than_most_are_named(read: Read, refuse: Refuse) -> None:
    content = f"{HEADER}zoë,a,4\nä,b,3\n".encode() + b"jos\xe9,c,2\n"
    assert "  line 4: is not utf-8 (byte 0xe9), as most lines are" in refuse(content)
    dataset = read(content, on_bad="skip")
    assert dataset.ratings.user_ids.text.tolist() == ["zoë", "ä"]
    assert [row.text for row in dataset.bad_rows] == ["jos\\xe9,c,2"]
    assert read(content, encoding="latin-1").ratings.user_ids.text.tolist() == [
        "josé",
        "zoÃ«",
        "Ã¤",
    ]


def test_a_header_of_another_encoding(refuse: Refuse) -> None:
    content = b"user,item,caf\xe9\n" + "zoë,a,4\nä,b,3\n".encode()
    assert refuse(content, header=True) == (
        "ratings.csv: line 1, the header, is not utf-8 (byte 0xe9), as most lines are."
    )


def test_a_character_at_the_end_of_what_is_sniffed(read: Read) -> None:
    for shift in range(4):
        rows = f"{HEADER}{'u' * shift},€€€,4\n" + "".join(f"u{n},€€€,4\n" for n in range(9_000))
        dataset = read(rows, on_bad="skip")
        assert ("encoding", "utf-8", "encoding") in dataset.sniffed
        assert len(dataset.ratings) == 9_000 + bool(shift)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_line_cut_by_the_end_of_what_is_sniffed(read: Read, end: str, encoding: str) -> None:
    rows = [f"{n},{'x' * 10_000}{n},{n % 5}" for n in range(20)]
    dataset = read(end.join(rows).encode(encoding), user="1", item="2", rating="3")
    assert (len(dataset.ratings), dataset.ratings.n_items) == (20, 20)


@pytest.mark.parametrize("encoding", ["klingon", "hex", "rot13"])
def test_an_unknown_encoding(refuse: Refuse, encoding: str) -> None:
    message = refuse(PLAIN, kind=errors.UsageError, encoding=encoding)
    assert message == f"'{encoding}' is not an encoding; utf-8 and latin-1 are usual."


def test_quotes(read: Read, triples: Triples) -> None:
    content = (
        '"user","item","rating"\n"u","one, two",4\n"v","say ""so""","3.5"\n'
        'w,6" nails,1\n"x","a;b|c",2\n'
    )
    assert triples(read(content)) == [
        ("u", "one, two", 4.0),
        ("v", 'say "so"', 3.5),
        ("w", '6" nails', 1.0),
        ("x", "a;b|c", 2.0),
    ]


def test_quotes_mean_nothing_where_two_characters_delimit(read: Read, triples: Triples) -> None:
    content = '1::"Weird Al::4\n2::a, "b"::5\n'
    assert triples(read(content, "ratings.dat")) == [("1", '"Weird Al', 4.0), ("2", 'a, "b"', 5.0)]


IDS = ["007", "7", " 7", "7 ", "7.0", "1e3", "+7", "-7", "00", "NaN", "null", "true", "日本", "é"]


def test_ids_stay_the_text_that_they_are(read: Read, triples: Triples) -> None:
    content = HEADER + "".join(f"{raw},{raw},3\n" for raw in IDS)
    assert triples(read(content)) == [(raw, raw, 3.0) for raw in IDS]


@pytest.mark.parametrize("space", ["\x85", "\u2028", "\x0b", "\x0c", "\x1c"])
def test_only_line_ends_end_lines(read: Read, triples: Triples, space: str) -> None:
    content = f"u{space}x,a,4\nv{space}y,b,3\n"
    assert triples(read(content)) == [(f"u{space}x", "a", 4.0), (f"v{space}y", "b", 3.0)]


# Delimiters, headers, roles


@pytest.mark.parametrize(
    ("delimiter", "shown"),
    [(",", "comma"), (";", "semicolon"), ("\t", "tab"), ("|", "bar"), ("::", "'::'")],
)
@pytest.mark.parametrize("header", [True, False])
@pytest.mark.parametrize("name", ["ratings.csv", "ratings.dat", "ratings"])
def test_delimiters(
    read: Read, triples: Triples, delimiter: str, shown: str, header: bool, name: str
) -> None:
    rows = [["user", "item", "rating"]] * header + [["u", "a", "4"], ["v", "b", "2.5"]]
    dataset = read("\n".join(map(delimiter.join, rows)), name)
    assert triples(dataset) == EXPECTED
    assert ("delimiter", shown, "delimiter") in dataset.sniffed
    assert ("header", "yes" if header else "no", "header") in dataset.sniffed


@pytest.mark.parametrize("delimiter", [" ", "^", "§", "\t\t", "\x1f", "||"])
def test_other_delimiters_are_taken_when_named(
    read: Read, triples: Triples, delimiter: str
) -> None:
    content = PLAIN.replace(",", delimiter)
    assert triples(read(content, delimiter=delimiter)) == EXPECTED


@pytest.mark.parametrize(
    ("field", "value", "what"),
    [
        ("delimiter", "\n", "what stands between cells, no end of a line and no character 0"),
        ("delimiter", "\0", "what stands between cells, no end of a line and no character 0"),
        ("escape", "ab", "a character, no end of a line and no character 0"),
        ("decimal", "\0", "a character, no end of a line and no character 0"),
        ("scale", (0, math.inf), "a list of two numbers, lowest and highest"),
    ],
)
def test_what_cannot_be_so(read: Read, field: str, value: object, what: str) -> None:
    with pytest.raises(errors.UsageError) as raised:
        read(PLAIN, **{field: value})
    assert str(raised.value) == f"`{field}={value!r}` should be {what}."


@pytest.mark.parametrize("form", ["%", "%%", "%H", "%\0"])
def test_a_form_of_dates_that_cannot_be(read: Read, form: str) -> None:
    with pytest.raises(errors.UsageError, match="^`time_format`: '"):
        read(PLAIN, time_format=form)


def test_item_before_user_by_name(read: Read, triples: Triples) -> None:
    assert triples(read("movieId,userId,rating\na,u,4\nb,v,2.5\n")) == EXPECTED


def test_roles_by_name_and_by_position(read: Read, triples: Triples) -> None:
    content = "4,a,u\n2.5,b,v\n"
    assert triples(read(content, user="3", item="2", rating="1")) == EXPECTED
    content = f"what,who,much\n{content}"
    assert triples(read(content, user="much", item="who", rating="what")) == EXPECTED
    assert triples(read(content, user="3", item="who", rating="1")) == EXPECTED


def test_a_name_goes_before_a_position(read: Read, triples: Triples) -> None:
    content = "3,2,1\n4,a,u\n2.5,b,v\n"
    roles = {"user": "1", "item": "2", "rating": "3", "header": True}
    assert triples(read(content, **roles)) == EXPECTED


def test_a_role_given_leaves_the_others_to_sniffing(read: Read, triples: Triples) -> None:
    dataset = read("x,user,rating\nu,a,4\nv,b,2.5\n", user="x", item="user")
    assert triples(dataset) == EXPECTED
    assert [
        what for what, _, option in dataset.sniffed if option in ("user", "item", "rating")
    ] == ["rating"]


@pytest.mark.parametrize("name", ["userr", "0", "4", "-1"])
def test_a_column_that_there_is_not(refuse: Refuse, name: str) -> None:
    message = refuse(PLAIN, user=name)
    assert message.startswith(f"ratings.csv: for the user: There is no column '{name}'.")
    assert "user" in message.partition("Valid: ")[2]


def test_one_column_for_two_roles(refuse: Refuse) -> None:
    message = refuse(PLAIN, user="user", item="1")
    assert message == "ratings.csv: column 'user' cannot be both user and item."


def test_what_was_sniffed_is_told_and_can_be_overruled(read: Read) -> None:
    assert read(PLAIN).sniffed == (
        ("encoding", "utf-8", "encoding"),
        ("delimiter", "comma", "delimiter"),
        ("header", "yes", "header"),
        ("user", "user", "user"),
        ("item", "item", "item"),
        ("rating", "rating", "rating"),
        ("scale", "2.5 to 4", "scale"),
    )
    dataset = read(
        "u,a,4,100\n",
        delimiter=",",
        encoding="utf-8",
        header=False,
        scale=(1.0, 5.0),
        user="1",
        item="2",
        rating="3",
        time="4",
        time_unit="s",
    )
    assert dataset.sniffed == ()


# Packed files


def test_gzip_and_zip(read: Read, triples: Triples) -> None:
    assert triples(read(gzip.compress(PLAIN.encode()), "ratings.csv.gz")) == EXPECTED
    assert triples(read(gzip.compress(PLAIN.encode()), "ratings.CSV.GZ")) == EXPECTED
    dataset = read(packed(**{"sub/": "", "sub/ratings.csv": PLAIN}), "ratings.csv.zip")
    assert triples(dataset) == EXPECTED
    assert dataset.name == "ratings"
    assert triples(read(packed(**{"r.csv": PLAIN, "__MACOSX/._r.csv": "x"}), "r.zip")) == EXPECTED


def test_a_zip_with_several_files(refuse: Refuse) -> None:
    message = refuse(packed(**{"ratings.csv": PLAIN, "movies.csv": "a,b"}), "both.zip")
    assert message == (
        "both.zip: holds 2 files. Name the one that is meant:\n"
        "  both.zip::ratings.csv\n  both.zip::movies.csv"
    )
    assert refuse(packed(), "none.zip").startswith("none.zip: holds 0 files")


@pytest.mark.parametrize("name", ["ratings.csv.gz", "ratings.zip"])
def test_a_damaged_archive(refuse: Refuse, name: str) -> None:
    rows = HEADER + "".join(f"{n},{n * 7919 % 1000},{n % 5}\n" for n in range(50_000))
    content = gzip.compress(rows.encode()) if name.endswith("gz") else packed(r=rows)
    flipped = bytearray(content)
    flipped[len(flipped) // 2] ^= 0xFF
    for damaged in (content[:-9], content[:1000], b"not packed", bytes(flipped)):
        message = refuse(damaged, name)
        assert message.startswith(f"{name}: cannot be unpacked, it may be damaged or cut off: ")


def packed(**members: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return buffer.getvalue()


# Folders, items, real data


ITEMS_TOML = """
[ratings]
file = "ratings.csv"
scale = [1, 5]
[items]
file = "movies.csv"
id = "id"
title = "title"
[items.features]
genres = { kind = "categories" }
"""


def test_items_that_nobody_rated_are_in_the_catalogue(write: Write) -> None:
    write(ITEMS_TOML, "mine/dataset.toml")
    write(f"{HEADER}u,b,4\nu,x,5\n", "mine/ratings.csv")
    write('id,title,genres,length\na,"A, or not",Drama|War,90\nb,B,,\n', "mine/movies.csv")
    path = write("", "mine/empty")
    dataset = load(str(path.parent))
    assert dataset.name == "mine"
    assert dataset.ratings.scale == (1.0, 5.0)
    assert dataset.ratings.item_ids.text.tolist() == ["a", "b", "x"]
    assert (dataset.ratings.n_items, len(dataset.ratings.item_ids)) == (2, 3)
    assert dataset.items is not None
    assert dataset.items.in_table.tolist() == [True, True, False]
    assert dataset.items.columns["genres"].tolist() == ["Drama|War", "", ""]
    # No feature is made of it, but items may be filtered and grouped by it.
    assert dataset.items.columns["length"].tolist() == ["90", "", ""]
    assert dataset.items.columns.keys() == {"genres", "length"}
    assert [dataset.title(code) for code in range(3)] == ["A, or not", "B", ""]


@pytest.mark.parametrize(
    ("movies", "expected"),
    [
        (None, "movies.csv: no such file, although the dataset.toml names it."),
        ("id,title\na,A\n", "movies.csv: There is no column 'genres'."),
        (
            "id,title,genres\na,A,x\nb,B,x\na,C,x\n",
            "movies.csv: items that have a row already:\n  line 4: a",
        ),
        ("id,title,genres\na,A,x\n,B,x\n", "movies.csv: items without an id:\n  line 3"),
        (
            "id,title,genres\na,A,x\nb,B\n",
            "movies.csv: 1 of 2 rows cannot be used:\n  line 3: 2 columns",
        ),
        ("", "movies.csv: the file is empty."),
    ],
)
def test_an_item_table_that_is_wrong(write: Write, movies: str | None, expected: str) -> None:
    folder = write(ITEMS_TOML, "mine/dataset.toml").parent
    write(f"{HEADER}u,b,4\nu,x,5\n", "mine/ratings.csv")
    if movies is not None:
        write(movies, "mine/movies.csv")
    with pytest.raises(errors.DataError) as caught:
        load(str(folder / "dataset.toml"))
    assert str(caught.value).startswith(
        f"{folder / expected.partition(':')[0]}:{expected.partition(':')[2]}"
    )


def test_ratings_that_the_description_names_are_absent(write: Write) -> None:
    folder = write('[ratings]\nfile = "r.csv"', "mine/dataset.toml").parent
    with pytest.raises(
        errors.NotFoundError, match="r.csv: no such file, although the dataset.toml"
    ):
        load(str(folder))


def test_a_dataset_that_was_not_downloaded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RECLI_DATASETS", str(tmp_path))
    with pytest.raises(errors.NotFoundError, match="Fetch it with 'recli data download ml-100k'"):
        load("ml-100k")


def test_the_embedded_movielens_from_anywhere(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    dataset = load()
    ratings = dataset.ratings
    assert dataset.name == "movielens-small"
    assert (ratings.n_users, ratings.n_items, len(ratings)) == (671, 9066, 100_004)
    assert ratings.scale == (0.5, 5.0)
    assert dataset.sniffed == ()
    with (REPOSITORY / "datasets" / "movielens-small" / "ratings.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert ratings.user_ids.text[ratings.users].tolist() == [row["userId"] for row in rows]
    assert ratings.item_ids.text[ratings.items].tolist() == [row["movieId"] for row in rows]
    assert ratings.values.tolist() == [float(row["rating"]) for row in rows]
    assert ratings.times is not None
    assert ratings.times.tolist() == [int(row["timestamp"]) for row in rows]
    assert dataset.title(ratings.item_ids.code("1")) == "Toy Story"


@pytest.mark.parametrize(
    ("file", "users", "items", "n", "scale", "delimiter", "year"),
    [
        ("ml-100k/u.data.gz", 943, 1_682, 100_000, (1, 5), "tab", 1997),
        ("ml-1m-half/ratings.dat.gz", 2_999, 3_615, 487_650, (1, 5), "'::'", 2000),
        ("movietweetings-100k/ratings.dat.gz", 16_554, 10_506, 100_000, (0, 10), "'::'", 2013),
    ],
)
def test_real_files_of_ratings_need_no_description(
    file: str,
    users: int,
    items: int,
    n: int,
    scale: tuple[float, float],
    delimiter: str,
    year: int,
) -> None:
    path = SHARED / file
    if not path.is_file():
        pytest.skip(f"{path} is not here: its licence forbids to ship it")
    dataset = load(str(path))
    ratings = dataset.ratings
    assert (ratings.n_users, ratings.n_items, len(ratings)) == (users, items, n)
    assert ratings.scale == scale
    assert ("delimiter", delimiter, "delimiter") in dataset.sniffed
    assert ratings.times is not None
    assert ratings.times.min().astype("datetime64[s]").astype("datetime64[Y]") == np.datetime64(
        f"{year}"
    )


# Any table, written and read again

WORDS = st.text(
    st.characters(exclude_categories=("Cc", "Cs"), include_characters="\x85"), min_size=1
).filter(lambda word: word.strip())
VALUES = st.floats(1e-100, 1e100) | st.floats(-1e100, -1e-100) | st.just(0.0)


@settings(deadline=None, max_examples=150)
@given(
    rows=st.lists(st.tuples(WORDS, WORDS, VALUES), min_size=1, max_size=20),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    header=st.booleans(),
)
def test_a_table_comes_back_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[str, str, float]],
    delimiter: str,
    end: str,
    encoding: str,
    header: bool,
) -> None:
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator=end)
    writer.writerows([("user", "item", "rating")] * header + rows)
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(buffer.getvalue().encode(encoding))
    overrides = {"delimiter": delimiter, "header": header}
    dataset = load(
        str(path), overrides | {"user": "1", "item": "2", "rating": "3"}, "error", "keep"
    )
    ratings = dataset.ratings
    assert ratings.user_ids.text[ratings.users].tolist() == [user for user, _, _ in rows]
    assert ratings.item_ids.text[ratings.items].tolist() == [item for _, item, _ in rows]
    assert ratings.values.tolist() == [value for _, _, value in rows]


@settings(deadline=None, max_examples=100)
@given(
    rows=st.lists(
        st.tuples(
            st.integers(0, 10**6).map(str),
            st.text("abcXYZ ,;|éß'", min_size=1).filter(str.strip),
            st.sampled_from(["0.5", "1", "2.5", "5"]),
            st.integers(10**9, 2 * 10**9).map(str),
        ),
        min_size=12,
        max_size=40,
    ),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
)
def test_a_table_with_a_header_is_sniffed_right(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[str, str, str, str]],
    delimiter: str,
) -> None:
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter)
    writer.writerows([("when", "film", "stars", "user_id")])
    writer.writerows((time, item, rating, user) for user, item, rating, time in rows)
    path = tmp_path_factory.getbasetemp() / "sniffed.csv"
    path.write_text(buffer.getvalue(), encoding="utf-8", newline="")
    ratings = load(str(path), {}, "error", "keep").ratings
    assert ratings.user_ids.text[ratings.users].tolist() == [row[0] for row in rows]
    assert ratings.item_ids.text[ratings.items].tolist() == [row[1] for row in rows]
    assert ratings.values.tolist() == [float(row[2]) for row in rows]
    assert ratings.times is not None
    assert ratings.times.tolist() == [int(row[3]) for row in rows]


def test_item_tables_have_the_ids_of_ratings_written_otherwise(write: Write) -> None:
    write("user,item,rating\n1,10,4\n2,11,5\n", "r/ratings.csv")
    write("id,title\n10.0,Ten\n11.0,Eleven\n", "r/items.csv")
    toml = '[ratings]\nfile = "ratings.csv"\n[items]\nfile = "items.csv"\ntitle = "title"\n'
    folder = write(toml, "r/dataset.toml").parent
    dataset = load(str(folder))
    assert dataset.ratings.item_ids.text.tolist() == ["10", "11"]
    assert [dataset.title(0), dataset.title(1)] == ["Ten", "Eleven"]
