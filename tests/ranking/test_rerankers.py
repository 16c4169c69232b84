"""Re-ranking against hand-made tables, brute force and the published definitions."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import scipy.sparse

from recli import errors
from recli.algorithms import Configured
from recli.models import model as models
from recli.ranking.lists import recommend
from recli.ranking.ranked_lists import RankedLists
from recli.ranking.request import Request
from recli.ranking.rerankers._greedy import Greedy
from recli.ranking.rerankers.calibrate import Calibrate
from recli.ranking.rerankers.diversify import Diversify
from recli.ranking.rerankers.explore import Explore
from recli.ranking.reranking_cost import RerankingCost


def one_list(items, scores):
    return RankedLists(
        np.zeros(1, np.int32), np.array([items], np.int32), np.array([scores], np.float64)
    )


def csr(rows):
    return scipy.sparse.csr_array(np.array(rows, np.float64))


def places(reranker, lists, n):
    return reranker(lists, n).cut(n).items[0].tolist()


# Maximal marginal relevance

# Items 0 and 1 are alike, 2 is halfway, 3 has nothing in common with them.
VECTORS = [[1.0, 0.0], [1.0, 0.0], [0.6, 0.8], [0.0, 1.0]]


@pytest.mark.parametrize(
    ("weight", "expected"),
    [
        # Scores from 0 to 1: 1, 0.9, 0.5, 0. After item 0 they are worth, at 0.4,
        # 0.6·0.9 − 0.4·1 = 0.14, 0.6·0.5 − 0.4·0.6 = 0.06, 0: then 1, and then 2 by 0.06 to 0.
        (0.0, [0, 1, 2, 3]),
        (0.4, [0, 1, 2, 3]),
        # At 0.5: 0.45 − 0.5 = −0.05, 0.25 − 0.3 = −0.05, 0: 3; then −0.05 and 0.25 − 0.4 = −0.15.
        (0.5, [0, 3, 1, 2]),
        (1.0, [0, 3, 2, 1]),
    ],
)
def test_mmr_by_hand(weight, expected):
    lists = one_list([0, 1, 2, 3], [5.0, 4.9, 4.5, 4.0])
    greedy = Greedy((Diversify(weight, csr(VECTORS)),))
    assert places(greedy, lists, 4) == expected


def naive_mmr(scores, vectors, weight, n):
    """Carbonell and Goldstein's formula, word by word."""
    low, high = min(scores), max(scores)
    relevance = [(score - low) / (high - low) for score in scores]
    chosen = []
    while len(chosen) < n:
        left = [i for i in range(len(scores)) if i not in chosen]

        def worth(i):
            nearest = max((float(vectors[i] @ vectors[j]) for j in chosen), default=0.0)
            return (1 - weight) * relevance[i] - weight * nearest

        chosen.append(max(left, key=lambda i: (worth(i), -i)))
    return chosen


@pytest.mark.parametrize("weight", [0.1, 0.3, 0.7])
def test_mmr_is_its_formula(weight):
    rng = np.random.default_rng(0)
    vectors = np.abs(rng.normal(size=(30, 4)))
    vectors /= np.linalg.norm(vectors, axis=1)[:, None]
    scores = np.sort(rng.normal(size=30))[::-1]
    lists = one_list(np.arange(30), scores)
    found = places(Greedy((Diversify(weight, csr(vectors)),)), lists, 8)
    assert found == naive_mmr(scores.tolist(), vectors, weight, 8)


# Steck's calibration


def divergence(p, rows):
    """KL(p, q̃) with α = 0.01, of the mean of the items' categories."""
    q = np.mean(rows, axis=0)
    blurred = 0.99 * q + 0.01 * np.array(p)
    return sum(a * math.log(a / b) for a, b in zip(p, blurred, strict=True) if a > 0)


def test_calibration_by_brute_force():
    """Every place takes what makes (1 − λ) Σ s − λ KL of the list so far largest, as in Steck's code."""
    rng = np.random.default_rng(1)
    categories = rng.dirichlet([0.4] * 3, 12)
    scores = np.sort(rng.uniform(1, 5, 12))[::-1]
    taste = [0.5, 0.3, 0.2]
    scaled = (scores - scores[-1]) / (scores[0] - scores[-1])
    for weight in (0.2, 0.5, 0.9):
        chosen: list[int] = []
        for _ in range(5):
            left = [i for i in range(12) if i not in chosen]

            def objective(i, chosen=chosen, weight=weight):
                items = [*chosen, i]
                relevance = sum(scaled[j] for j in items)
                return (1 - weight) * relevance - weight * divergence(taste, categories[items])

            chosen.append(max(left, key=objective))
        term = Calibrate(weight, "kinds", csr(categories), csr([taste]))
        assert places(Greedy((term,)), one_list(np.arange(12), scores), 5) == chosen


def test_calibration_alone_finds_the_best_pair():
    """All items of one kind stand above; half of what she likes is the other."""
    categories = csr([[1, 0], [1, 0], [1, 0], [0, 1]])
    term = Calibrate(1.0, "kinds", categories, csr([[0.5, 0.5]]))
    lists = one_list([0, 1, 2, 3], [4.0, 3.0, 2.0, 1.0])
    found = places(Greedy((term,)), lists, 2)
    pairs = itertools.combinations(range(4), 2)
    best = min(pairs, key=lambda pair: divergence([0.5, 0.5], categories.toarray()[list(pair)]))
    assert set(found) == set(best) == {0, 3}


def test_who_likes_nothing_gets_the_list_of_the_scores():
    term = Calibrate(0.9, "kinds", csr([[1, 0], [0, 1]]), csr([[0.0, 0.0]]))
    assert places(Greedy((term,)), one_list([1, 0], [2.0, 1.0]), 2) == [1, 0]


