"""Vectors that networks learned: their products rank, and they are exported as those of any model."""

from __future__ import annotations

import numpy as np
import pyarrow.parquet
import pytest

from recli import registry
from recli.algorithms import Configured
from recli.algorithms._contract.abilities import Able
from recli.models import model as models
from recli.models.embeddings import write
from recli.testing._data import small_dataset

pytest.importorskip("recli.extras.keras.backend", exc_type=ImportError)
NAMES = [
    name
    for name in registry.names("algorithm")
    if registry.extra_of("algorithm", name).startswith("keras-")
    and registry.get("algorithm", name).embeddings is not Able.embeddings
]


@pytest.fixture(scope="module", params=NAMES)
def model(request):
    quick = dict(registry.get("algorithm", request.param).quick)
    return models.train(small_dataset(), Configured.of(request.param, quick), 0)


def test_their_products_are_what_the_score_is_made_of(model):
    users, items = model.algorithm.embeddings()
    learned = ~np.isnan(items).any(axis=1)
    assert learned.sum() > 100
    known = np.flatnonzero(users.any(axis=1))  # who likes nothing gets what is popular
    assert len(known) >= len(users) - 1
    scores = model.algorithm.score_users(known)[:, learned]
    rest = scores - users[known] @ items[learned].T
    # What is left of a rating is a sum of something of the user and something of the item.
    additive = rest.mean(axis=0) + rest.mean(axis=1)[:, None] - rest.mean()
    np.testing.assert_allclose(rest, additive, atol=1e-9)
    if model.algorithm.predicts == "scores":
        np.testing.assert_allclose(rest, 0.0, atol=1e-9)


def test_a_stored_model_exports_them(model, tmp_path):
    stored = models.load(models.save(model, tmp_path, "m"))
    shapes = write(stored, tmp_path / "v")
    vectors = dict(zip(("users", "items"), model.algorithm.embeddings(), strict=True))
    ratings = model.trainset.ratings
    for what, ids, inner in (
        ("users", ratings.user_ids, model.trainset.inner_users),
        ("items", ratings.item_ids, model.trainset.inner_items),
    ):
        table = pyarrow.parquet.read_table(tmp_path / "v" / what / "vectors.parquet")
        expected = vectors[what][inner[ids.codes(table["id"].to_pylist())]]
        assert shapes[what] == expected.shape
        found = np.array(table["vector"].to_pylist())
        np.testing.assert_array_equal(found, expected.astype(np.float32))


def test_alike_are_those_whose_vectors_point_the_same_way(model):
    items = model.algorithm.embeddings()[1]
    alike = model.algorithm.similarities("item", 3)
    other = int(np.nanargmax(np.where(np.arange(len(alike)) == 3, -np.inf, alike)))
    for place in (other, 8):
        cosine = items[3] @ items[place] / np.linalg.norm(items[3]) / np.linalg.norm(items[place])
        assert alike[place] == pytest.approx(cosine)
