"""JSON as the field publishes it: an object a line, an array, dictionaries of Python."""

from __future__ import annotations

import ast
import gzip
import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recli.data.dataset import Dataset
from recli.data.description import RatingsSource
from recli.data.formats._base import TextTable
from recli.data.formats._reader import reader
from recli.data.formats.json_lines import JsonLines
from recli.data.load import load
from recli.data.sources.location import Location

Read = Callable[..., Dataset]
Refuse = Callable[..., str]
Triples = Callable[[Dataset], list[tuple[str, str, float]]]
Write = Callable[..., Path]

# As the reviews of Amazon are published: nested keys, lists, ids as text, seconds since 1970.
REVIEWS = [
    {
        "reviewerID": "A2SUAM1J3GNN3B",
        "asin": "0000013714",
        "reviewerName": 'J. "Jay" McDonald',
        "helpful": [2, 3],
        "style": {"Format:": " Hardcover", "Size:": "XL"},
        "reviewText": "Played in church.\nWell, {it} is \\ fine é",
        "overall": 5.0,
        "unixReviewTime": 1252800000,
        "reviewTime": "09 13, 2009",
    },
    {
        "reviewerID": "007",
        "asin": "B0002E1G5C",
        "helpful": [0, 0],
        "overall": 4.5,
        "verified": True,
        "unixReviewTime": 1393545600,
        "reviewTime": "02 28, 2014",
    },
    {
        "reviewerID": "A1",
        "asin": "0000013714",
        "reviewerName": None,
        "overall": 1,
        "style": {"Format:": " Kindle"},
        "unixReviewTime": 1393545601,
        "reviewTime": "02 28, 2014",
    },
]
RATED = [
    ("A2SUAM1J3GNN3B", "0000013714", 5.0),
    ("007", "B0002E1G5C", 4.5),
    ("A1", "0000013714", 1.0),
]


def lines(objects: list[dict[str, object]]) -> str:
    return "".join(json.dumps(one) + "\n" for one in objects)


def table(path: Path, **options: object) -> TextTable:
    source = RatingsSource(path.name, **options)  # type: ignore[arg-type]
    file = Location(path)
    return reader(file, source).read(file, source)


def rows(found: TextTable) -> list[dict[str, str]]:
    columns = {name: column.to_pylist() for name, column in found.columns.items()}
    return [
        {name: texts[row] for name, texts in columns.items() if texts[row]}
        for row in range(len(found))
    ]


@pytest.mark.parametrize("name", ["reviews.jsonl", "reviews.ndjson", "reviews.json", "reviews.txt"])
def test_an_object_a_line(read: Read, triples: Triples, name: str) -> None:
    dataset = read(lines(REVIEWS), name)
    assert triples(dataset) == RATED
    assert dataset.ratings.times is not None
    assert dataset.ratings.times.tolist() == [1252800000, 1393545600, 1393545601]
    assert ("format", "json-lines", "format") in dataset.sniffed
    assert dataset.notes == ()


def test_packed(write: Write, triples: Triples) -> None:
    path = write(gzip.compress(lines(REVIEWS).encode()), "reviews.json.gz")
    assert triples(load(str(path))) == RATED


def test_nested_keys_and_lists(write: Write) -> None:
    found = table(write(lines(REVIEWS), "reviews.jsonl"))
    assert found.names[:5] == ["reviewerID", "asin", "reviewerName", "helpful", "style.Format:"]
    first, second, third = rows(found)
    assert first["style.Format:"] == " Hardcover"
    assert first["style.Size:"] == "XL"
    assert json.loads(first["helpful"]) == [2, 3]
    assert first["reviewText"] == "Played in church.\nWell, {it} is \\ fine é"
    assert second["verified"] == "1"
    assert set(third) == {
        *("reviewerID", "asin", "overall", "style.Format:", "unixReviewTime", "reviewTime")
    }


