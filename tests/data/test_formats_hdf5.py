"""HDF5 as people have it: Spotlight's arrays, implicit's matrices, records, and pandas' stores."""

from __future__ import annotations

import pickle
import sys
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pytest
import scipy.sparse

from recli import errors
from recli.data.dataset import Dataset
from recli.data.load import load

Refuse = Callable[..., str]
Triples = Callable[[Dataset], list[tuple[str, str, float]]]

SECONDS = [1_577_836_800, 0, 1_600_000_000]
NUMBERS = pd.DataFrame(
    {
        "user": [42, 42, 7],
        "item": [1, 2, 1],
        "rating": [5, 3.5, 4],
        "time": np.array(SECONDS, "M8[s]").astype("M8[ns]"),
    }
)
TEXTS = NUMBERS.assign(item=["a", "007", "é"])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "r.h5"


def test_arrays_of_one_length(path: Path, triples: Triples) -> None:
    with h5py.File(path, "w") as file:  # the layout of Spotlight's datasets
        for name, values in {
            "user_id": [1, 2, 2],
            "item_id": [10, 10, 11],
            "rating": np.array([4, 3.5, 5], np.float32),
            "timestamp": SECONDS,
        }.items():
            file[f"/{name}"] = values
    dataset = load(str(path))
    assert triples(dataset) == [("1", "10", 4.0), ("2", "10", 3.5), ("2", "11", 5.0)]
    assert dataset.ratings.times is not None
    assert dataset.ratings.times.tolist() == SECONDS


def test_a_matrix_of_implicit(path: Path, triples: Triples) -> None:
    plays = scipy.sparse.csr_matrix(np.array([[0, 3, 0], [1, 0, 7]], np.float32))
    with h5py.File(path, "w") as file:
        group = file.create_group("artist_user_plays")
        for name in ("data", "indices", "indptr"):
            group[name] = getattr(plays, name)
        kind = h5py.special_dtype(vlen=str)
        file.create_dataset("artist", data=["Björk", "Can"], dtype=kind)
        file.create_dataset("user", data=["u1", "u2", "u3"], dtype=kind)
    dataset = load(str(path), {"user": "user", "item": "artist", "rating": "plays"})
    assert triples(dataset) == [("u2", "Björk", 3.0), ("u1", "Can", 1.0), ("u3", "Can", 7.0)]


@pytest.mark.parametrize("titles", [["Hamlet", "Hamlet"], ["", "Hamlet"], ["Hamlet"]])
def test_names_that_do_not_tell_items_apart(
    titles: list[str], path: Path, triples: Triples
) -> None:
    ratings = scipy.sparse.csr_matrix(np.array([[0, 3], [5, 4]]))
    with h5py.File(path, "w") as file:
        for name in ("data", "indices", "indptr"):
            file[f"movie_user_ratings/{name}"] = getattr(ratings, name)
        file.create_dataset("movie", data=titles, dtype=h5py.special_dtype(vlen=str))
    assert triples(load(str(path))) == [("1", "0", 3.0), ("0", "1", 5.0), ("1", "1", 4.0)]


def test_a_matrix_without_names_is_users_by_items(path: Path, triples: Triples) -> None:
    matrix = scipy.sparse.csr_matrix(np.array([[0, 3], [5, 0]]))
    with h5py.File(path, "w") as file:
        for name in ("data", "indices", "indptr"):
            file[f"X/{name}"] = getattr(matrix, name)
    assert triples(load(str(path))) == [("0", "1", 3.0), ("1", "0", 5.0)]


def test_records_are_a_choice(path: Path, triples: Triples, refuse: Refuse) -> None:
    kind = [("user", "i8"), ("item", "S3"), ("rating", "f4")]
    with h5py.File(path, "w") as file:
        file["train"] = np.array([(1, b"a", 4.0)], kind)
        file["deep/test"] = np.array([(2, "é".encode(), 5.0)], kind)
    message = refuse(path.read_bytes(), "r.h5")
    assert message == (
        "r.h5: holds 2 tables. Say which has the rows, as in 'r.h5::deep/test':\n  deep/test\n  train"
    )
    assert triples(load(f"{path}::deep/test")) == [("2", "é", 5.0)]


