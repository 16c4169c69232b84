"""File formats besides text with delimiters: Parquet, and the wide matrix of Jester."""

from __future__ import annotations

import datetime
import io
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
import pytest
import xlwt

from recli import errors, registry
from recli.data.dataset import Dataset
from recli.data.formats._base import Format
from recli.data.load import load

Read = Callable[..., Dataset]
Refuse = Callable[..., str]
Triples = Callable[[Dataset], list[tuple[str, str, float]]]
Write = Callable[..., Path]
SHARED = Path(__file__).parents[2].parent / "shared" / "datasets"


@pytest.mark.parametrize("name", registry.names("format"))
def test_every_format_says_what_it_is(name: str) -> None:
    kind = registry.get("format", name)
    assert issubclass(kind, Format)
    assert kind.summary
    assert all(suffix.startswith(".") and suffix.islower() for suffix in kind.suffixes)


def test_no_two_formats_claim_a_suffix() -> None:
    claimed = [
        s for name in registry.names("format") for s in registry.get("format", name).suffixes
    ]
    assert len(claimed) == len(set(claimed))


# Parquet


def parquet(**columns: object) -> bytes:
    buffer = io.BytesIO()
    pa.parquet.write_table(pa.table(columns), buffer)
    return buffer.getvalue()


def test_parquet(read: Read, triples: Triples) -> None:
    content = parquet(
        item=["a", "b", "007"],
        user=pa.array([42, 7, 42], pa.int64()),
        rating=pa.array([4, 2.5, 0.1], pa.float64()),
        timestamp=pa.array([1_577_836_800, 0, -1], pa.int64()),
    )
    for options in (
        {"name": "ratings.parquet"},
        {"name": "r.pq"},
        {"name": "r", "format": "parquet"},
    ):
        dataset = read(content, **options)
        assert triples(dataset) == [("42", "a", 4.0), ("7", "b", 2.5), ("42", "007", 0.1)]
        assert dataset.ratings.user_ids.integers
        assert dataset.ratings.times is not None
        assert dataset.ratings.times.tolist() == [1_577_836_800, 0, -1]
    assert dataset.sniffed[0][0] == "user"


@pytest.mark.parametrize(
    "ids",
    [
        pa.array([42, 7], pa.int32()),
        pa.array([42, 7], pa.uint8()),
        pa.array([42.0, 7.0], pa.float64()),  # what pandas makes of integers beside a null
        pa.array(["42", "7"], pa.large_string()),
        pa.array(["42", "7"]).dictionary_encode(),
        pa.array([b"42", b"7"], pa.binary()),
    ],
    ids=lambda array: str(array.type),
)
def test_ids_of_any_type_become_the_same_text(read: Read, triples: Triples, ids: pa.Array) -> None:
    content = parquet(user=ids, item=["a", "b"], rating=[1, 2])
    assert triples(read(content, "r.parquet")) == [("42", "a", 1.0), ("7", "b", 2.0)]


@pytest.mark.parametrize(
    ("times", "unit"),
    [
        (pa.array([1_577_836_800, 1_577_836_801], pa.timestamp("s")), "s"),
        (pa.array([1_577_836_800_999, 1_577_836_801_000], pa.timestamp("ms")), "ms"),
        (pa.array([1_577_836_800 * 10**6 + 1, -1], pa.timestamp("us", "Europe/Berlin")), "us"),
        (pa.array([1_577_836_800 * 10**9 + 1, -1], pa.timestamp("ns", "UTC")), "ns"),
        (pa.array([1_577_836_800_001, 1_577_836_801_000], pa.int64()), "ms"),
    ],
    ids=lambda value: str(value.type) if isinstance(value, pa.Array) else "",
)
def test_timestamps(read: Read, times: pa.Array, unit: str) -> None:
    dataset = read(parquet(user=[1, 2], item=[1, 2], rating=[1, 2], time=times), "r.parquet")
    assert dataset.ratings.times is not None
    assert dataset.ratings.times.tolist() == times.cast(pa.int64()).to_pylist()
    assert dataset.ratings.time_unit == unit


def test_dates(read: Read) -> None:
    days = pa.array([datetime.date(2020, 1, 1), datetime.date(1969, 12, 31)])
    dataset = read(parquet(user=[1, 2], item=[1, 2], rating=[1, 2], date=days), "r.parquet")
    assert dataset.ratings.times is not None
    assert dataset.ratings.times.tolist() == [1_577_836_800, -86_400]