def test_roles_by_nested_keys(read: Read, triples: Triples) -> None:
    content = (
        '{"by":{"id":7},"of":{"id":"x"},"stars":4}\n{"by":{"id":8},"of":{"id":"x"},"stars":2}\n'
    )
    dataset = read(content, "r.jsonl", user="by.id", item="of.id")
    assert triples(dataset) == [("7", "x", 4.0), ("8", "x", 2.0)]


def test_ids_stay_what_they_are(write: Write) -> None:
    ids = ["007", "2012-01-01", "2012-01-01 10:00:00", "1e3", "x\u2028y", "NaN", " "]
    assert [
        row["id"] for row in rows(table(write(lines([{"id": i} for i in ids]), "a.jsonl")))
    ] == ids
    numbers = [42, 9007199254740993, 12345678901234567890, -1]
    content = lines([{"id": i} for i in numbers])
    assert [row["id"] for row in rows(table(write(content, "b.jsonl")))] == list(map(str, numbers))
    # What is whole has no point, beside a gap, a half or a text.
    content = '{"id":42,"r":5}\n{"r":4.5}\n{"id":43.0,"r":"x"}\n'
    assert rows(table(write(content, "c.jsonl"))) == [
        {"id": "42", "r": "5"},
        {"r": "4.5"},
        {"id": "43", "r": "x"},
    ]


def test_dates_that_come_late_stay_text(write: Write) -> None:
    """The first block, of which types are taken, has none of them."""
    early = '{"user":"u","date":null,"n":{"day":null}}\n' * 120_000
    late = '{"user":"u","date":"2012-01-01 10:00:00","n":{"day":"2012-01-01"}}\n'
    found = table(write(early + late, "r.jsonl"))
    assert len(found) == 120_001
    assert found.columns["date"][-1].as_py() == "2012-01-01 10:00:00"
    assert found.columns["n.day"][-1].as_py() == "2012-01-01"


def test_types_that_change_between_blocks(write: Write) -> None:
    early, late = '{"user":1,"rating":5}\n' * 200_000, '{"user":"007","rating":4.5}\n'
    found = table(write(early + late, "r.jsonl"))
    assert found.columns["user"].value_counts().to_pylist() == [
        {"values": "1", "counts": 200_000},
        {"values": "007", "counts": 1},
    ]
    assert found.columns["rating"][-1].as_py() == "4.5"


def test_lists_that_begin_with_null(write: Write) -> None:
    content = lines([{"l": [None, 1]}, {"l": [2]}, {"l": [[None, "a"]]}])
    texts = table(write(content, "r.jsonl")).columns["l"].to_pylist()
    assert [json.loads(text) for text in texts] == [[None, 1], [2], [[None, "a"]]]


def test_a_broken_line_is_named(read: Read, refuse: Refuse, triples: Triples) -> None:
    first, second, third = lines(REVIEWS).splitlines()
    content = f"{first}\n\n{second[:30]}\n{third}\n[1, 2]\n{second}{second}\n7\n"
    message = refuse(content, "r.jsonl")
    assert message.splitlines()[0] == "r.jsonl: 4 of 6 rows cannot be used:"
    assert [line.partition(":")[0] for line in message.splitlines()[1:5]] == [
        f"  line {number}" for number in (3, 5, 6, 7)
    ]
    assert "line 5: no object of JSON: it is a list" in message
    dataset = read(content, "r.jsonl", on_bad="skip")
    assert triples(dataset) == [RATED[0], RATED[2]]
    assert [row.line for row in dataset.bad_rows] == [3, 5, 6, 7]


def test_half_a_character_is_no_text(read: Read, triples: Triples) -> None:
    content = '{"user":"\\ud800","item":"a","rating":1}\n{"user":"u","item":"a","rating":2}\n'
    dataset = read(content, "r.jsonl", on_bad="skip")
    assert triples(dataset) == [("u", "a", 2.0)]
    assert "half a character" in dataset.bad_rows[0].reason


