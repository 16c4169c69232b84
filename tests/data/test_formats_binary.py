"""Binary tables: each read by recli and written by something else."""

from __future__ import annotations

import datetime
import gzip
import io
import sqlite3
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.feather
import pyarrow.orc
import pyarrow.parquet
import pyreadstat
import pytest
import scipy.sparse
import xlwt

from recli import errors, registry
from recli.data.dataset import Dataset
from recli.data.load import load

Read = Callable[..., Dataset]
Refuse = Callable[..., str]
Triples = Callable[[Dataset], list[tuple[str, str, float]]]

RATED = [("42", "a", 5.0), ("42", "007", 3.5), ("7", "a", 4.0)]
SECONDS = [1_577_836_800, 0, 1_600_000_000]
FRAME = pd.DataFrame(
    {
        "user_id": [42, 42, 7],
        "item_id": ["a", "007", "a"],
        "rating": [5, 3.5, 4],
        "timestamp": np.array(SECONDS, "M8[s]").astype("M8[ms]"),
    }
)


def feather(path: Path) -> None:
    FRAME.to_feather(path)


def stream(path: Path) -> None:
    table = pa.Table.from_pandas(FRAME, preserve_index=False)
    with pa.ipc.new_stream(path, table.schema) as file:
        file.write_table(table, max_chunksize=2)


def orc(path: Path) -> None:
    pa.orc.write_table(pa.Table.from_pandas(FRAME, preserve_index=False), path)


def stata(path: Path) -> None:
    pyreadstat.write_dta(FRAME, path)


def sqlite(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute(
            "CREATE TABLE r (user_id INTEGER, item_id TEXT, rating, timestamp INTEGER)"
        )
        rows = zip(
            FRAME["user_id"].tolist(), FRAME["item_id"], FRAME["rating"], SECONDS, strict=True
        )
        database.executemany("INSERT INTO r VALUES (?, ?, ?, ?)", rows)
    database.close()


def sheet(path: Path) -> None:
    FRAME.to_excel(path, index=False)  # openpyxl, odfpy


def xls(path: Path) -> None:
    book = xlwt.Workbook()
    page = book.add_sheet("ratings")
    for column, (name, values) in enumerate(FRAME.assign(timestamp=SECONDS).items()):
        for row, value in enumerate([name, *values.tolist()]):
            page.write(row, column, value)
    book.add_sheet("empty")
    book.save(str(path))


WRITERS: dict[str, Callable[[Path], None]] = {
    "r.feather": feather,
    "r.ipc": feather,
    "r.arrow": feather,
    "r.arrows": stream,
    "r.orc": orc,
    "r.dta": stata,
    "r.sqlite": sqlite,
    "r.db": sqlite,
    "r.xlsx": sheet,
    "r.ods": sheet,
    "r.xls": xls,
}


@pytest.mark.parametrize("name", WRITERS)
def test_a_table_is_read(name: str, tmp_path: Path, triples: Triples) -> None:
    WRITERS[name](tmp_path / name)
    dataset = load(str(tmp_path / name))
    assert triples(dataset) == RATED
    assert dataset.ratings.times is not None
    assert dataset.ratings.times.tolist() == SECONDS


@pytest.mark.parametrize("name", WRITERS)
def test_a_packed_table_is_read(name: str, tmp_path: Path, triples: Triples) -> None:
    WRITERS[name](tmp_path / name)
    packed = tmp_path / f"{name}.gz"
    packed.write_bytes(gzip.compress((tmp_path / name).read_bytes()))
    assert triples(load(str(packed))) == RATED


@pytest.mark.parametrize("name", ["r.xlsx", "r.db"])
def test_a_table_in_an_archive(name: str, tmp_path: Path, triples: Triples) -> None:
    WRITERS[name](tmp_path / name)
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.write(tmp_path / name, f"in/{name}")
        archive.writestr("other.csv", "a,b\n")
    assert triples(load(f"{tmp_path / 'all.zip'}::in/{name}")) == RATED


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("part", [0.0, 0.05, 0.3, 0.6, 0.9])
def test_a_table_that_is_cut_off(name: str, part: float, tmp_path: Path, refuse: Refuse) -> None:
    WRITERS[name](tmp_path / name)
    content = (tmp_path / name).read_bytes()
    message = refuse(content[: int(part * len(content))], name)
    assert message.startswith(f"{name}: {'cannot be read' if part else 'the file is empty'}")


@pytest.mark.parametrize("name", [*WRITERS, "r.npz"])
def test_another_file_under_the_name(name: str, refuse: Refuse) -> None:
    assert refuse(b"user,item,rating\n" + b"1,2,3\n" * 200, name).startswith(
        f"{name}: cannot be read"
    )


@pytest.mark.parametrize("name", ["r.feather", "r.orc", "r.parquet"])
def test_texts_that_are_no_utf_8(name: str, tmp_path: Path, refuse: Refuse) -> None:
    offsets = np.array([0, 1], np.int32).tobytes()
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(b"\xff")]
    wrong = pa.Array.from_buffers(pa.string(), 1, buffers)
    table = pa.table({"user": wrong, "item": ["a"], "rating": [1.0]})
    write = {
        "r.feather": pa.feather.write_feather,
        "r.orc": pa.orc.write_table,
        "r.parquet": pa.parquet.write_table,
    }
    write[name](table, tmp_path / name)
    message = refuse((tmp_path / name).read_bytes(), name)
    assert message.startswith(f"{name}: cannot be read as ")
    assert "UTF" in message


