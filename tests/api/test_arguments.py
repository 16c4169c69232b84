"""Wrong arguments are told in the words of Python, before anything is computed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import surprise

import recli
from recli import errors

FRAME = pd.DataFrame(
    [(user, item, 1 + (user * 3 + item * item) % 5) for user in range(12) for item in range(8)],
    columns=["user", "item", "rating"],
)


@pytest.fixture(scope="module")
def tiny():
    return recli.load(FRAME, name="tiny", scale=(1, 5))


@pytest.fixture(scope="module")
def model(tiny):
    return recli.train(tiny, "most-popular")


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        *(("seed", value) for value in ("x", -1, None, 1.5, 2**32, True)),
        *(("jobs", value) for value in (0, -2, "two")),
        *(("memory_limit", value) for value in ("1G", 0)),
        *(("threshold", value) for value in ("x", "4", float("nan"))),
        *(("k", value) for value in ("10", 2.5, 0, [], [5, "x"], True)),
        *(("metrics", value) for value in (3, [3])),
        *(("by", value) for value in (3, [None])),
        *(("goal", value) for value in ("list", 3)),
        *(("lists", value) for value in ("min_ratings=3", [1])),
        *(("split", value) for value in (5, recli.splits.KFold, surprise.model_selection.KFold(3))),
        ("results", 3),
    ],
)
def test_of_evaluate(tiny, argument: str, value: object) -> None:
    with pytest.raises(errors.UsageError, match=argument):
        recli.evaluate(tiny, "most-popular", **{"jobs": 1, argument: value})


def test_numbers_of_numpy_are_numbers(tiny) -> None:
    found = [
        recli.evaluate(tiny, "most-popular", metrics="ndcg", jobs=1, k=k, seed=seed)
        for k, seed in ((5, 3), (np.int64(5), np.uint32(3)), (np.array([5]), np.int16(3)))
    ]
    first, *others = [one.to_pandas() for one in found]
    for other in others:
        pd.testing.assert_frame_equal(first, other)


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        *(("trials", value) for value in (0, -1, "three")),
        *(("timeout", value) for value in ("x", -1)),
        *(("holdout", value) for value in (2, "x", -0.1)),
        *(("ranges", value) for value in ("n=2", [1])),
        ("fix", "n=2"),
        ("lists", "n=2"),
        ("vary", 3),
        ("metric", 3),
        ("goal", "list"),
        ("pick", 7),
        ("seed", "x"),
        ("jobs", 0),
        ("threshold", "x"),
        ("split", 5),
        ("results", 3),
    ],
)
def test_of_tune(tiny, argument: str, value: object) -> None:
    with pytest.raises(errors.UsageError, match=argument):
        recli.tune(tiny, "damped-mean", **{"jobs": 1, "trials": 1, argument: value})


def test_ranges_of_several_algorithms_are_by_algorithm(tiny) -> None:
    with pytest.raises(errors.UsageError, match="by algorithm and hyperparameter"):
        recli.tune(tiny, ["svd", "nmf"], ranges={"n_factors": (1, 200)})


def test_a_place_of_the_front_is_a_number_and_no_time_is_no_time(tiny) -> None:
    given: dict[str, Any] = {"metric": ["rmse", "mae"], "trials": 5, "jobs": 1, "holdout": 0}
    found = recli.tune(tiny, "damped-mean", timeout=0, pick=1, **given)
    assert [trial.number for trial in found.trials] == [0]


@pytest.mark.parametrize(
    ("argument", "value"),
    [("seed", "x"), ("threshold", "x"), ("goal", "x"), ("lists", "x")],
)
def test_of_train(tiny, argument: str, value: object) -> None:
    with pytest.raises(errors.UsageError, match=argument):
        recli.train(tiny, "svd", **{argument: value})


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        *(("scale", value) for value in ("1-5", (1, 2, 3), ("a", "b"), 5)),
        *(("weights", value) for value in ([1, 2], {"view": "x"})),
        ("implicit", "yes"),
        ("time_unit", "sec"),
        ("prepare", 3),
        ("items", [1]),
        ("users", 3),
    ],
)
def test_of_load(argument: str, value: object) -> None:
    with pytest.raises(errors.UsageError, match=argument):
        recli.load(FRAME, **{argument: value})


@pytest.mark.parametrize("table", ["items", "users"])
def test_a_table_that_is_not_there(table: str) -> None:
    with pytest.raises(errors.NotFoundError, match=f"`{table}`: there is no file nope.csv"):
        recli.load(FRAME, **{table: "nope.csv"})


def test_the_column_of_ids_is_asked_for_by_parameter() -> None:
    items = pd.DataFrame({"id": ["a", "b"], "title": ["A", "B"]})
    with pytest.raises(errors.DataError, match='`items_id="NAME"`'):
        recli.load(FRAME, items=items)


def test_one_step_need_not_be_a_list() -> None:
    one = recli.load(FRAME, prepare="clip:low=2,high=4")
    assert one.to_pandas()["rating"].agg(["min", "max"]).tolist() == [2, 4]


@pytest.mark.parametrize("label", [" item", "item\n", ("an", "item"), 7, ""])
def test_columns_are_found_by_any_label(label: Any) -> None:
    columns = pd.Index(["user", label, "rating"], tupleize_cols=False)
    frame = FRAME.set_axis(columns, axis=1)
    found = recli.load(frame, user="user", item=label, rating="rating")
    assert found.to_pandas()["item"].tolist() == FRAME["item"].tolist()


@pytest.mark.parametrize(
    "given", [{"n": -1}, {"n": 0}, {"n": 2.5}, {"n": "two"}, {"memory_limit": "1G"}, {"seed": "x"}]
)
def test_of_recommend(model, given: dict[str, Any]) -> None:
    with pytest.raises(errors.UsageError, match=next(iter(given))):
        model.recommend(1, **given)


@pytest.mark.parametrize("users", [pd.DataFrame({"user": [1]}), {"user": 1}])
def test_users_are_ids(model, users: object) -> None:
    with pytest.raises(errors.UsageError, match="`users` should be"):
        model.recommend(users)


@pytest.mark.parametrize("pairs", [3, (1, 2), ["12"], [(1, 2, 3)]])
def test_pairs_are_pairs(model, pairs: object) -> None:
    with pytest.raises(errors.UsageError, match="`pairs` should be"):
        model.predict(pairs)


@pytest.mark.parametrize("rated", [3, None, "5", pd.DataFrame({"item": [1], "rating": [2]})])
def test_what_is_folded_in_is_items(model, rated: object) -> None:
    with pytest.raises(errors.UsageError, match="should be items with ratings"):
        model.fold_in(rated)


def test_a_series_of_ratings_is_by_item(tiny) -> None:
    model = recli.train(tiny, "ease")
    ratings = {1: 5.0, 3: 4.0}
    from_series, from_dict = (
        model.fold_in(given).recommend(n=3) for given in (pd.Series(ratings), ratings)
    )
    pd.testing.assert_frame_equal(from_series, from_dict)


@pytest.mark.parametrize("given", [{"n": 0}, {"n": "x"}, {"min_ratings": -1}])
def test_of_similar(tiny, given: dict[str, Any]) -> None:
    with pytest.raises(errors.UsageError, match=next(iter(given))):
        recli.train(tiny, "ease").similar(1, **given)


@pytest.mark.parametrize("name", ["..", ".", "", "a b", 3])
def test_names_of_models_are_checked(model, name: object, tmp_path: Path) -> None:
    (tmp_path / "kept").touch()
    with pytest.raises(errors.UsageError, match="name"):
        model.save(name, results=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


@pytest.mark.parametrize("name", [Path("nowhere"), "./nowhere"])
def test_a_folder_that_is_not_there(name: Any, tmp_path: Path) -> None:
    with pytest.raises(errors.NotFoundError, match="There is no folder"):
        recli.Model.load(name, results=tmp_path)


def test_one_of_a_kind_is_singular(model, tiny) -> None:
    assert repr(model.fold_in([1])).endswith("1 rating of 1 user")
    assert ", 1 fold (" in repr(
        recli.evaluate(tiny, "most-popular", split="shuffle:n_splits=1", metrics="ndcg", jobs=1)
    )


def test_a_misspelt_name_of_the_package() -> None:
    with pytest.raises(AttributeError, match="Did you mean 'evaluate'?"):
        recli.evalute  # noqa: B018
