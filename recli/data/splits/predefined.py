"""Training and test as somebody else has cut them, read from files."""

from __future__ import annotations

import dataclasses
import glob
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from recli import errors
from recli.data.dataset import Dataset
from recli.data.load import read_rows
from recli.data.splits._base import Fold, Split
from recli.params import Parameter


class _Pattern(Parameter):
    """Names of files, with wildcards."""

    @property
    def domain(self) -> str:
        return "file names with *, ? or [abc] as wildcards, ? also for a comma"

    def _check(self, value: object) -> str:
        pattern = str(value)
        if not pattern or pattern != pattern.strip() or "," in pattern:
            raise self._wrong(value)
        return pattern


@dataclass(frozen=True)
class Predefined(Split):
    """The folds that files give: those of `train` are the trainings, those of `test` the tests.

    Both are patterns, such as `u?.base` and `u?.test` for MovieLens 100K, of files in the dataset's
    folder or, where it has none of them, in the working directory. In the order of their names the
    first of `train` goes with the first of `test`, and so on; one pair is one fold. They are read as
    the file of ratings is, packed or not. Every row has to be a rating of the dataset, and no two rows
    of a pair may be the same. Ratings that are in neither file of a pair are left out of its fold.

    Attributes:
        train: the file of the training ratings, or a pattern
        test: the file of the test ratings, or a pattern
        seed: what is drawn at random is drawn by it
    """

    parameters = (
        _Pattern("train", "train.*", "files of training ratings"),
        _Pattern("test", "test.*", "files of test ratings"),
    )
    random = False
    leaves_out = True
    advice = "Look at the files."

    train: str = "train.*"
    test: str = "test.*"
    seed: int = 0

    def _folds(self, dataset: Dataset) -> Iterator[Fold]:
        trains, tests = (_files(dataset, pattern) for pattern in (self.train, self.test))
        if len(trains) != len(tests):
            listed = [path.name for path in (*trains, *tests)]
            raise errors.DataError(
                f"'{self.train}' and '{self.test}' are {len(trains)} and {len(tests)} files, which "
                f"makes no pairs of training and test:\n{errors.first_ten(listed)}"
            )
        known = pd.Index(_pairs(dataset.ratings.users, dataset.ratings.items))
        for train, test in zip(trains, tests, strict=True):
            learnt = _rows(dataset, known, train, np.empty(0, np.int64))
            yield Fold(learnt, _rows(dataset, known, test, learnt))


def _files(dataset: Dataset, pattern: str) -> list[Path]:
    """The files that match, by name; in the working directory if the dataset's folder has none."""
    for folder in (dataset.description.folder, Path()):
        found = [folder / name for name in sorted(glob.glob(pattern, root_dir=folder))]
        if found:
            return found
    raise errors.DataError(
        f"No file is called '{pattern}', neither in {dataset.description.folder.resolve()}, the folder "
        f"of {dataset.name}, nor in {Path.cwd()}. Give the names with "
        "'predefined:train=u?.base,test=u?.test', for instance."
    )


def _rows(dataset: Dataset, known: pd.Index, path: Path, taken: np.ndarray) -> np.ndarray:
    """The row in the dataset of every row of a file, int64[n]; none of them in `taken`.

    known: the pair of every row of the dataset
    """
    ratings, source = dataset.ratings, dataset.description.ratings
    # A header is read anew, so that a file without one is told from one with it; times go unused.
    columns = None if source.header else source.columns
    read = read_rows(path, dataclasses.replace(source, columns=columns, time=None))
    users, items = ratings.user_ids.codes(read.users), ratings.item_ids.codes(read.items)
    rows = known.get_indexer(pd.Index(_pairs(users, items))).astype(np.int64)
    repeated = pd.Series(np.concatenate([taken, rows])).duplicated().to_numpy()[len(taken) :]
    for wrong, what in (
        (rows < 0, f"are not in {dataset.name}"),
        (ratings.values[rows] != read.values, f"have another value in {dataset.name}"),
        (repeated, "repeat one above or one of the training"),
    ):
        if wrong.any():
            listed = [
                f"line {read.lines[row]:,}: user {read.users[row]}, item {read.items[row]}, "
                f"rating {read.values[row]:g}"
                for row in np.flatnonzero(wrong)[:10]
            ]
            raise errors.DataError(
                f"{path}: rows that {what}:\n{errors.first_ten(listed, int(wrong.sum()))}\n"
                "Mend the file, or choose the dataset that it was cut from."
            )
    return rows


def _pairs(users: np.ndarray, items: np.ndarray) -> np.ndarray:
    """One number for each pair of codes, int64[n]; negative where one of them is."""
    return (users.astype(np.int64) << 32) | items
