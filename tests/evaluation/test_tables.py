"""Error by rating and exposure: two tables beside the metrics of a fold."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from recli.algorithms import Configured
from recli.data.load import load
from recli.data.splits.k_fold import KFold
from recli.data.training_statistics import TrainingStatistics
from recli.evaluation import metric_names
from recli.evaluation.fold import score_fold
from recli.evaluation.outcome import predict, recommend
from recli.evaluation.predictions import Predictions
from recli.evaluation.tables import error_by_rating, exposure
from recli.models.model import of_training
from tests.tie_draws import mixed


@pytest.fixture(scope="module")
def movielens():
    return load("movielens-small")


@pytest.fixture(scope="module")
def fold(movielens):
    return KFold(5, 1).folds(movielens)[0]


@pytest.fixture(scope="module")
def known(movielens, fold) -> TrainingStatistics:
    return TrainingStatistics(movielens, fold.train, 4.0)


@pytest.fixture(scope="module")
def fitted(known):
    algorithm = Configured.of("baseline-only", {}).create(0)
    algorithm.fit(known.trainset)
    return algorithm


def rated(tmp_path, values, scale=None) -> TrainingStatistics:
    """A dataset with these ratings, all of them training."""
    path = tmp_path / "ratings.csv"
    rows = "".join(f"u{n % 3},i{n},{value}\n" for n, value in enumerate(values))
    path.write_text("user,item,rating\n" + rows, encoding="utf-8")
    dataset = load(str(path), {"scale": scale} if scale else {})
    return TrainingStatistics(dataset, np.arange(len(values)), 1.0)


def test_a_row_for_each_rating_that_the_test_has(tmp_path) -> None:
    known = rated(tmp_path, [1, 2, 3, 4, 5])
    truth, estimate = np.array([5.0, 2.0, 5.0, 2.0]), np.array([4.0, 2.5, 5.0, 1.0])
    table = error_by_rating(known, Predictions(truth, estimate, np.zeros(4, int)))
    assert table == ((2.0, 2, -0.25, 0.75), (5.0, 2, -0.5, 0.5))


def test_bands_of_a_continuous_scale(tmp_path) -> None:
    known = rated(tmp_path, [n / 4 - 10 for n in range(81)], (-10.0, 10.0))
    # Bands of width 2: -10 to below -8, …, 8 to 10; an edge belongs above, 10 to the last.
    truth = np.array([-10.0, -8.25, -8.0, 0.0, 9.5, 10.0])
    table = error_by_rating(known, Predictions(truth, truth + 1, np.zeros(6, int)))
    assert table == (
        (-9.0, 2, 1.0, 1.0),
        (-7.0, 1, 1.0, 1.0),
        (1.0, 1, 1.0, 1.0),
        (9.0, 2, 1.0, 1.0),
    )


@pytest.mark.parametrize(("n", "middle"), [(20, 20.0), (21, 20.0)])
def test_more_than_twenty_ratings_are_cut(tmp_path, n, middle) -> None:
    known = rated(tmp_path, range(1, n + 1))
    truth = np.array([float(n)])
    ((shown, *_),) = error_by_rating(known, Predictions(truth, truth, np.zeros(1, int)))
    assert shown == middle  # 21 ratings from 1 to 21: the last band is 19 to 21


def test_error_by_rating_on_movielens(known, fold, fitted) -> None:
    found = predict(fitted, known, fold.test)
    frame = pd.DataFrame({"rating": found.truth, "error": found.estimate - found.truth})
    expected = frame.groupby("rating")["error"].agg(["size", "mean", lambda e: e.abs().mean()])
    table = np.array(error_by_rating(known, found))
    assert np.allclose(table, expected.reset_index().to_numpy(), rtol=1e-12)


def test_exposure_on_movielens(movielens, known, fold, fitted) -> None:
    lists = recommend(of_training(known, Configured("svd"), fitted, 0), known, fold.test, 10)
    catalogue = pd.RangeIndex(len(movielens.ratings.item_ids))
    items = pd.Series(movielens.ratings.items[fold.train])
    counts = items.value_counts().reindex(catalogue, fill_value=0)
    # Surveyed the other way round: each item's place, then the tenth that the place is in.
    places = movielens.ratings.item_ids.places.tolist()
    drawn = pd.Series([mixed(place) for place in places])
    frame = pd.DataFrame({"fewer": -counts, "drawn": drawn})
    by_popularity = frame.sort_values(["fewer", "drawn"]).index
    place = pd.Series(np.arange(len(catalogue)), by_popularity).sort_index()
    n, more = divmod(len(catalogue), 10)
    starts = np.concatenate(([0], np.cumsum([n + (band < more) for band in range(10)])))
    band = np.searchsorted(starts, place, side="right") - 1
    shown = pd.Series(lists.items.ravel()).value_counts(normalize=True)
    shares = pd.DataFrame(
        {"rated": counts / counts.sum(), "shown": shown.reindex(catalogue).fillna(0)}
    )
    assert np.allclose(exposure(known, lists), shares.groupby(band).sum().to_numpy(), rtol=1e-9)


def test_shares_are_of_all_and_a_small_catalogue_leaves_bands_empty(tmp_path) -> None:
    known = rated(tmp_path, [1, 2, 3, 4])
    algorithm = Configured.of("normal-predictor", {}).create(0)
    algorithm.fit(known.trainset)
    table = exposure(
        known,
        recommend(
            of_training(known, Configured("normal-predictor"), algorithm, 0), known, np.arange(4), 2
        ),
    )
    assert [of_ratings for of_ratings, _ in table] == [0.25] * 4 + [0.0] * 6
    assert sum(of_lists for _, of_lists in table) == pytest.approx(1)


def test_nothing_recommended_is_no_exposure(tmp_path) -> None:
    path = tmp_path / "one.csv"
    path.write_text("user,item,rating\na,x,1\nb,x,3\na,x,2\n", encoding="utf-8")
    dataset = load(str(path), {}, "error", "last")
    known = TrainingStatistics(dataset, np.arange(len(dataset.ratings)), 1.0)
    algorithm = Configured.of("normal-predictor", {}).create(0)
    algorithm.fit(known.trainset)
    assert (
        exposure(
            known,
            recommend(
                of_training(known, Configured("normal-predictor"), algorithm, 0),
                known,
                np.arange(2),
                2,
            ),
        )
        == ()
    )


def test_a_fold_has_both_tables_and_its_users_counted(movielens, known, fold) -> None:
    scores = score_fold(
        known,
        fold.test,
        Configured.of("baseline-only", {}),
        metric_names.measures(["rmse", "map"], [5]),
        0,
    )
    ratings = movielens.ratings
    frame = pd.DataFrame({"user": ratings.users[fold.test], "rating": ratings.values[fold.test]})
    assert scores.n_users == frame["user"].nunique()
    assert scores.n_users_liking == frame.loc[frame["rating"] >= 4, "user"].nunique()
    assert sum(n for _, n, _, _ in scores.error_by_rating) == len(fold.test)
    assert len(scores.exposure) == 10
    for table in (scores.error_by_rating, scores.exposure):
        assert json.loads(json.dumps(table)) == [list(row) for row in table]


@pytest.mark.parametrize(("metric", "tables"), [("rmse", (True, False)), ("map", (False, True))])
def test_tables_of_what_was_not_made_are_empty(known, fold, metric, tables) -> None:
    measures = metric_names.measures([metric], [5])
    scores = score_fold(known, fold.test, Configured.of("baseline-only", {}), measures, 0)
    assert (bool(scores.error_by_rating), bool(scores.exposure)) == tables
    assert scores.n_users_liking > 0
