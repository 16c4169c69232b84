"""What every metric of hits keeps to, and some of them by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from recli import registry
from recli.evaluation.metrics._base import HitMetric

pytestmark = pytest.mark.filterwarnings("error")


def metric(name):
    return registry.get("metric", name)()


HIT = [name for name in registry.names("metric") if isinstance(metric(name), HitMetric)]

# Ranks 1 and 3 of two relevant items, rank 2 of five, none of one, and a user with none to find.
HITS = np.array([[1, 0, 1], [0, 1, 0], [0, 0, 0], [0, 0, 0]], dtype=bool)
N_RELEVANT = np.array([2, 5, 1, 0])
LOG2_3 = 1.584962500721156
NAN = float("nan")
VALUES = {
    "precision": [2 / 3, 1 / 3, 0, NAN],
    "recall": [2 / 2, 1 / 5, 0, NAN],
    "f1": [2 * (2 / 3) * 1 / (2 / 3 + 1), 2 * (1 / 3) * (1 / 5) / (1 / 3 + 1 / 5), 0, NAN],
    "ndcg": [(1 + 1 / 2) / (1 + 1 / LOG2_3), (1 / LOG2_3) / (1 + 1 / LOG2_3 + 1 / 2), 0, NAN],
    "map": [(1 / 1 + 2 / 3) / 2, (1 / 2) / 3, 0, NAN],
    "mrr": [1 / 1, 1 / 2, 0, NAN],
    "hit-rate": [1, 1, 0, NAN],
    "rbp": [0.2 * (1 + 0.8**2), 0.2 * 0.8, 0, NAN],
}
# At each of these a list is perfect that begins with as many hits as places and relevant items allow.
NORMALISED = ("ndcg", "map", "mrr", "hit-rate")


@st.composite
def samples(draw):
    """Lists of one cut-off, with users who have relevant items outside the list, or none at all."""
    n_users, k = draw(st.integers(1, 8)), draw(st.integers(1, 12))
    hits = draw(hnp.arrays(np.bool_, (n_users, k)))
    missed = draw(hnp.arrays(np.int64, n_users, elements=st.integers(0, 15)))
    return hits, hits.sum(axis=1) + missed


@pytest.fixture(scope="module")
def with_hits(lists_of):
    """The function that makes lists with these hits and relevant items; all rank 0, 1, 2, …"""

    def make(hits, n_relevant):
        k, n_missed = hits.shape[1], n_relevant - hits.sum(axis=1)
        n_items = k + max(n_missed, default=0)
        found = [(user, rank, 5.0) for user, rank in np.argwhere(hits).tolist()]
        missed = [(u, k + j, 4.0) for u, n in enumerate(n_missed.tolist()) for j in range(n)]
        rankings = {user: range(n_items) for user in range(len(hits))}
        return lists_of(rankings, found + missed, k, n_items)

    return make


@pytest.mark.parametrize("name", VALUES)
def test_value_by_hand(name, with_hits):
    expected = VALUES[name]
    np.testing.assert_allclose(metric(name).of_hits(HITS, N_RELEVANT), expected, rtol=1e-12)
    lists = with_hits(HITS, N_RELEVANT)
    np.testing.assert_allclose(metric(name).values(lists), expected, rtol=1e-12)
    assert metric(name)(lists) == pytest.approx(sum(expected[:3]) / 3, rel=1e-12)


@pytest.mark.parametrize("name", HIT)
@given(samples())
def test_range_and_shape(name, sample):
    hits, n_relevant = sample
    values = metric(name).of_hits(hits, n_relevant)
    assert values.dtype == np.float64 and values.shape == n_relevant.shape
    np.testing.assert_array_equal(np.isnan(values), n_relevant == 0)
    low, high = metric(name).lowest, metric(name).highest
    assert ((low <= values) & (values <= high))[n_relevant > 0].all()


@pytest.mark.parametrize("name", VALUES)
@given(samples())
def test_a_value_above_0_takes_a_hit(name, sample):
    hits, n_relevant = sample
    values, counted = metric(name).of_hits(hits, n_relevant), n_relevant > 0
    np.testing.assert_array_equal(values[counted] > 0, hits.any(axis=1)[counted])


@pytest.mark.parametrize("name", NORMALISED)
@pytest.mark.parametrize("k", [1, 2, 3, 7, 10, 100])
def test_perfect_list_gives_one(name, k, with_hits):
    n_relevant = np.arange(1, 2 * k + 1)
    hits = np.arange(k) < n_relevant[:, None]
    assert (metric(name).of_hits(hits, n_relevant) == 1).all()
    assert metric(name)(with_hits(hits, n_relevant)) == 1


@pytest.mark.parametrize("k", [1, 2, 3, 7, 10, 100])
def test_precision_and_recall_are_one_of_as_many_places_as_relevant_items(k):
    n_relevant = np.arange(1, 2 * k + 1)
    hits = np.arange(k) < n_relevant[:, None]
    found = {name: metric(name).of_hits(hits, n_relevant) == 1 for name in ("precision", "recall")}
    np.testing.assert_array_equal(found["precision"], n_relevant >= k)
    np.testing.assert_array_equal(found["recall"], n_relevant <= k)
    np.testing.assert_array_equal(metric("f1").of_hits(hits, n_relevant) == 1, n_relevant == k)


@pytest.mark.parametrize("name", HIT)
@given(samples())
def test_a_hit_further_up_is_never_worse(name, sample):
    hits, n_relevant = sample
    sorted_hits = -np.sort(-hits.astype(np.int8), axis=1) == 1
    sign = 1 if metric(name).greater_is_better else -1
    better = sign * metric(name).of_hits(sorted_hits, n_relevant)
    worse = sign * metric(name).of_hits(hits, n_relevant)
    counted = n_relevant > 0
    assert (better[counted] >= worse[counted] - 1e-12).all()


@pytest.mark.parametrize("name", VALUES)
@given(st.lists(st.lists(st.booleans(), min_size=4, max_size=4), min_size=1, max_size=5))
def test_a_miss_after_the_last_hit_changes_only_what_counts_places(name, lists):
    """A list padded to a greater k keeps its value once all relevant items fit within the old k."""
    hits = np.array(lists)
    n_relevant = hits.sum(axis=1)
    padded = np.hstack([hits, np.zeros((len(hits), 3), bool)])
    share = {"precision": 4 / 7, "f1": (4 + n_relevant) / (7 + n_relevant)}.get(name, 1)
    expected = metric(name).of_hits(hits, n_relevant) * share
    np.testing.assert_allclose(metric(name).of_hits(padded, n_relevant), expected, rtol=1e-12)


@pytest.mark.parametrize("name", HIT)
def test_no_user_with_relevant_items_gives_nan(name, with_hits):
    nothing = np.zeros((3, 5), bool), np.zeros(3, np.int64)
    assert math.isnan(metric(name)(with_hits(*nothing)))
    assert np.isnan(metric(name).of_hits(*nothing)).all()


@pytest.mark.parametrize("name", HIT)
def test_no_users_give_no_values(name):
    assert metric(name).of_hits(np.zeros((0, 5), bool), np.zeros(0, np.int64)).shape == (0,)


@pytest.mark.parametrize(("p", "value"), [(0.0, 0.0), (0.5, 0.375), (0.95, 0.092625)])
def test_patience_of_rank_biased_precision(p, value):
    """Ranks 2 and 3 are hits: (1 - p) (p + p²)."""
    hits = np.array([[False, True, True]])
    [found] = registry.get("metric", "rbp")(p=p).of_hits(hits, np.array([2]))
    assert found == pytest.approx(value, rel=1e-12)