def test_short_lists_stay_short():
    lists = one_list([2, 0, -1], [3.0, 1.0, np.nan])
    found = Greedy((Diversify(0.5, csr(VECTORS)),))(lists, 3)
    assert found.items.tolist() == [[2, 0, -1]]
    assert np.isnan(found.scores[0, 2])


# Exploration


def test_exploration_takes_its_share_from_below():
    n_items, n = 200, 10
    users = np.arange(300, dtype=np.int32)
    lists = RankedLists(
        users,
        np.tile(np.arange(n_items, dtype=np.int32), (300, 1)),
        np.tile(-np.arange(n_items, dtype=np.float64), (300, 1)),
    )
    explore = Explore(0.3, 7, np.zeros(n_items))
    found = explore(lists, n)
    first = found.items[:, :n]
    explored = first >= n - 3  # below the seven that stay
    assert (explored.sum(axis=1) == 3).all()
    for row in range(300):
        np.testing.assert_array_equal(first[row][~explored[row]], np.arange(n - 3))
        assert sorted(found.items[row].tolist()) == list(range(n_items))
    # Evenly over places and over items: 90 of 300 at each place, 4.5 of each item, on average.
    assert abs(explored.mean(axis=0) - 0.3).max() < 0.1
    assert first[explored].mean() == pytest.approx((n - 3 + n_items - 1) / 2, rel=0.05)
    np.testing.assert_array_equal(found.scores, -found.items.astype(float))


def test_exploration_depends_on_seed_and_user_alone():
    lists = RankedLists(
        np.array([4, 9], np.int32),
        np.tile(np.arange(50, dtype=np.int32), (2, 1)),
        np.zeros((2, 50)),
    )
    both = Explore(0.5, 1, np.zeros(50))(lists, 10).items
    alone = RankedLists(lists.users[1:], lists.items[1:], lists.scores[1:])
    np.testing.assert_array_equal(Explore(0.5, 1, np.zeros(50))(alone, 10).items, both[1:])
    assert (Explore(0.5, 2, np.zeros(50))(lists, 10).items != both).any()
    assert (both[0] != both[1]).any()


def test_a_fraction_of_a_place_is_by_chance():
    users = np.arange(1000, dtype=np.int32)
    items = np.tile(np.arange(100, dtype=np.int32), (1000, 1))
    lists = RankedLists(users, items, np.zeros((1000, 100)))
    n_drawn = (Explore(0.25, 0, np.zeros(100))(lists, 5).items[:, :5] != np.arange(5)).any(axis=1)
    assert 0.9 < n_drawn.mean() <= 1  # one place always, a second by a quarter


# On a model


@pytest.fixture(scope="module")
def model(small):
    return models.train(small, Configured.of("svd", {"n_factors": 10}), 0)


def made(model, *rerankers, n=5):
    request = Request(np.arange(1, 40, dtype=np.int32), n, rerankers=rerankers)
    cost = RerankingCost(rerankers)
    lists = list(cost.follow(recommend(model, request)))
    return np.concatenate([chunk.items for chunk in lists]), cost


def change(cost, what):
    [found] = [change for change in cost.changes if change.what == what]
    return found


def test_what_it_costs_and_gains(model):
    terms = (
        Diversify.of(model, model, 0, weight=0.4),
        Calibrate.of(model, model, 0, column="genres", weight=0.4),
    )
    items, cost = made(model, Greedy(terms))
    assert items.shape == (39, 5)
    assert change(cost, "score").after < change(cost, "score").before
    assert change(cost, "diversity").after > change(cost, "diversity").before
    calibrated = change(cost, "divergence of genres")
    assert calibrated.after < calibrated.before
    assert 0 < cost.others < 1


def test_exploration_shows_what_is_less_known(model):
    _, cost = made(model, Explore.of(model, model, 0, share=0.4))
    assert change(cost, "novelty in bits").after > change(cost, "novelty in bits").before
    assert cost.others == pytest.approx(0.4, abs=0.02)


def test_without_features_factors_tell_items_apart(small, monkeypatch):
    import dataclasses

    bare = models.train(dataclasses.replace(small, items=None), Configured.of("svd"), 0)
    vectors = Diversify.of(bare, bare, 0, weight=0.3).vectors
    lengths = scipy.sparse.linalg.norm(vectors, axis=1)
    rated = np.bincount(small.ratings.items, minlength=300) > 0
    np.testing.assert_allclose(lengths, rated)
    without = models.train(
        dataclasses.replace(small, items=None), Configured.of("baseline-only"), 0
    )
    with pytest.raises(errors.UsageError, match="baseline-only no factors"):
        Diversify.of(without, without, 0, weight=0.3)


def test_calibrate_goes_by_what_she_liked(model, small):
    term = Calibrate.of(model, model, 0, column="genres", weight=0.5)
    assert term.categories.sum(axis=1).max() == pytest.approx(1)
    ratings, user = small.ratings, 14
    liked = ratings.items[(ratings.users == user) & (ratings.values >= model.trainset.threshold)]
    expected: dict[str, float] = {}
    for item in liked:
        genres = small.items.columns["genres"][item].split("|")
        for genre in genres:
            expected[genre] = expected.get(genre, 0) + 1 / len(genres) / len(liked)
    labels = sorted({g for text in small.items.columns["genres"] for g in text.split("|")} - {""})
    shares = dict(zip(labels, term.tastes[[user]].toarray()[0], strict=True))
    assert {k: v for k, v in shares.items() if v} == pytest.approx(expected)