def test_several_objects_on_a_line_do_not_shift_the_lines(write: Write) -> None:
    found = table(write('{"a":1}{"a":2}\n\n{"a":3}\n', "r.jsonl"))
    assert (rows(found), found.lines.tolist()) == ([{"a": "3"}], [3])
    assert [row.line for row in found.malformed] == [1]


def test_no_line_is_an_object(refuse: Refuse) -> None:
    message = refuse("[1,2]\n[3,4]\n", "r.jsonl")
    assert message.startswith("r.jsonl: no line is an object of JSON; line 1 has no object of JSON")


# Dictionaries of Python, as the reviews of Steam and the older metadata of Amazon have it

STEAM = """{u'username': u'Chaos "Syren"', u'product_id': u'725280', u'hours': 0.1, u'found': None, \
u'early_access': False, u'recommended': True, u'stars': 4, u'text': u'It\\'s caf\\xe9'}
{'username': '007', 'product_id': '328100', 'hours': 13, 'stars': 2, 'tags': ['Action', "Indie"]}
"""


def test_dictionaries_of_python(read: Read, write: Write, triples: Triples) -> None:
    dataset = read(STEAM, "steam.json", user="username", item="product_id", rating="stars")
    assert triples(dataset) == [('Chaos "Syren"', "725280", 4.0), ("007", "328100", 2.0)]
    assert dataset.notes == (
        "2 of 2 lines are dictionaries of Python, not JSON; they were read as literals.",
    )
    first, second = rows(table(write(STEAM, "steam.json")))
    assert first["text"] == ast.literal_eval(STEAM.splitlines()[0])["text"] == "It's café"
    assert (first["early_access"], first["recommended"]) == ("0", "1")
    assert "found" not in first
    assert json.loads(second["tags"]) == ["Action", "Indie"]


def test_python_is_never_evaluated(read: Read, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    evil = f"{{'username': open({str(mark)!r}, 'w'), 'product_id': '1', 'stars': 1}}\n"
    dataset = read(
        STEAM + evil, "s.json", "skip", user="username", item="product_id", rating="stars"
    )
    assert [row.line for row in dataset.bad_rows] == [3]
    assert not mark.exists()


# An array of objects


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("wrap", [lambda rows: rows, lambda rows: {"n": 3, "ratings": rows}])
@pytest.mark.parametrize("name", ["r.json", "r", "r.jsonl"])
def test_an_array_of_objects(
    read: Read, triples: Triples, indent: int | None, wrap: Callable[..., object], name: str
) -> None:
    options = {"format": "json"} if name == "r.jsonl" else {}
    dataset = read(json.dumps(wrap(REVIEWS), indent=indent), name, **options)
    assert triples(dataset) == RATED
    assert dataset.ratings.times is not None


def test_json_that_is_no_array_of_objects(refuse: Refuse) -> None:
    assert "holds no array of objects" in refuse("[]", "r.json")
    assert "holds no array of objects" in refuse('{"user": 1, "item": 2}', "r.json")
    assert "holds no array of objects" in refuse("[[1, 2, 3]]", "r.json")
    assert "several arrays of objects: a, b" in refuse('{"a": [{}], "b": [{}]}', "r.json")
    message = refuse('[{"user": 1},\n {"user": 2,]', "r.json")
    assert message.startswith("r.json: is no JSON: ")
    assert "(line 2, column " in message
    assert "half a character" in refuse('[{"user": "\\udfff"}]', "r.json")
    assert refuse("[" * 100_000, "r.json").endswith("nested too deep to be a table.")


# Whatever the types, both ways of reading give the same table

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(-1e6, 1e6).map(lambda x: round(x, 3))
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=4)
    | st.sampled_from(["007", "2012-01-01", "2012-01-01 10:00:00", "[1]", "1.0"]),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=4,
)
objects = st.dictionaries(
    st.sampled_from(["a", "b", "c"]),
    values | st.dictionaries(st.sampled_from(["d", "e"]), values, max_size=2),
    max_size=3,
)