# Sheets


def workbook(**sheets: list[list[object]]) -> bytes:
    buffer = io.BytesIO()
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append(row)
    book.save(buffer)
    return buffer.getvalue()


def test_several_sheets_are_a_choice(
    read: Read, refuse: Refuse, tmp_path: Path, triples: Triples
) -> None:
    content = workbook(
        First=[["user", "item", "rating"], [1, 2, 3]],
        Second=[["user", "item", "rating"], [4, 5, 5]],
        Empty=[],
    )
    message = refuse(content, "two.xlsx")
    assert message == (
        "two.xlsx: holds 2 sheets. Say which has the rows, as in 'two.xlsx::First':\n"
        "  First\n  Second"
    )
    assert triples(load(f"{tmp_path / 'two.xlsx'}::Second")) == [("4", "5", 5.0)]
    with pytest.raises(
        errors.DataError, match=r"There is no sheet 'Secnd'. Did you mean 'Second'\?"
    ):
        load(f"{tmp_path / 'two.xlsx'}::Secnd")


def test_rows_of_a_sheet_keep_their_numbers(read: Read, refuse: Refuse) -> None:
    content = workbook(S=[[None], ["user", "item", "rating"], [None], [1, 2, 3], [1, "x", "bad"]])
    assert "line 5: rating 'bad' is not a finite number" in refuse(content, "r.xlsx")
    dataset = read(content, "r.xlsx", on_bad="skip")
    assert [row.line for row in dataset.bad_rows] == [5]


def test_a_sheet_without_a_header(read: Read, triples: Triples) -> None:
    content = workbook(
        S=[[1, 10, 4.5, 1_600_000_000], [2, 11, 3, 1_600_000_001], [2, 10, 3, 1_600_000_002]]
    )
    dataset = read(content, "r.xlsx")
    assert triples(dataset) == [("1", "10", 4.5), ("2", "11", 3.0), ("2", "10", 3.0)]
    assert ("header", "no", "header") in dataset.sniffed
    named = read(content, "r.xlsx", columns=("i", "u", "r", "t"), user="u", item="i", rating="r")
    assert triples(named)[0] == ("10", "1", 4.5)


def test_columns_that_are_not_those_of_the_sheet(refuse: Refuse) -> None:
    content = workbook(S=[["user", "item", "rating"], [1, 2, 3]])
    assert "has 3 columns, not the 2 that are said" in refuse(content, "r.xlsx", columns=("a", "b"))


