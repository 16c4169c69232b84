"""Ratings that another program predicted, beside the test rows of each fold."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from recli import errors
from recli.data.dataset import Dataset
from recli.data.sources.location import Location
from recli.data.splits._base import Fold
from recli.evaluation.external.rows import FileRows, counted, read

ADVICE = "'recli export folds' writes the folds, with the same --split, --cv and --seed as here."


def read_predictions(
    file: Location, dataset: Dataset, folds: Sequence[Fold]
) -> tuple[tuple[np.ndarray, ...], tuple[str, ...]]:
    """What is predicted for the test rows of each fold.

    Every pair of user and item of a fold's test has one row; rows of other pairs are left out, since
    nothing is measured by them. Numbers are taken as they are, also off the rating scale.

    Args:
        file: columns user, item and prediction, fold where there are several, and rating if the
            program wrote it: then it has to be that of the data
        dataset: what the program learned from
        folds: what it learned from and was to predict

    Returns:
        For each fold float64[n_test], in the order of its test rows, NaN where no prediction stands;
        and what is to be known of the file, a sentence each.

    Raises:
        NotFoundError, DataError: as `rows.read` does; DataError for a pair of the test without a row,
            a pair with two, another rating than that of the data, and what is no number
    """
    rows = read(file, dataset, len(folds), "prediction", "rating")
    values = rows.numbers("prediction", gaps=True)
    pairs = rows.users.astype(np.int64) * len(dataset.ratings.item_ids) + rows.items
    place_of, n_left_out = [], 0
    for number, fold in enumerate(folds):
        place_of.append(_places(rows, pairs, dataset, fold, number))
        tested = np.isin(pairs, dataset.ratings.pairs[fold.test])
        n_left_out += int(np.count_nonzero((rows.folds == number) & ~tested))
    found = tuple(values[places] for places in place_of)
    return found, tuple(_notes(found, n_left_out, dataset.ratings.scale))


def _places(
    rows: FileRows, pairs: np.ndarray, dataset: Dataset, fold: Fold, number: int
) -> np.ndarray:
    """The row of the file for each test row of a fold, int64[n_test]."""
    ratings = dataset.ratings
    own = np.flatnonzero(rows.folds == number)
    order = own[np.argsort(pairs[own], kind="stable")]
    keys, wanted = pairs[order], ratings.pairs[fold.test]
    repeated = np.zeros(len(pairs), bool)
    repeated[order[1:]] = keys[1:] == keys[:-1]
    rows.refuse(repeated, "repeat a pair of user and item", "Write one prediction for each.")
    at = np.searchsorted(keys, wanted)
    absent = fold.test[np.append(keys, -1)[at] != wanted]
    if len(absent):
        listed = [
            f"user {ratings.user_ids.text[ratings.users[row]]}, "
            f"item {ratings.item_ids.text[ratings.items[row]]}"
            for row in absent[:10].tolist()
        ]
        raise errors.DataError(
            f"{rows.file}: {len(absent):,} of the {len(fold.test):,} pairs of user and item in the test "
            f"of fold {number + 1} have no row:\n{errors.first_ten(listed, len(absent))}\n"
            "Predict every one; where the program cannot, leave the prediction empty, and the mean of "
            f"the training ratings stands for it. Or are the folds others? {ADVICE}"
        )
    places: np.ndarray = order[at]
    if "rating" in rows.columns:
        _check_ratings(rows, places, ratings.values[fold.test])
    return places


def _check_ratings(rows: FileRows, places: np.ndarray, truth: np.ndarray) -> None:
    """Raise DataError where the file has another rating than the data, float64[n], beyond float32."""
    wrong = np.zeros(len(rows.folds), bool)
    given = rows.numbers("rating")[places]
    wrong[places] = ~np.isclose(given, truth, rtol=1e-6, atol=0)
    rows.refuse(
        wrong,
        "have another rating than the data",
        "Leave ratings as they are in the data, or leave their column out.",
    )


def _notes(found: Sequence[np.ndarray], n_left_out: int, scale: tuple[float, float]) -> list[str]:
    every = np.concatenate(found)
    n_impossible = int(np.isnan(every).sum())
    low, high = scale
    n_off = int(np.count_nonzero((every < low) | (every > high)))
    said = []
    if n_left_out:
        said.append(f"{counted(n_left_out, 'prediction')} of pairs that are not tested: left out")
    if n_impossible:
        said.append(
            f"{counted(n_impossible, 'test rating')} without a prediction: the mean of the training "
            "ratings stands for it"
        )
    if n_off:
        said.append(
            f"{counted(n_off, 'prediction')} off the scale {low:g} to {high:g}: taken as they are, while "
            "those of recli are clipped"
        )
    return said
