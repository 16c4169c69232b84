"""Content-based prediction: by hand, against scikit-learn, and where features are missing."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import surprise
from sklearn.linear_model import Ridge

from recli import errors
from recli.algorithms import Algorithm, Configured
from recli.algorithms.content_based import ContentBased, ridge
from recli.data.dataset import Dataset
from recli.data.description import Description, Feature, RatingsSource
from recli.data.ids import Ids
from recli.data.items import Items
from recli.data.ratings import Ratings
from recli.data.splits.k_fold import KFold
from recli.data.trainset import Trainset
from recli.evaluation.metric_names import Measure
from recli.experiments import cross_validation

# Two users, four films of one genre each; film d nobody rated. With bsl_options.reg_u and reg_i
# so large that all biases are 0, each user's weight of a genre is Σ (r − μ) / (n + reg).
GENRES = {"a": "war", "b": "war", "c": "love", "d": "love"}
RATED = [("ann", "a", 5.0), ("ann", "b", 4.0), ("ann", "c", 1.0), ("bob", "a", 2.0)]
MEAN = (5 + 4 + 1 + 2) / 4
NO_BIASES = {"bsl_options.reg_u": 1e12, "bsl_options.reg_i": 1e12}


def dataset(columns, features, rated=RATED):
    user_ids, item_ids = Ids.of([u for u, _, _ in rated]), Ids.of(list(GENRES))
    ratings = Ratings(
        user_ids=user_ids,
        item_ids=item_ids,
        users=user_ids.codes([u for u, _, _ in rated]),
        items=item_ids.codes([i for _, i, _ in rated]),
        values=np.array([r for _, _, r in rated]),
        times=None,
        scale=(1.0, 5.0),
    )
    columns = {name: np.array(column, object) for name, column in columns.items()}
    items = Items(item_ids, columns, np.ones(4, bool), features=features)
    source = RatingsSource(file="none.csv")
    return Dataset("toy", Description("toy", None, source), ratings, items)


def toy():
    return dataset({"genres": list(GENRES.values())}, (Feature("genres", "categories", "genres"),))


def fit(data, params=None, rows=None) -> Algorithm:
    return Configured.of("content-based", params).create(0).fit(data.trainset(rows))


def test_by_hand():
    algorithm = fit(toy(), {"reg": 2.0, **NO_BIASES})
    ann_war, ann_love = ((5 - MEAN) + (4 - MEAN)) / (2 + 2), (1 - MEAN) / (1 + 2)
    bob_war = (2 - MEAN) / (1 + 2)
    for user, item, expected in [
        ("ann", "a", MEAN + ann_war),
        ("ann", "b", MEAN + ann_war),
        ("ann", "c", MEAN + ann_love),
        ("ann", "d", MEAN + ann_love),  # nobody rated it
        ("bob", "b", MEAN + bob_war),
        ("bob", "d", MEAN),  # he rated nothing of that genre
        ("carl", "a", MEAN),  # unknown user
        ("ann", "e", MEAN),  # unknown item
    ]:
        assert algorithm.predict(user, item, clip=False).est == pytest.approx(expected, abs=1e-9)


def test_with_its_baselines_by_hand():
    # One epoch of als: items first, then users, then the ridge on what is left.
    options = {"bsl_options.n_epochs": 1, "bsl_options.reg_i": 1.0, "bsl_options.reg_u": 3.0}
    algorithm = fit(toy(), {"reg": 1.0, **options})
    a = ((5 - MEAN) + (2 - MEAN)) / (1 + 2)
    b, c = (4 - MEAN) / (1 + 1), (1 - MEAN) / (1 + 1)
    ann = ((5 - MEAN - a) + (4 - MEAN - b) + (1 - MEAN - c)) / (3 + 3)
    love = (1 - MEAN - ann - c) / (1 + 1)
    assert algorithm.predict("ann", "c", clip=False).est == pytest.approx(MEAN + ann + c + love)
    assert algorithm.predict("ann", "d", clip=False).est == pytest.approx(MEAN + ann + love)


def test_a_large_reg_leaves_the_baseline(small):
    content = fit(small, {"reg": 1e12})
    baseline = Configured.of("baseline-only").create(0).fit(small.trainset())
    users = np.arange(small.ratings.n_users)
    np.testing.assert_allclose(content.score_users(users), baseline.score_users(users), atol=1e-8)


@pytest.mark.parametrize("reg", [0.5, 5.0, 80.0])
def test_weights_are_those_of_scikit_learn(small, reg):
    algorithm = fit(small, {"reg": reg})
    trainset = algorithm.trainset
    x = algorithm._x.toarray()
    assert x.shape[0] == trainset.n_catalogue
    for user in range(trainset.n_users):
        items, values = map(np.array, zip(*trainset.ur[user], strict=True))
        residuals = values - trainset.global_mean - algorithm.bu[user] - algorithm.bi[items]
        model = Ridge(alpha=reg, fit_intercept=False).fit(x[items], residuals)
        np.testing.assert_allclose(algorithm.weights[user], model.coef_, atol=1e-8)


@pytest.mark.parametrize("shape", [(7, 3), (3, 7), (4, 4), (1, 1)])
def test_ridge_in_either_dimension(shape):
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=shape), rng.normal(size=shape[0])
    expected = Ridge(alpha=0.7, fit_intercept=False).fit(x, y).coef_
    np.testing.assert_allclose(ridge(x, y, 0.7), expected, atol=1e-9)


def test_beats_the_user_mean_and_ranks_above_chance(embedded):
    measures = (Measure.parse("rmse"), Measure.parse("ndcg@10"))
    protocol = cross_validation.Protocol(KFold(5, seed=0), measures, threshold=4.0, seed=0)
    line_up = [Configured.of("content-based"), Configured.of("normal-predictor")]
    content, chance = cross_validation.cross_validate(embedded, line_up, protocol)
    assert content.configured.name == "content-based"
    ratings, user_mean = embedded.ratings, []
    for fold in protocol.split.folds(embedded):
        users, values = ratings.users[fold.train], ratings.values[fold.train]
        n = len(ratings.user_ids)
        means = np.bincount(users, values, n) / np.maximum(np.bincount(users, minlength=n), 1)
        errs = ratings.values[fold.test] - means[ratings.users[fold.test]]
        user_mean.append(np.sqrt(np.mean(errs**2)))
    assert max(content.values(measures[0])) < min(user_mean)
    assert min(content.values(measures[1])) > max(chance.values(measures[1]))


# Features


def test_text_flags_numbers_and_patterns():
    columns = {
        "title": ["Blue War (1950)", "Red War (1990)", "Red Love (1970)", "Blue Love"],
        "war": ["1", "1", "0", "0"],
        "love": ["0", "0", "1", "1"],
    }
    features = (
        Feature("words", "text", "title", pattern=r"^(.*?)(?: \(|$)"),
        Feature("genre", "flags", "", columns=("war", "love")),
        Feature("year", "number", "title", pattern=r"\((\d{4})\)$"),
    )
    data = dataset(columns, features)
    algorithm = fit(data, {"reg": 1.0})
    x = algorithm._x.toarray()[algorithm.trainset.inner_items]
    # Four words (blue, love, red, war), each in two of the four titles; then two flags; the year.
    assert x.shape == (4, 4 + 2 + 1)
    half = 1 / np.sqrt(2)
    np.testing.assert_allclose(
        x[:, :4], [[half, 0, 0, half], [0, 0, half, half], [0, half, half, 0], [half, half, 0, 0]]
    )
    np.testing.assert_array_equal(x[:, 4:6], [[1, 0], [1, 0], [0, 1], [0, 1]])
    spread = 20 / np.std([1950, 1990, 1970])
    np.testing.assert_allclose(x[:, 6], [-spread, spread, 0, 0], atol=1e-12)


def test_chosen_features_alone():
    data = dataset(
        {"genres": list(GENRES.values()), "year": ["1950", "1990", "1970", ""]},
        (Feature("genres", "categories", "genres"), Feature("year", "number", "year")),
    )
    assert fit(data).weights.shape[1] == 3
    assert fit(data, {"item_features": "year"}).weights.shape[1] == 1
    assert fit(data, {"item_features": " year , genres "}).weights.shape[1] == 3


def test_text_terms_are_the_most_frequent():
    data = dataset(
        {"plot": ["sea sea ship", "sea gold", "gold love", "sea"]},
        (Feature("plot", "text", "plot"),),
    )
    assert fit(data).weights.shape[1] == 4
    assert fit(data, {"text_terms": 2}).weights.shape[1] == 2


def test_without_an_item_table(small):
    data = dataclasses.replace(small, items=None)
    with pytest.raises(errors.DataError) as caught:
        fit(data)
    assert caught.value.exit_code == 3
    assert "[items.features]" in str(caught.value)
    assert 'kind = "categories"' in str(caught.value)


def test_unknown_feature(small):
    with pytest.raises(errors.UsageError, match=r"'gernes'.*Did you mean 'genres'"):
        fit(small, {"item_features": "gernes"})


def test_an_item_table_that_lacks_rated_items(small, to_surprise):
    table = toy().items
    trainset = to_surprise(small).build_full_trainset()
    with pytest.raises(errors.DataError, match=r"lacks 250 rated items"):
        ContentBased(items=table).fit(trainset)


def test_without_items_on_surprises_own_trainset(small, to_surprise):
    with pytest.raises(errors.DataError, match=r"\[items\]"):
        ContentBased().fit(to_surprise(small).build_full_trainset())


def test_gives_the_same_on_either_trainset(small, to_surprise):
    # Ids by first appearance are the same, and so are the biases: the table decides the rest.
    theirs = ContentBased(items=small.items).fit(to_surprise(small).build_full_trainset())
    ours = fit(small)
    assert isinstance(ours.trainset, Trainset)
    assert not isinstance(theirs.trainset, Trainset)
    users = np.arange(ours.trainset.n_users)
    n = theirs.trainset.n_items
    np.testing.assert_allclose(
        ours.score_users(users)[:, :n], theirs.score_users(users), atol=1e-12
    )
    assert isinstance(theirs, surprise.AlgoBase)