def test_a_sheet_with_a_password_is_no_sheet(refuse: Refuse) -> None:
    # An encrypted workbook is a compound file with these streams instead of an archive.
    content = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000)
    assert refuse(content, "r.xlsx").startswith("r.xlsx: cannot be read as a sheet")


def test_dates_and_truth_values_of_an_xls(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    page = book.add_sheet("s")
    moment = xlwt.easyxf(num_format_str="YYYY-MM-DD HH:MM:SS")
    rows = [
        ("user", "item", "rating", "time"),
        (1, "x", True, datetime.datetime(2020, 1, 1, 12, 30, 15)),
        (2, "x", False, datetime.datetime(2020, 1, 2)),
    ]
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            page.write(row, column, cell, *[moment] * isinstance(cell, datetime.datetime))
    book.save(str(tmp_path / "r.xls"))
    ratings = load(str(tmp_path / "r.xls")).ratings
    assert ratings.values.tolist() == [1.0, 0.0]
    assert ratings.times is not None
    assert ratings.times.tolist() == [1_577_881_815, 1_577_923_200]


@pytest.mark.parametrize("name", ["r.xls", "r.xlsx", "r.ods"])
def test_a_sheet_that_is_cut_off_anywhere(name: str, tmp_path: Path, refuse: Refuse) -> None:
    WRITERS[name](tmp_path / name)
    content = (tmp_path / name).read_bytes()
    for length in range(1, len(content) - 600, len(content) // 40):
        assert refuse(content[:length], name).startswith(f"{name}: ")


# SQLite


def test_several_tables_are_a_choice(refuse: Refuse, tmp_path: Path, triples: Triples) -> None:
    sqlite(tmp_path / "r.db")
    with sqlite3.connect(tmp_path / "r.db") as database:
        database.execute('CREATE VIEW "the ""good""" AS SELECT * FROM r WHERE rating > 4')
    database.close()
    message = refuse((tmp_path / "r.db").read_bytes(), "r.db")
    assert message.startswith("r.db: holds 2 tables. Say which has the rows, as in 'r.db::r':")
    assert triples(load(f"{tmp_path / 'r.db'}::r")) == RATED
    assert triples(load(f'{tmp_path / "r.db"}::the "good"')) == RATED[:1]


def test_values_of_several_types_in_one_column(tmp_path: Path, triples: Triples) -> None:
    with sqlite3.connect(tmp_path / "r.db") as database:
        database.execute("CREATE TABLE r (user, item, rating)")
        rows = [(1, "1", 4), ("u", 2.0, 3.5), (b"\x00\xff", 2**62, "2"), (1.5, "x", 1)]
        database.executemany("INSERT INTO r VALUES (?, ?, ?)", rows)
    database.close()
    assert triples(load(str(tmp_path / "r.db"))) == [
        ("1", "1", 4.0), ("u", "2", 3.5), ("00ff", "4611686018427387904", 2.0), ("1.5", "x", 1.0),
    ]  # fmt: skip


def test_a_database_without_tables_or_rows(refuse: Refuse, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "no.db") as database:
        database.execute("PRAGMA user_version = 1")
    database.close()
    message = refuse((tmp_path / "no.db").read_bytes(), "no.db")
    assert message == "no.db: holds no table with anything in it."
    with sqlite3.connect(tmp_path / "no.db") as database:
        database.execute("CREATE TABLE r (user, item, rating)")
    database.close()
    message = refuse((tmp_path / "no.db").read_bytes(), "no.db")
    assert message == "no.db: holds no rating: no row (user, item, rating)."


# Stata


def test_labels_dates_and_gaps_of_stata(tmp_path: Path, triples: Triples) -> None:
    frame = pd.DataFrame({"user": [1, 2, np.nan], "item": [10, 11, 12], "rating": [1, 5, 3]})
    labels = {"rating": {1: "bad", 5: "good"}}
    pyreadstat.write_dta(frame, tmp_path / "r.dta", variable_value_labels=labels)
    dataset = load(str(tmp_path / "r.dta"), on_bad="skip")
    assert triples(dataset) == [("1", "10", 1.0), ("2", "11", 5.0)]
    assert [(row.line, row.reason) for row in dataset.bad_rows] == [(3, "the user is empty")]


# npz


def npz(**arrays: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


@pytest.mark.parametrize("form", ["csr", "csc", "coo", "bsr", "dia"])
def test_a_sparse_matrix(form: str, tmp_path: Path, triples: Triples) -> None:
    dense = np.array([[5, 0, 2.5], [0, 1, 0]])
    scipy.sparse.save_npz(tmp_path / "m.npz", scipy.sparse.coo_array(dense).asformat(form))
    rated = triples(load(str(tmp_path / "m.npz")))
    assert sorted(row for row in rated if row[2]) == [
        ("0", "0", 5.0),
        ("0", "2", 2.5),
        ("1", "1", 1.0),
    ]


def test_a_stored_zero_is_a_value(tmp_path: Path, triples: Triples) -> None:
    matrix = scipy.sparse.coo_array(([0.0, 4.0], ([0, 1], [0, 0])), shape=(2, 1))
    scipy.sparse.save_npz(tmp_path / "m.npz", matrix)
    assert triples(load(str(tmp_path / "m.npz"))) == [("0", "0", 0.0), ("1", "0", 4.0)]


def test_arrays_of_one_length(read: Read, triples: Triples) -> None:
    content = npz(user=np.array([1, 2]), item=np.array(["a", "b"]), rating=np.array([4.0, 3.5]))
    assert triples(read(content, "r.npz")) == [("1", "a", 4.0), ("2", "b", 3.5)]


def test_other_arrays(refuse: Refuse) -> None:
    message = refuse(npz(user=np.arange(2), item=np.arange(3)), "r.npz")
    assert "It holds: user (2,), item (3,)." in message
    assert "It holds: m (2, 2)." in refuse(npz(m=np.eye(2)), "r.npz")
    assert "no array with a name" in refuse(npz(), "r.npz")
    assert "cannot be read as npz" in refuse(npz(user=np.array(["a", None], object)), "r.npz")
    assert "cannot be read as npz" in refuse(npz(format=np.array("csr"), data=np.eye(2)), "r.npz")
    whole = npz(user=np.arange(9), item=np.arange(9), rating=np.arange(9))
    assert "cannot be read as npz" in refuse(whole[: len(whole) // 2], "r.npz")
    assert "is empty" in refuse(b"", "r.npz")


# What is not read


@pytest.mark.parametrize("name", ["r.pkl", "r.pickle", "r.joblib", "r.pkl.gz"])
def test_a_pickle_is_refused(name: str, refuse: Refuse) -> None:
    content = b"cos\nsystem\n(S'exit 1'\ntR."
    message = refuse(gzip.compress(content) if name.endswith(".gz") else content, name)
    assert "a pickle can run any program when it is opened" in message
    assert "to_parquet" in message


# Extras


@pytest.mark.parametrize(
    ("name", "package", "extra"),
    [
        ("r.xlsx", "python_calamine", "excel"),
        ("r.ods", "python_calamine", "excel"),
        ("r.xls", "xlrd", "excel"),
    ],
)
def test_a_format_without_its_extra(
    name: str, package: str, extra: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    WRITERS[name](tmp_path / name)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(errors.MissingExtraError, match=rf"pip install 'recli\[{extra}\]'"):
        load(str(tmp_path / name))


def test_lists_of_formats_need_no_extra() -> None:
    assert {"excel", "feather", "npz", "orc", "parquet", "pickle", "sqlite", "stata"} <= set(
        registry.names("format")
    )


@pytest.mark.parametrize("kind", ["parquet", "feather", "orc"])
def test_a_file_without_a_suffix_is_known_by_its_first_bytes(
    tmp_path: Path, triples: Callable[[Dataset], list[tuple[str, str, float]]], kind: str
) -> None:
    path = tmp_path / "ratings"
    pd.DataFrame({"user": ["1"], "item": ["a"], "rating": [4.0]}).pipe(
        lambda frame: getattr(frame, f"to_{kind}")(path)
    )
    assert triples(load(str(path))) == [("1", "a", 4.0)]
