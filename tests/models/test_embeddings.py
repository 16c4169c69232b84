"""Vectors of users and items: their products are in the scores, and the files hold them."""

from __future__ import annotations

import dataclasses

import numpy as np
import pyarrow.parquet
import pytest

from recli import errors
from recli.algorithms import Configured
from recli.data.ids import Ids
from recli.models import model as models
from recli.models.embeddings import write

WITH = {
    "svd": {},
    "svdpp": {},
    "nmf": {"biased": True},
    "content-based": {},
    "content-based profile": {"mode": "profile"},
}


def trained(dataset, name, params=None):
    rows = np.flatnonzero(dataset.ratings.users > 2)  # three users without a rating
    ratings = dataset.ratings
    cut = {key: getattr(ratings, key)[rows] for key in ("users", "items", "values", "times")}
    dataset = dataclasses.replace(dataset, ratings=dataclasses.replace(ratings, **cut))
    return models.train(dataset, Configured.of(name.split()[0], params), 0)


@pytest.fixture(params=WITH)
def model(request, small):
    return trained(small, request.param, WITH[request.param])


def test_products_are_what_scores_add_to_biases(model):
    users, items = model.algorithm.embeddings()
    trainset = model.trainset
    assert (len(users), len(items)) == (trainset.n_users, trainset.n_catalogue)
    scores = model.algorithm.score_users(np.arange(trainset.n_users))
    learned = ~np.isnan(items).any(axis=1)
    assert learned[: trainset.n_items].all()
    rest = scores[:, learned] - users @ items[learned].T
    # What is left is a sum of something of the user and something of the item.
    additive = rest.mean(axis=0) + rest.mean(axis=1)[:, None] - rest.mean()
    np.testing.assert_allclose(rest, additive, atol=1e-9)


def test_the_files_hold_the_vectors(model, tmp_path):
    shapes = write(model, tmp_path / "v")
    users, items = model.algorithm.embeddings()
    trainset = model.trainset
    for what, vectors, ids, inner in (
        ("users", users, trainset.ratings.user_ids, trainset.inner_users),
        ("items", items, trainset.ratings.item_ids, trainset.inner_items),
    ):
        table = pyarrow.parquet.read_table(tmp_path / "v" / what / "vectors.parquet")
        found = np.array(table["vector"].to_pylist(), np.float32)
        codes = ids.codes([str(raw) for raw in table["id"].to_pylist()])
        assert shapes[what] == found.shape
        np.testing.assert_array_equal(found, vectors[inner[codes]].astype(np.float32))
        there = (inner >= 0) & ~np.isnan(vectors[inner]).any(axis=1)
        assert codes.tolist() == np.flatnonzero(there).tolist()
        numbers = np.loadtxt(tmp_path / "v" / what / "vectors.tsv", delimiter="\t", ndmin=2)
        np.testing.assert_allclose(numbers, found, rtol=1e-6)
        lines = (tmp_path / "v" / what / "metadata.tsv").read_text(encoding="utf-8").splitlines()
        if what == "users":
            assert table.column_names == ["id", "vector"]
            assert lines == ids.text[codes].tolist()
        else:
            titles = [model.title(code) for code in codes]
            assert table["title"].to_pylist() == titles
            named = zip(ids.text[codes], titles, strict=True)
            assert lines == ["id\ttitle", *(f"{raw}\t{title}" for raw, title in named)]


def test_without_titles_and_with_a_tab_in_an_id(small, tmp_path):
    raw = small.ratings.item_ids.text.tolist()
    ids = Ids(np.array([*raw[:-1], "a\tb"], object))
    bare = dataclasses.replace(
        small, items=None, ratings=dataclasses.replace(small.ratings, item_ids=ids)
    )
    last = bare.ratings.items.max()
    write(models.train(bare, Configured.of("svd", {"n_factors": 2}), 0), tmp_path / "v")
    table = pyarrow.parquet.read_table(tmp_path / "v" / "items" / "vectors.parquet")
    assert table.column_names == ["id", "vector"]
    lines = (tmp_path / "v" / "items" / "metadata.tsv").read_text(encoding="utf-8").splitlines()
    assert lines == [" ".join(text.split()) for text in table["id"].to_pylist()]
    assert (lines[-1] == "a b") == (last == len(ids) - 1)


def test_an_earlier_export_is_replaced_and_nothing_else(small, tmp_path):
    model = trained(small, "svd", {"n_factors": 2})
    write(model, tmp_path / "v")
    write(model, tmp_path / "v")
    with pytest.raises(errors.UsageError, match=r"holds v: vectors go into a folder of their own"):
        write(model, tmp_path)
    assert sorted(path.name for path in (tmp_path / "v").iterdir()) == ["items", "users"]


@pytest.mark.parametrize("name", ["slope-one", "baseline-only", "knn-basic", "most-popular"])
def test_models_without_vectors(name, small, tmp_path):
    with pytest.raises(errors.UsageError, match=f"{name} has no vectors of users and items"):
        write(trained(small, name), tmp_path / "v")
    assert not (tmp_path / "v").exists()
