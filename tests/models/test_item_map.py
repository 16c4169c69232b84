"""Items in two dimensions, and how a report shows them."""

from __future__ import annotations

import dataclasses
import re

import numpy as np
import pytest
from sklearn.manifold import trustworthiness

from recli import errors
from recli.algorithms import Configured
from recli.experiments.reports.plots import item_map as plot
from recli.models import model as models
from recli.models.item_map import ItemMap, item_map


@pytest.fixture(scope="module")
def model(small):
    return models.train(small, Configured.of("content-based"), 0)


@pytest.fixture(scope="module")
def found(model):
    return item_map(model, 120)


def test_it_has_the_items_rated_most(found, model, small):
    counts = np.bincount(small.ratings.items, minlength=len(small.ratings.item_ids))
    most = np.argsort(-counts, kind="stable")[:120]
    assert found.points.shape == (120, 2)
    assert found.names == [model.title(code) for code in most]
    genres = [small.items.columns["genres"][code] for code in most]
    assert found.categories == [text.split("|")[0] for text in genres]
    assert (found.label, found.method) == ("content-based", "t-SNE")


def test_near_items_stay_near(found, model):
    items = model.algorithm.embeddings()[1]
    codes = [model.trainset.item_table.titles.tolist().index(name) for name in found.names]
    vectors = items[model.trainset.inner_items[codes]]
    shuffled = np.random.default_rng(0).permutation(found.points)
    assert trustworthiness(vectors, found.points, metric="cosine") > 0.9
    assert trustworthiness(vectors, shuffled, metric="cosine") < 0.6


def test_the_same_model_has_the_same_map(found, model):
    np.testing.assert_array_equal(item_map(model, 120).points, found.points)


@pytest.mark.parametrize("n", [1, 2, 9])
def test_few_items(model, n):
    few = item_map(model, n)
    assert few.method == "principal components"
    assert few.points.shape == (n, 2)
    assert np.isfinite(few.points).all()
    assert "<svg" in plot._drawn(few)


def test_without_titles_and_categories(small):
    bare = dataclasses.replace(small, items=None)
    few = item_map(models.train(bare, Configured.of("svd", {"n_factors": 1}), 0), 5)
    counts = np.bincount(small.ratings.items)
    most = np.argsort(-counts, kind="stable")[:5]
    assert few.names == small.ratings.item_ids.text[most].tolist()
    assert few.categories is None
    assert plot._drawn(few).count("<title>") == 5


def test_a_model_without_vectors(small):
    with pytest.raises(errors.UsageError, match="slope-one has no vectors"):
        item_map(models.train(small, Configured.of("slope-one"), 0))


def test_colours_are_the_five_most_frequent_categories():
    categories = [*"aaabbccddeefg", ""]
    points = np.random.default_rng(0).normal(size=(len(categories), 2))
    names = [f"<{n}>" for n in range(len(categories))]
    drawn = plot._drawn(ItemMap("m", points, names, categories, "t-SNE"))
    labels = re.findall(r'class="name">([^<]*)<', drawn)
    assert labels == ["a", "b", "c", "d", "e", "other"]
    assert "<title>&lt;0&gt; (a)</title>" in drawn
    assert "<title>&lt;13&gt;</title>" in drawn
    # Of f, g and what has no category, and the key.
    assert len(re.findall(r'class="mark c5"', drawn)) == 3 + 1