def test_nulls_are_bad_rows(read: Read, refuse: Refuse, triples: Triples) -> None:
    content = parquet(
        user=[1, None, 3, 4], item=["a", "b", None, "d"], rating=[1.0, 2.0, 3.0, None]
    )
    assert refuse(content, "r.parquet").splitlines()[:4] == [
        "r.parquet: 3 of 4 rows cannot be used:",
        "  line 2: the user is empty",
        "  line 3: the item is empty",
        "  line 4: the rating is empty",
    ]
    assert triples(read(content, "r.parquet", on_bad="skip")) == [("1", "a", 1.0)]


def test_not_a_number_in_parquet(refuse: Refuse) -> None:
    content = parquet(user=[1, 2], item=[1, 2], rating=[float("nan"), float("inf")])
    assert refuse(content, "r.parquet").splitlines()[1:3] == [
        "  line 1: the rating is empty",
        "  line 2: rating 'inf' is not a finite number",
    ]


def test_columns_that_can_play_no_role_do_not_matter(read: Read, triples: Triples) -> None:
    content = parquet(
        tags=[["x"], []], more=[{"a": 1}, {"a": 2}], user=[1, 2], item=["a", "b"], rating=[1, 2]
    )
    assert triples(read(content, "r.parquet")) == [("1", "a", 1.0), ("2", "b", 2.0)]


def test_columns_of_one_name(read: Read, triples: Triples) -> None:
    buffer = io.BytesIO()
    arrays = [pa.array([1, 2]), pa.array([3, 4]), pa.array([5, 4])]
    pa.parquet.write_table(pa.table(arrays, names=["user", "user", "rating"]), buffer)
    dataset = read(buffer.getvalue(), "r.parquet")
    assert triples(dataset) == [("1", "3", 5.0), ("2", "4", 4.0)]


def test_parquet_without_rows_or_columns(refuse: Refuse) -> None:
    empty = pa.array([], pa.int64())
    message = refuse(parquet(user=empty, item=empty, rating=empty), "r.parquet")
    assert message == "r.parquet: holds no rating: no row (user, item, rating)."
    assert "no column for item. It has 1 column: user." in refuse(parquet(user=[1]), "r.parquet")
    assert "It has 0 columns" in refuse(parquet(), "r.parquet")


@pytest.mark.parametrize("content", [b"user,item,rating\n1,2,3\n", b"PAR1PAR1"])
def test_what_is_no_parquet(refuse: Refuse, content: bytes) -> None:
    assert refuse(content, "r.parquet").startswith("r.parquet: cannot be read as Parquet: ")


def test_parquet_that_is_cut_off(refuse: Refuse) -> None:
    content = parquet(user=[1], item=[1], rating=[1])[:-20]
    assert refuse(content, "r.parquet").startswith("r.parquet: cannot be read as Parquet: ")


# Jester

WIDE = "3,-7.82,8.79,99,0\n1,99,99.0,99,-10\n0,99,99,99,99\n1,,1,99, \n"
RATED = [
    ("1", "1", -7.82),
    ("1", "2", 8.79),
    ("1", "4", 0.0),
    ("2", "4", -10.0),
    ("4", "2", 1.0),
]


def test_a_wide_matrix(read: Read, triples: Triples) -> None:
    dataset = read(WIDE, format="jester")
    assert triples(dataset) == RATED
    assert dataset.ratings.scale == (-10.0, 8.79)
    assert [what for what, _, _ in dataset.sniffed] == ["user", "item", "rating", "scale"]
    assert triples(read(WIDE.replace(",", ";"), format="jester")) == RATED
    assert triples(read("n,j1,j2,j3,j4\n" + WIDE, format="jester")) == RATED


def test_another_value_for_no_rating(write: Write, triples: Triples) -> None:
    toml = '[ratings]\nfile = "wide.csv"\nformat = "jester"\nmissing = -1.0\nscale = [0, 100]\n'
    write(toml, "wide/dataset.toml")
    dataset = load(str(write("2,99,-1,5\n1,-1,-1.0,0\n", "wide/wide.csv").parent))
    assert triples(dataset) == [("1", "1", 99.0), ("1", "3", 5.0), ("2", "3", 0.0)]