@pytest.mark.parametrize("data_columns", [None, True])
def test_a_frame_that_pandas_stored_as_table(
    data_columns: bool | None, path: Path, triples: Triples
) -> None:
    TEXTS.to_hdf(path, key="of/mine", format="table", data_columns=data_columns)
    dataset = load(str(path))
    assert triples(dataset) == [("42", "a", 5.0), ("42", "007", 3.5), ("7", "é", 4.0)]
    assert dataset.ratings.times is not None
    assert dataset.ratings.times.tolist() == SECONDS


def test_gaps_of_a_stored_frame(path: Path) -> None:
    frame = TEXTS.assign(item=["a", None, "b"], rating=[1, 2, np.nan])
    frame.to_hdf(path, key="r", format="table")
    dataset = load(str(path), on_bad="skip")
    reasons = {row.line: row.reason for row in dataset.bad_rows}
    assert reasons == {2: "the item is empty", 3: "the rating is empty"}


def test_a_frame_that_pandas_stored_as_fixed(path: Path, triples: Triples) -> None:
    NUMBERS.to_hdf(path, key="r", format="fixed")
    dataset = load(str(path))
    assert triples(dataset) == [("42", "1", 5.0), ("42", "2", 3.5), ("7", "1", 4.0)]
    assert dataset.ratings.times is not None
    assert dataset.ratings.times.tolist() == SECONDS


@pytest.mark.filterwarnings("ignore::pandas.errors.PerformanceWarning")
def test_pickled_texts_are_not_opened(path: Path, refuse: Refuse) -> None:
    TEXTS.to_hdf(path, key="r", format="fixed")
    message = refuse(path.read_bytes(), "r.h5")
    assert "holds texts that are pickled" in message
    assert "Parquet" in message


class _Program:
    """What would create a file if it were unpickled."""

    def __reduce__(self) -> tuple[object, tuple[str, str]]:
        return open, ("unpickled", "w")


def test_names_that_are_a_program_are_not_run(path: Path, refuse: Refuse, tmp_path: Path) -> None:
    TEXTS.to_hdf(path, key="r", format="table")
    with h5py.File(path, "r+") as file:
        file["r/table"].attrs["values_block_0_kind"] = np.void(pickle.dumps(_Program()))
    assert "pickled" in refuse(path.read_bytes(), "r.h5")
    assert not (tmp_path / "unpickled").exists()


def test_categories_of_pandas(path: Path, refuse: Refuse) -> None:
    frame = TEXTS.assign(item=TEXTS["item"].astype("category"))
    frame.to_hdf(path, key="r", format="table")
    assert "column 'item' is categorical; store it as text" in refuse(path.read_bytes(), "r.h5")


def test_without_a_table(path: Path, refuse: Refuse) -> None:
    with h5py.File(path, "w") as file:
        file["picture"] = np.eye(3)
    assert refuse(path.read_bytes(), "r.h5") == "r.h5: holds no table with anything in it."


@pytest.mark.parametrize("part", [0.0, 0.1, 0.5, 0.9])
def test_a_file_that_is_cut_off(part: float, path: Path, refuse: Refuse) -> None:
    NUMBERS.to_hdf(path, key="r", format="table")
    content = path.read_bytes()
    assert refuse(content[: int(part * len(content))], "r.h5").startswith("r.h5: ")
    assert refuse(b"user,item,rating\n1,2,3\n", "r.h5").startswith("r.h5: cannot be read as HDF5")


def test_without_the_extra(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    NUMBERS.to_hdf(path, key="r")
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(errors.MissingExtraError, match=r"pip install 'recli\[hdf5\]'"):
        load(str(path))