def expected(one: dict[str, object], prefix: str = "") -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in one.items():
        if isinstance(value, dict):
            found |= expected(value, f"{prefix}{key}.")
        elif isinstance(value, bool):
            found[prefix + key] = str(int(value))
        elif isinstance(value, float):
            found[prefix + key] = value
        elif value is not None and value not in ("", []):
            found[prefix + key] = value if isinstance(value, (str, list)) else str(value)
    return found


@pytest.mark.parametrize("written", ["[9223372036854775809]", "[[1], [18446744073709551616]]"])
def test_large_numbers_in_lists_keep_their_digits(write: Write, written: str) -> None:
    path = write(f'{{"user": 1, "tags": {written}}}\n', "r.jsonl")
    found = JsonLines().read(Location(path), RatingsSource(path.name))
    assert found.columns["tags"].to_pylist() == [written]


@given(st.lists(objects, min_size=1, max_size=5))
def test_values_of_any_kind(tmp_path_factory: pytest.TempPathFactory, some: list[dict]) -> None:  # type: ignore[type-arg]
    path = tmp_path_factory.mktemp("json") / "r.jsonl"
    path.write_text(lines(some), encoding="utf-8", newline="\n")
    found = JsonLines().read(Location(path), RatingsSource(path.name))
    assert found.lines.tolist() == list(range(1, len(some) + 1))
    for row, one in zip(rows(found), some, strict=True):
        wanted = expected(one)
        assert row.keys() == wanted.keys()
        for name, value in wanted.items():
            if isinstance(value, list):
                assert json.loads(row[name]) == value
            elif isinstance(value, float):
                assert float(row[name]) == value
            else:
                assert row[name] == value


def test_many_lines_against_the_standard_library(write: Write) -> None:
    rng = random.Random(0)
    made = [
        {
            "user_id": rng.choice([7, "007"]) if row % 50 == 0 else str(rng.randrange(99)),
            "business": {"id": rng.randrange(10**6), "tags": rng.sample("abcde", rng.randrange(4))},
            "stars": rng.choice([1, 2.5, 4.0]),
            "date": f"2016-03-{1 + row % 28:02} 16:21:37",
        }
        for row in range(500)
    ]
    content = lines(made)
    for text in (content, content.replace("007", "8").replace('"user_id": 7', '"user_id": "7"')):
        by_hand = [json.loads(line) for line in text.splitlines()]
        found = table(write(text, "r.jsonl"))
        assert found.columns["user_id"].to_pylist() == [str(one["user_id"]) for one in by_hand]
        assert found.columns["business.id"].to_pylist() == [
            str(one["business"]["id"]) for one in by_hand
        ]
        tags = [json.loads(cell or "[]") for cell in found.columns["business.tags"].to_pylist()]
        assert tags == [one["business"]["tags"] for one in by_hand]
        assert found.columns["date"].to_pylist() == [one["date"] for one in by_hand]


@pytest.mark.parametrize("name", ["r.jsonl", "r.json"])
def test_types_that_mongodb_wraps_around_values(read: Read, triples: Triples, name: str) -> None:
    """As `mongoexport` writes it, in its canonical form and in its relaxed one."""
    ratings = [{"$numberInt": "3"}, {"$numberDouble": "2.5"}, 4]
    times = [
        {"$date": {"$numberLong": "1577836800000"}},
        {"$date": {"$numberLong": "1577836801000"}},
        {"$date": {"$numberLong": "1577836802000"}},
    ]
    found = [
        {"_id": {"$oid": f"{row:024x}"}, "user": f"u{row}", "item": "i", "rating": r, "ts": t}
        for row, (r, t) in enumerate(zip(ratings, times, strict=True))
    ]
    content = lines(found) if name.endswith("l") else json.dumps(found)
    dataset = read(content, name)
    assert triples(dataset) == [("u0", "i", 3.0), ("u1", "i", 2.5), ("u2", "i", 4.0)]
    assert dataset.ratings.times is not None
    assert dataset.ratings.times.tolist() == [1_577_836_800, 1_577_836_801, 1_577_836_802]
