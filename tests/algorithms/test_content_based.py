"""Content-based prediction: by hand, against scikit-learn, and where features are missing."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import scipy.sparse
import surprise
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import Ridge
from sklearn.metrics.pairwise import cosine_similarity

from recli import errors
from recli.algorithms import Algorithm, Configured
from recli.algorithms.content_based import ContentBased
from recli.data.dataset import Dataset
from recli.data.description import Description, Feature, RatingsSource
from recli.data.ids import Ids
from recli.data.ratings import Ratings
from recli.data.splits.cold_items import ColdItems
from recli.data.splits.k_fold import KFold
from recli.data.tables.items import Items
from recli.data.trainset import Trainset
from recli.evaluation.metric_names import Measure
from recli.experiments import cross_validation
from recli.kernels import ridge
from recli.models import model as models

# Two users, four films of one genre each; film d nobody rated. With bsl_options.reg_u and reg_i
# so large that all biases are 0, and shared weights of 0, each user's weight of a genre is
# Σ (r − μ) / (n + reg).
GENRES = {"a": "war", "b": "war", "c": "love", "d": "love"}
RATED = [("ann", "a", 5.0), ("ann", "b", 4.0), ("ann", "c", 1.0), ("bob", "a", 2.0)]
MEAN = (5 + 4 + 1 + 2) / 4
NONE_SHARED = {"shared_reg": 1e15}
NO_BIASES = {"bsl_options.reg_u": 1e12, "bsl_options.reg_i": 1e12, "shared_reg": 1e30}


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
    algorithm = fit(toy(), {"reg": 1.0, **options, **NONE_SHARED})
    a = ((5 - MEAN) + (2 - MEAN)) / (1 + 2)
    b, c = (4 - MEAN) / (1 + 1), (1 - MEAN) / (1 + 1)
    ann = ((5 - MEAN - a) + (4 - MEAN - b) + (1 - MEAN - c)) / (3 + 3)
    love = (1 - MEAN - ann - c) / (1 + 1)
    assert algorithm.predict("ann", "c", clip=False).est == pytest.approx(MEAN + ann + c + love)
    assert algorithm.predict("ann", "d", clip=False).est == pytest.approx(MEAN + ann + love)


def test_a_large_reg_leaves_the_baseline(small):
    content = fit(small, {"reg": 1e12, **NONE_SHARED})
    baseline = Configured.of("baseline-only").create(0).fit(small.trainset())
    users = np.arange(small.ratings.n_users)
    np.testing.assert_allclose(content.score_users(users), baseline.score_users(users), atol=1e-8)


@pytest.mark.parametrize("reg", [0.5, 5.0, 80.0])
@pytest.mark.parametrize("item_features", ["all", "genres:2", "year:0.1,genres"])
def test_weights_are_those_of_scikit_learn(small, reg, item_features):
    algorithm = fit(small, {"reg": reg, "item_features": item_features})
    trainset = algorithm.trainset
    x = algorithm._x.toarray()
    assert x.shape[0] == trainset.n_catalogue + 1
    for user in range(trainset.n_users):
        items, values = map(np.array, zip(*trainset.ur[user], strict=True))
        residuals = values - trainset.global_mean
        residuals -= algorithm.user_offsets[user] + algorithm.item_offsets[items]
        model = Ridge(alpha=reg, fit_intercept=False).fit(x[items], residuals)
        np.testing.assert_allclose(algorithm.weights[user], model.coef_, atol=1e-8)


@pytest.mark.parametrize("shared_reg", [0.5, 20.0])
def test_shared_weights_are_those_of_scikit_learn(small, shared_reg):
    algorithm = fit(small, {"shared_reg": shared_reg})
    baseline = Configured.of("baseline-only").create(0).fit(small.trainset())
    counts = np.array([len(algorithm.trainset.ir[i]) for i in range(algorithm.trainset.n_items)])
    x = algorithm._x.toarray()[:-1]
    model = Ridge(alpha=shared_reg, fit_intercept=False)
    mean_residuals = baseline.bi * (counts + 10) / counts
    weight = counts * 10 / (counts + 10)
    model.fit(x[: len(counts)], mean_residuals, sample_weight=weight)
    said = x @ model.coef_
    # What is rated n times keeps n parts of its ratings and has 10 of what its features say.
    known = (counts * mean_residuals + 10 * said[: len(counts)]) / (counts + 10)
    n = len(counts)
    np.testing.assert_allclose(algorithm.item_offsets[:n], known, atol=1e-9)
    np.testing.assert_allclose(algorithm.item_offsets[n:-1], said[n:], atol=1e-9)
    assert algorithm.item_offsets[-1] == 0
    np.testing.assert_array_equal(algorithm.user_offsets, np.append(baseline.bu, 0))


def test_without_pull_of_the_baselines_features_say_nothing_of_rated_items(small):
    options = {"bsl_options.reg_i": 0.0}
    content = fit(small, {"reg": 1e12, **options})
    baseline = Configured.of("baseline-only", options).create(0).fit(small.trainset())
    n = content.trainset.n_items
    np.testing.assert_allclose(content.item_offsets[:n], baseline.bi, atol=1e-9)


@pytest.mark.parametrize("shape", [(7, 3), (3, 7), (4, 4), (1, 1), (0, 3)])
@pytest.mark.parametrize("reg", [1e-6, 0.7, 1e6])
def test_the_kernel_against_dense_equations(shape, reg, interpreted):
    rng = np.random.default_rng(0)
    x = rng.normal(size=shape) * rng.integers(0, 2, size=shape)
    y = rng.normal(size=shape[0])
    expected = np.linalg.solve(x.T @ x + reg * np.eye(shape[1]), x.T @ y)
    sparse = scipy.sparse.csr_array(x)
    user = np.array([0, 0, len(y)]), np.arange(len(y)), y  # the first one rated nothing
    csr = sparse.indptr, sparse.indices, sparse.data
    found = np.zeros((2, shape[1]))
    ridge.ridge(user, csr, reg, 1e-12, found)
    plain = np.zeros((2, shape[1]))
    with interpreted(ridge):
        ridge.ridge(user, csr, reg, 1e-12, plain)
    for weights in (found, plain):
        np.testing.assert_array_equal(weights[0], 0)
        np.testing.assert_allclose(weights[1], expected, rtol=1e-6, atol=1e-9)


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


@pytest.mark.parametrize("unit", [1e12, 1e-9])
@pytest.mark.parametrize("mode", ["ridge", "profile"])
def test_the_unit_of_a_number_changes_nothing(unit, mode):
    """Prices in another currency, even in one of a trillion to the first."""
    price, genres = Feature("price", "number", "price"), Feature("genres", "categories", "genres")
    found = []
    for factor in (1.0, unit):
        prices = [repr(factor * p) for p in (10.0, 25.0, 7.5, 300.0)]
        data = dataset({"price": prices, "genres": list(GENRES.values())}, (price, genres))
        found.append(fit(data, {"mode": mode}).score_users(np.arange(2)))
    assert np.isfinite(found[0]).all()
    np.testing.assert_allclose(found[1], found[0], atol=1e-9)


def test_a_feature_that_is_the_same_for_all_changes_nothing():
    genres, same = Feature("genres", "categories", "genres"), Feature("same", "number", "same")
    columns = {"genres": list(GENRES.values()), "same": ["1e12"] * 4}
    found = fit(dataset(columns, (genres, same))).score_users(np.arange(2))
    np.testing.assert_array_equal(found, fit(toy()).score_users(np.arange(2)))


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
    assert fit(data, {"text_factors": 3}).weights.shape[1] == 3


def test_stop_words_are_left_out_if_asked():
    data = dataset(
        {"plot": ["the sea and ship", "sea", "gold", "the"]}, (Feature("plot", "text", "plot"),)
    )
    assert fit(data).weights.shape[1] == 5
    assert fit(data, {"text_stop_words": True}).weights.shape[1] == 3


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
    with pytest.raises(errors.DataError, match=r"describes 0 of 250 rated items"):
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


# Profiles


PROFILE = {"mode": "profile"}


def test_a_profile_by_hand():
    # Liked is 4 and more. Ann liked two of war and not the one of love: (1, -1/4), of length √17/4.
    algorithm = fit(toy(), PROFILE)
    assert algorithm.predicts == "scores"
    for user, item, expected in [
        ("ann", "a", 4 / np.sqrt(17)),
        ("ann", "d", -1 / np.sqrt(17)),
        ("bob", "b", -1.0),  # all that he says is that he does not like war
        ("bob", "d", 0.0),
        ("ann", "e", -1.0),  # not in the catalogue
        # Everybody: two of war liked, one of war and one of love not: (1 - 1/8, -1/8).
        ("carl", "a", 7 / np.sqrt(50)),
        ("carl", "d", -1 / np.sqrt(50)),
    ]:
        assert algorithm.predict(user, item).est == pytest.approx(expected, abs=1e-9)
    plain = fit(toy(), PROFILE | {"disliked": 0.0})
    assert plain.predict("ann", "a").est == pytest.approx(1.0)
    assert plain.predict("bob", "a").est == 0.0  # he liked nothing


@pytest.mark.parametrize("item_features", ["all", "year:0.3,genres"])
def test_profiles_are_those_of_scikit_learn(small, item_features):
    algorithm = fit(small, PROFILE | {"item_features": item_features})
    trainset, n = algorithm.trainset, algorithm.trainset.n_catalogue
    x = algorithm._x.toarray()[:n]
    unit = x / np.linalg.norm(x, axis=1, keepdims=True)
    scores = algorithm.score_users(np.arange(trainset.n_users))
    for user in range(trainset.n_users):
        items, values = map(np.array, zip(*trainset.ur[user], strict=True))
        liked = values >= 4
        profile = unit[items[liked]].mean(axis=0) if liked.any() else 0
        profile = profile - (0.25 * unit[items[~liked]].mean(axis=0) if (~liked).any() else 0)
        np.testing.assert_allclose(scores[user], cosine_similarity([profile], x)[0], atol=1e-9)


def test_liking_begins_where_the_trainset_says(small):
    at_three = Configured.of("content-based", PROFILE).create(0).fit(small.trainset(threshold=3.0))
    assert not np.allclose(at_three.score_users([0]), fit(small, PROFILE).score_users([0]))


def test_words_as_scikit_learn_weighs_them():
    titles = ["Blue War", "War Love War", "Love", "The Sea"]
    data = dataset({"title": titles}, (Feature("title", "text", "title"),))
    algorithm = fit(data, PROFILE | {"disliked": 0.0})
    x = TfidfVectorizer(sublinear_tf=True).fit_transform(titles).toarray()
    expected = cosine_similarity([(x[0] + x[1]) / 2], x)[0]  # ann liked a and b
    scores = algorithm.score_users(algorithm.trainset.inner_users[:1])[0]
    np.testing.assert_allclose(scores[algorithm.trainset.inner_items], expected, atol=1e-12)


def test_profiles_rank_items_that_nobody_rated(embedded):
    measures = (Measure.parse("ndcg@10"), Measure.parse("rmse"))
    protocol = cross_validation.Protocol(ColdItems(seed=0), measures, threshold=4.0, seed=0)
    line_up = [Configured.of("content-based", PROFILE), Configured.of("most-popular")]
    found = cross_validation.cross_validate(embedded, line_up, protocol)
    profile, popular = sorted(found, key=lambda summary: summary.configured.name)
    assert popular.values(measures[0]) == [0.0]
    [per_user] = [cell.scores.per_user["ndcg@10"] for cell in profile.cells]
    # The mean is above 0 by chance once in some 10^9 times.
    mean, error = np.nanmean(per_user), np.nanstd(per_user) / np.sqrt(np.sum(~np.isnan(per_user)))
    assert mean > 6 * error
    assert np.isnan(profile.values(measures[1])).all()


@pytest.mark.parametrize("mode", ["ridge", "profile"])
def test_items_without_features(mode):
    data = dataset(
        {"genres": ["war", "war", "love", ""]}, (Feature("genres", "categories", "genres"),)
    )
    algorithm = fit(data, {"mode": mode})
    d = algorithm.predict("ann", "d", clip=False).est
    if mode == "profile":
        assert d == -1
    else:
        baseline = Configured.of("baseline-only").create(0).fit(data.trainset())
        assert d == pytest.approx(baseline.predict("ann", "d", clip=False).est)


def test_parameters_of_the_other_mode_are_refused():
    with pytest.raises(errors.UsageError, match="only matters with mode=ridge"):
        Configured.of("content-based", PROFILE | {"reg": 2})
    with pytest.raises(errors.UsageError, match="only matters with mode=profile"):
        Configured.of("content-based", {"disliked": 0.5})


def test_a_stored_profile(small, tmp_path):
    model = models.train(small, Configured.of("content-based", PROFILE), 0)
    loaded = models.load(models.save(model, tmp_path, "m"))
    users = np.arange(-1, small.ratings.n_users)
    np.testing.assert_array_equal(
        loaded.algorithm.score_users(users), model.algorithm.score_users(users)
    )
    assert loaded.algorithm.predicts == "scores"
    assert loaded.algorithm.explain(0, 3) == model.algorithm.explain(0, 3)


# Reasons


@pytest.mark.parametrize("mode", ["ridge", "profile"])
def test_reasons_sum_to_the_score(small, mode):
    algorithm = fit(small, {"mode": mode}, np.arange(1500))
    trainset = algorithm.trainset
    cold = trainset.n_catalogue - 1
    assert cold >= trainset.n_items
    for user in (0, 5, trainset.n_users - 1, -1):
        for item in (0, 7, cold, -1):
            reasons = algorithm.explain(user, item)
            [score] = algorithm.predict_pairs(np.array([user]), np.array([item]), clip=False)
            assert sum(reason.amount for reason in reasons) == pytest.approx(score, abs=1e-12)
            sizes = [abs(reason.amount) for reason in reasons]
            assert sizes == sorted(sizes, reverse=True)
            assert {r.kind for r in reasons} <= {"mean", "user bias", "item bias", "feature"}


def test_reasons_by_hand():
    algorithm = fit(toy(), {"reg": 2.0, **NO_BIASES})
    of = algorithm.trainset
    user, item = of.to_inner_uid("ann"), of.to_inner_iid("a")
    mean, war, *rest = algorithm.explain(user, item)
    assert (mean.kind, mean.amount) == ("mean", MEAN)
    assert (war.kind, war.what) == ("feature", "genres=war")
    assert war.amount == pytest.approx((2 + 1) / (2 + 2))
    assert all(abs(reason.amount) < 1e-9 for reason in rest)


# Tables that are not about the ratings


def test_a_table_of_other_items(small):
    ids = small.items.ids.text
    in_table = np.arange(len(ids)) < 10
    table = dataclasses.replace(small.items, in_table=in_table)
    data = dataclasses.replace(small, items=table)
    with pytest.raises(errors.DataError) as caught:
        fit(data)
    rated = {str(ids[item]) for item in small.ratings.items}
    matching = len(rated & set(ids[:10]))
    lines = str(caught.value).splitlines()
    assert lines[0].startswith(f"The item table describes {matching} of {len(rated)} rated items:")
    assert all(line.strip() in rated - set(ids[:10]) for line in lines[1:11])
    assert lines[11:] == [f"  … and {len(rated) - matching - 10} more"]


def test_a_table_that_lacks_some_items_is_no_error(small):
    in_table = np.arange(len(small.items.ids)) % 2 == 0
    columns = {name: np.where(in_table, column, "") for name, column in small.items.columns.items()}
    table = dataclasses.replace(small.items, in_table=in_table, columns=columns)
    algorithm = fit(dataclasses.replace(small, items=table))
    assert np.isfinite(algorithm.score_users(np.arange(5))).all()