def test_bad_cells_and_rows_of_a_wide_matrix(read: Read, refuse: Refuse, triples: Triples) -> None:
    content = "2,1,2\n2,x,3\n1,99\n3,1,2\n\n1,99,4\nu,1,2\n"
    message = refuse(content, format="jester")
    assert message.splitlines()[1:5] == [
        "  line 2: rating 'x' is not a finite number",
        "  line 3: 2 columns where 3 are expected",
        "  line 4: 2 ratings where the first column counts 3",
        "  line 7: 2 ratings where the first column counts u",
    ]
    dataset = read(content, format="jester", on_bad="skip")
    expected = [("1", "1", 1.0), ("1", "2", 2.0), ("2", "2", 3.0), ("5", "2", 4.0)]
    assert triples(dataset) == expected
    assert [row.line for row in dataset.bad_rows] == [2, 3, 4, 7]
    assert dataset.bad_rows[2].text == "3,1,2"


def test_a_matrix_without_counts_loses_no_item_in_silence(refuse: Refuse) -> None:
    message = refuse("1.5,99,2\n99,3,4\n", format="jester")
    assert "line 1: 1 ratings where the first column counts 1.5" in message


def test_a_matrix_without_ratings_or_items(refuse: Refuse) -> None:
    message = refuse("0,99,99\n0,99,99\n", format="jester")
    assert message == "ratings.csv: holds no rating: no row (user, item, rating)."
    assert "no column for an item" in refuse("1\n2\n", format="jester")


def excel(rows: list[list[object]]) -> bytes:
    book = xlwt.Workbook()
    sheet = book.add_sheet("jester")
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            if cell is not None:
                sheet.write(row, column, cell)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


SHEET: list[list[object]] = [
    [3, -7.82, 8.79, 99, 0],
    [1, 99, 99.0, "99", -10],
    [0, 99, 99, 99, 99],
    [1, None, 1, 99, ""],
]


def test_a_wide_matrix_in_excel(
    read: Read, triples: Triples, capsys: pytest.CaptureFixture[str]
) -> None:
    content = excel(SHEET)
    assert triples(read(content, "jester-data-1.xls", format="jester")) == RATED
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("jester-data-1.xls", content)
    assert triples(read(packed.getvalue(), "jester.zip", format="jester")) == RATED
    assert capsys.readouterr() == ("", "")


def test_the_shipped_description_reads_excel(
    write: Write, triples: Triples, tmp_path: Path
) -> None:
    shipped = Path(__file__).parents[2] / "datasets" / "jester-1" / "dataset.toml"
    write(shipped.read_bytes(), "jester-1/dataset.toml")
    dataset = load(str(write(excel(SHEET), "jester-1/jester-data-1.xls").parent))
    assert triples(dataset) == RATED
    assert dataset.ratings.scale == (-10.0, 10.0)
    assert dataset.name == "jester-1"


def test_bad_cells_of_a_sheet(refuse: Refuse) -> None:
    message = refuse(excel([[2, 1, 2], [2, "x", 3], [3, 1, 99]]), "j.xls", format="jester")
    assert message.splitlines()[1:3] == [
        "  line 2: rating 'x' is not a finite number",
        "  line 3: 1 ratings where the first column counts 3",
    ]
    assert "no column for an item" in refuse(excel([[1], [2]]), "j.xls", format="jester")
    assert "holds no sheet with anything in it" in refuse(excel([]), "j.xls", format="jester")


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_excel_that_is_cut_off(refuse: Refuse, part: float) -> None:
    content = excel([[50, *range(50)] for _ in range(50)])
    message = refuse(content[: int(len(content) * part)], "j.xls", format="jester")
    assert message.startswith("j.xls: cannot be read as a sheet, it may be damaged or cut off: ")


def test_excel_without_the_extra(refuse: Refuse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xlrd", None)
    message = refuse(excel(SHEET), "j.xls", kind=errors.MissingExtraError, format="jester")
    assert message.startswith("j.xls: ")
    assert "pip install 'recli[excel]'" in message


def test_text_needs_no_extra(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xlrd", None)
    assert len(read(WIDE, format="jester").ratings) == 5


def test_excel_under_the_name_of_a_text(refuse: Refuse) -> None:
    assert "Save a sheet of Excel as CSV" in refuse(excel(SHEET), "ratings.csv")


def test_the_real_jester() -> None:
    path = SHARED / "jester" / "jester-data-1.zip"
    if not path.is_file():
        pytest.skip(f"{path} is not here: its licence forbids to ship it")
    ratings = load(str(path), {"format": "jester"}).ratings
    assert (ratings.n_users, ratings.n_items, len(ratings)) == (24_983, 100, 1_810_455)
    assert ratings.scale == (-9.95, 10.0)
    assert ratings.user_ids.text[[0, 1, -1]].tolist() == ["1", "2", "24983"]
