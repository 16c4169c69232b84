"""Folds from files: found, paired, read as the dataset is, and every row accounted for."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from recli import errors
from recli.data.load import load
from recli.data.splits.predefined import Predefined

ROWS = ["1,10,5", "1,11,3", "2,10,4", "2,12,1", "3,11,2"]
TIMED = [f"{row},{880_000_000 + place}" for place, row in enumerate(ROWS)]
HEADER = "user,item,rating"


@pytest.fixture
def written(write):
    """Writes files of rows into the folder `data`; gives the dataset that the first of them is."""

    def written(files: dict[str, list[str]], **overrides: object):
        for name, lines in files.items():
            text = "".join(f"{line}\n" for line in lines)
            packed = gzip.compress(text.encode()) if name.endswith(".gz") else text
            write(packed, f"data/{name}")
        return load(str(Path("data") / next(iter(files))), {"scale": (1.0, 5.0), **overrides})

    return written


def rows(split, dataset):
    return [(fold.train.tolist(), fold.test.tolist()) for fold in split.folds(dataset)]


def chosen(*places, of=ROWS):
    return [of[place] for place in places]


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_pairs_in_the_order_of_their_names_and_rows_in_that_of_the_file(written, suffix):
    dataset = written(
        {
            "u.data": TIMED,
            f"u2.base{suffix}": chosen(3, 1, 0, of=TIMED),
            f"u1.base{suffix}": chosen(2, 4, of=TIMED),
            f"u1.test{suffix}": chosen(1, 0, of=TIMED),
            f"u2.test{suffix}": chosen(4, of=TIMED),
        },
        user="1",
        item="2",
        rating="3",
        time="4",
    )
    split = Predefined(f"u?.base{suffix}", f"u?.test{suffix}")
    assert rows(split, dataset) == [([2, 4], [1, 0]), ([3, 1, 0], [4])]


def test_one_pair_with_a_header(written):
    files = {
        "all.csv": [HEADER, *ROWS],
        "train.csv": ["rating,user,item", "2,3,11", "5,1,10"],
        "test.csv": [HEADER, *chosen(3, 1)],
    }
    assert rows(Predefined(), written(files)) == [([4, 0], [3, 1])]


def test_files_without_the_header_of_the_dataset_lose_no_row(written):
    files = {"all.csv": [HEADER, *ROWS], "train.csv": ROWS[:3], "test.csv": ROWS[3:]}
    dataset = written(files)
    with pytest.raises(
        errors.DataError, match="train.csv: for the user: There is no column 'user'"
    ):
        Predefined().folds(dataset)


def test_the_working_directory_comes_second(written):
    dataset = written({"all.csv": [HEADER, *ROWS], "train.csv": [HEADER, *chosen(0)]})
    Path("train.csv").write_text("never read", encoding="utf-8")
    Path("test.csv").write_text("\n".join([HEADER, *chosen(2, 1)]), encoding="utf-8")
    assert rows(Predefined(), dataset) == [([0], [2, 1])]
    absolute = Predefined(str(Path("data/train.csv").resolve()), str(Path("test.csv").resolve()))
    assert rows(absolute, dataset) == [([0], [2, 1])]


@pytest.mark.parametrize(
    ("train", "test", "message"),
    [
        (
            ["1,10,5"],
            ["2,10,4", "9,10,4", "2,99,4", "3,12,1"],
            "test.csv: rows that are not in all:\n"
            "  line 3: user 9, item 10, rating 4\n"
            "  line 4: user 2, item 99, rating 4\n"
            "  line 5: user 3, item 12, rating 1\n"
            "Mend the file, or choose the dataset that it was cut from.",
        ),
        (
            ["1,10,5", "1,11,3.5"],
            ["2,10,4"],
            "train.csv: rows that have another value in all:\n  line 3: user 1, item 11, rating 3.5\n",
        ),
        (
            ["1,10,5", "1,11,3", "1,10,5"],
            ["2,10,4"],
            "train.csv: rows that repeat one above or one of the training:\n  line 4: user 1, item 10",
        ),
        (
            ["1,10,5", "1,11,3"],
            ["2,10,4", "1,11,3"],
            "test.csv: rows that repeat one above or one of the training:\n  line 3: user 1, item 11",
        ),
        (
            ["1,10,5", "1,11,high"],
            ["2,10,4"],
            "train.csv: 1 of 2 rows cannot be used:\n  line 3: rating 'high' is not a finite number",
        ),
        (["1,10,5"], ["2,10,9"], "line 2: rating 9 is off the scale 1 to 5"),
        (
            ["1,10,5", "1,11"],
            ["2,10,4"],
            "train.csv: 1 of 2 rows cannot be used:\n  line 3: 2 columns",
        ),
    ],
)
def test_a_row_that_is_no_rating_of_the_dataset(written, train, test, message):
    files = {"all.csv": [HEADER, *ROWS], "train.csv": [HEADER, *train], "test.csv": [HEADER, *test]}
    dataset = written(files)
    with pytest.raises(errors.DataError) as caught:
        Predefined().folds(dataset)
    assert message in str(caught.value)


def test_no_pairs(written):
    dataset = written(
        {"all.csv": [HEADER, *ROWS], "u1.base": ROWS, "u2.base": ROWS, "u1.test": ROWS}
    )
    with pytest.raises(errors.DataError) as caught:
        Predefined("u?.base", "u?.test").folds(dataset)
    assert str(caught.value) == (
        "'u?.base' and 'u?.test' are 2 and 1 files, which makes no pairs of training and test:\n"
        "  u1.base\n  u2.base\n  u1.test"
    )


def test_no_file(written):
    dataset = written({"all.csv": [HEADER, *ROWS]})
    with pytest.raises(errors.DataError) as caught:
        Predefined("u?.base").folds(dataset)
    message = str(caught.value)
    assert message.startswith("No file is called 'u?.base', neither in ")
    assert str(Path("data").resolve()) in message
    assert "'predefined:train=u?.base,test=u?.test'" in message
