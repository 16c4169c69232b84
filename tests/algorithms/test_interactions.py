"""What every algorithm makes of interactions: rankers learn from them, the others say why not."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from recli import errors, registry
from recli.algorithms import Configured
from recli.data.load import load
from recli.data.splits._base import Split
from recli.evaluation.metric_names import Measure
from recli.evaluation.protocol import Protocol
from recli.experiments.cross_validation import cross_validate
from recli.models import model as models

NAMES = registry.names("algorithm")
GIVEN = {
    "content-based": {"mode": "profile"},
    "hybrid": {"members": "item-knn,most-popular", "method": "weighted"},
}
OF_SCORES = [name for name in NAMES if registry.get("algorithm", name).predicts == "scores"]
RANKERS = [*OF_SCORES, *GIVEN]
# What is made of others has no preferences of its own, its members have.
OF_PREFERENCES = [n for n in OF_SCORES if registry.get("algorithm", n).kind != "hybrid"]
OF_ORDER = ("gru4rec", "markov-chain", "sasrec")  # and in these data order says little
# Those take no weights.
WEIGHED = [name for name in OF_PREFERENCES if name not in ("bpr", *OF_ORDER)]
PERSONAL = [name for name in RANKERS if name != "most-popular"]


def configured(name, **given):
    return Configured.of(name, GIVEN.get(name, {}) | given)


def counted(dataset, values, implicit=True, scale=None):
    """The dataset with other values, float64[n]: interactions unless they are ratings."""
    scale = scale or (float(values.min()), float(values.max()))
    ratings = dataclasses.replace(dataset.ratings, values=values, scale=scale, implicit=implicit)
    return dataclasses.replace(dataset, ratings=ratings)


def long_tail(n):
    """Counts as of plays: half of them 1, the largest in the thousands."""
    return np.floor(np.random.default_rng(8).pareto(0.8, n) + 1).clip(max=5000)


VALUES = {
    "constant": lambda n: np.full(n, 3.0),
    "two": lambda n: np.where(np.arange(n) % 6 == 0, 3.0, 1.0),
    "long tail": long_tail,
}


@pytest.fixture(scope="module", params=VALUES)
def values(request, medium):
    return VALUES[request.param](len(medium.ratings))


@pytest.fixture(scope="module")
def held_out(medium):
    """Training rows, test rows: a fifth."""
    tested = np.random.default_rng(1).random(len(medium.ratings)) < 0.2
    return np.flatnonzero(~tested), np.flatnonzero(tested)


def ndcg(scores, trainset, test):
    """Mean nDCG@10 over users with test items, all of them liked: by hand, without recli's ranking.

    scores: float64[n_users, n_catalogue]
    """
    ratings, found = trainset.ratings, []
    for user in range(trainset.n_users):
        code = trainset.user_codes[user]
        wanted = set(ratings.items[test][ratings.users[test] == code])
        if not wanted:
            continue
        own = scores[user].copy()
        own[trainset.items[trainset.users == user]] = -np.inf
        by_code = own[trainset.inner_items]
        top = np.lexsort((np.arange(len(by_code)), -by_code))[:10]
        discounts = 1 / np.log2(np.arange(2, 12))
        hits = np.array([item in wanted for item in top])
        found.append(discounts[hits].sum() / discounts[: len(wanted)].sum())
    return float(np.mean(found))


@pytest.mark.parametrize("name", RANKERS)
def test_interactions_of_any_weights_are_learned_from(name, values, medium, held_out):
    train, test = held_out
    trainset = counted(medium, values).trainset(train)
    scores = configured(name).create(0).fit(trainset).score_users(np.arange(trainset.n_users))
    assert np.isfinite(scores).all()
    lists = np.argsort(-scores, axis=1, kind="stable")[:, :10]
    if name in PERSONAL:
        assert len(np.unique(lists, axis=0)) > 0.4 * len(lists), "users get different lists"
    alphabet, reached = (ndcg(of, trainset, test) for of in (np.zeros_like(scores), scores))
    assert reached > (1 if name in ("content-based", *OF_ORDER) else 2) * alphabet


@pytest.mark.parametrize("name", OF_SCORES)
@pytest.mark.parametrize(
    ("given", "scale"),
    [((3.0, 3.0), (3.0, 3.0)), ((3.0, 3.0), (1.0, 5.0)), ((1.0, 3.0), (1.0, 3.0))],
    ids=["constant", "constant on a wider scale", "two"],
)
def test_ratings_of_hardly_any_values_are_learned_from(name, given, scale, medium, held_out):
    """As ratings, not interactions."""
    train, test = held_out
    values = np.where(np.arange(len(medium.ratings)) % 2, *given)
    trainset = counted(medium, values, False, scale).trainset(train, threshold=3.0)
    scores = configured(name).create(0).fit(trainset).score_users(np.arange(trainset.n_users))
    assert np.isfinite(scores).all()
    lists = np.argsort(-scores, axis=1, kind="stable")[:, :10]
    if name in PERSONAL:
        assert len(np.unique(lists, axis=0)) > 0.4 * len(lists), "users get different lists"
    least = 1 if name in OF_ORDER else 2
    assert ndcg(scores, trainset, test) > least * ndcg(np.zeros_like(scores), trainset, test)


@pytest.mark.parametrize("name", OF_PREFERENCES)
def test_without_their_ratings_data_give_what_all_alike_gives(name, medium, held_out):
    """With the rating column dropped: as with it, where every rating counts and counts alike."""
    train, _ = held_out
    dropped = counted(medium, np.ones(len(medium.ratings))).trainset(train)
    users = np.arange(-1, dropped.n_users)
    expected = configured(name, preferences="all").create(0).fit(medium.trainset(train))
    found = configured(name).create(0).fit(dropped)
    np.testing.assert_array_equal(found.score_users(users), expected.score_users(users))


def test_the_whole_way_from_a_description_without_ratings(embedded):
    """movielens-small, two folds: the same nDCG@10 as with preferences=all and everything liked."""
    ndcg_at_10 = Measure.parse("ndcg@10")
    protocol = Protocol(Split.parse("k-fold:n_splits=2"), (ndcg_at_10,), 0.5, 0)
    found = []
    for dataset, given in (
        (load("movielens-small", {"implicit": True}), {}),
        (embedded, {"preferences": "all"}),
    ):
        line_up = [Configured.of(name, given) for name in ("item-knn", "rp3beta", "most-popular")]
        summaries = cross_validate(dataset, line_up, protocol)
        found.append([summary.values(ndcg_at_10) for summary in summaries])
    assert found[0] == found[1]
    assert np.min(found) > 0.1


@pytest.mark.parametrize("name", WEIGHED)
@pytest.mark.parametrize("weighting", ["linear", "tf-idf"])
def test_the_unit_of_weights_does_not_matter(name, weighting, small):
    """View 1 and cart 3 are view 8 and cart 24, but for log and bm25, where 1 is one thing."""
    values = long_tail(len(small.ratings))
    scores = []
    for unit in (1.0, 8.0):
        trainset = counted(small, unit * values).trainset()
        algorithm = configured(name, weighting=weighting).create(0).fit(trainset)
        scores.append(algorithm.score_users(np.arange(trainset.n_users)))
    np.testing.assert_allclose(*scores, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("name", WEIGHED)
def test_weights_matter(name, small):
    values = long_tail(len(small.ratings))
    scores = []
    for given in ({}, {"preferences": "all"}, {"weighting": "linear"}, {"cap": 2.0}):
        trainset = counted(small, values).trainset()
        algorithm = configured(name, **given).create(0).fit(trainset)
        scores.append(algorithm.score_users(np.arange(trainset.n_users)))
    for one in range(len(scores)):
        for other in range(one):
            assert not np.array_equal(scores[one], scores[other])


@pytest.mark.parametrize("name", RANKERS)
def test_somebody_new_is_folded_in_by_what_she_did(name, small):
    trainset = counted(small, 2 * long_tail(len(small.ratings))).trainset()
    algorithm = configured(name).create(0).fit(trainset)
    items = np.array([3, 40, 77])
    # Less than anybody before counts, too.
    folded = [
        algorithm.fold_in(items, np.array(counts)) for counts in ([2.0, 2, 2], [9.0, 1, 0.25])
    ]
    scores = [one.score_users(np.array([0]))[0] for one in folded]
    nothing = algorithm.score_users(np.array([-1]))[0]
    assert all(np.isfinite(one).all() for one in scores)
    if name in PERSONAL:
        assert not any(np.array_equal(np.argsort(-one), np.argsort(-nothing)) for one in scores)
    if name not in ("most-popular", "bpr"):
        assert not np.array_equal(*scores), "how often matters"


@pytest.mark.parametrize("name", RANKERS)
def test_a_stored_model_still_knows_that_it_is_of_interactions(name, small, tmp_path):
    dataset = counted(small, long_tail(len(small.ratings)))
    model = models.train(dataset, configured(name), 0)
    loaded = models.load(models.save(model, tmp_path, "m"))
    assert loaded.trainset.ratings.implicit
    users = np.arange(-1, model.trainset.n_users)
    np.testing.assert_array_equal(
        loaded.algorithm.score_users(users), model.algorithm.score_users(users)
    )
    items, counts = np.array([3, 40, 77]), np.array([9.0, 1, 0.25])
    expected, found = (
        one.algorithm.fold_in(items, counts).score_users(np.array([0])) for one in (model, loaded)
    )
    np.testing.assert_array_equal(found, expected)


# Algorithms that predict ratings


@pytest.mark.parametrize("name", [name for name in NAMES if name not in OF_SCORES])
def test_what_predicts_ratings_is_refused_with_the_reason(name, small):
    trainset = counted(small, np.ones(len(small.ratings))).trainset()
    with pytest.raises(errors.UsageError) as caught:
        Configured.of(name).create(0).fit(trainset)
    message = str(caught.value)
    assert message.startswith(
        f"{name} predicts ratings, and the data are interactions, which have "
    )
    assert "an algorithm that makes lists: bpr, ease, " in message
    assert ", item-knn, " in message
    assert "svd" not in message.partition("lists:")[2]
    assert ('Take `algorithm(…, mode="profile")`, or' in message) == (name == "content-based")
    assert ('Take `algorithm(…, method="weighted", ' in message) == (name == "hybrid")


def test_so_is_a_member_of_a_hybrid(small):
    trainset = counted(small, np.ones(len(small.ratings))).trainset()
    hybrid = Configured.of("hybrid", {"members": "ease,svd", "method": "weighted"}).create(0)
    with pytest.raises(errors.UsageError, match="^Member svd of the hybrid: svd predicts ratings"):
        hybrid.fit(trainset)


def test_items_that_nobody_touched_are_placed_by_their_features(small):
    """content-based by profile: some of the 50 items without interactions are among the best."""
    trainset = counted(small, np.ones(len(small.ratings))).trainset()
    algorithm = configured("content-based").create(0).fit(trainset)
    scores = algorithm.score_users(np.arange(trainset.n_users))
    best = np.argsort(-scores, axis=1)[:, :30]
    assert (best >= trainset.n_items).any(axis=1).mean() > 0.5


def test_a_profile_is_the_mean_of_what_was_touched_by_weight(small):
    """By hand: genres of length 1, weighed by ln(1 + count), then the cosine."""
    values = long_tail(len(small.ratings))
    trainset = counted(small, values).trainset()
    algorithm = configured("content-based", item_features="genres").create(0).fit(trainset)
    table = small.items.columns["genres"]
    kinds = sorted({genre for text in table for genre in text.split("|")})
    x = np.array([[genre in text.split("|") for genre in kinds] for text in table], float)
    x /= np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-300)
    x = x[trainset.item_codes]
    for user in (0, 7):
        mine = trainset.users == user
        profile = np.log1p(trainset.values[mine]) @ x[trainset.items[mine]]
        expected = x @ profile / np.linalg.norm(profile)
        found = algorithm.score_users(np.array([user]))[0]
        described = x.any(axis=1)
        np.testing.assert_allclose(found[described], expected[described], atol=1e-12)
