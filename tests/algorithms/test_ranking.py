"""Ranking under a memory limit: the same lists, in less memory."""

from __future__ import annotations

import threading
import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import surprise
from threadpoolctl import threadpool_info, threadpool_limits

from recli import errors, memory, registry
from recli.algorithms import Algorithm, Configured, _ranking, rank, scored
from recli.algorithms._contract.adapted import adapted


@pytest.fixture(params=[*registry.names("algorithm"), "foreign"])
def fitted(request, embedded, own):
    trainset = embedded.trainset(np.arange(0, len(embedded.ratings), 10))
    if request.param == "foreign":  # asked pair by pair
        return adapted(own()).fit(trainset), trainset
    quick = registry.get("algorithm", request.param).quick
    return Configured.of(request.param, quick).create(0).fit(trainset), trainset


@pytest.fixture
def own():
    class Own(surprise.AlgoBase):
        def estimate(self, u, i):
            return 3.0 + (hash((u, i)) % 7) / 10

    return Own


def traced(fitted, users, limit):
    tracemalloc.start()
    found = rank(*fitted, users, 10, memory_limit=limit)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return found, peak


def test_the_lists_are_the_same_and_the_memory_is_kept_to(fitted):
    users = np.arange(30)
    whole = rank(*fitted, users, 10)
    n_items = fitted[1].n_catalogue
    # What one user takes holds what does not grow with them, too: copies of the model, of ratings.
    _, one = traced(fitted, users[:1], 1 << 40)
    for limit in (12 * 30 * 10 + 64 * n_items, 64 * n_items * 7):
        found, peak = traced(fitted, users, limit)
        np.testing.assert_array_equal(found.items, whole.items)
        np.testing.assert_allclose(found.scores, whole.scores, rtol=0, atol=1e-12)
        assert peak <= limit + one
    _, unlimited = traced(fitted, users, 1 << 40)
    assert unlimited > peak, "the limit mattered"


def calls(monkeypatch, algorithm):
    """The numbers of users that are scored at once."""
    sizes, real = [], algorithm.score_users
    monkeypatch.setattr(
        algorithm, "score_users", lambda users: sizes.append(len(users)) or real(users)
    )
    return sizes


@pytest.fixture
def simple(small):
    trainset = small.trainset()
    return Configured.of("baseline-only").create(0).fit(trainset), trainset


def test_as_many_users_at_once_as_fit(simple, monkeypatch):
    sizes, n_items = calls(monkeypatch, simple[0]), simple[1].n_catalogue
    lists = 12 * 50 * 10
    rank(*simple, np.arange(50), 10, memory_limit=lists + 64 * n_items * 20)
    assert sizes == [20, 20, 10]


def test_by_default_half_of_what_is_free(simple, monkeypatch):
    sizes, n_items = calls(monkeypatch, simple[0]), simple[1].n_catalogue
    monkeypatch.setattr(memory, "available", lambda: 2 * (12 * 50 * 10 + 64 * n_items * 30))
    rank(*simple, np.arange(50), 10)
    assert sizes == [30, 20]


def test_never_more_at_once_than_without_a_limit(simple, monkeypatch):
    sizes, n_items = calls(monkeypatch, simple[0]), simple[1].n_catalogue
    monkeypatch.setattr("recli.algorithms._ranking._CHUNK_USERS", 1)
    monkeypatch.setattr("recli.algorithms._ranking._CHUNK_BYTES", 8 * n_items * 40)
    rank(*simple, np.arange(50), 10, memory_limit=1 << 50)
    assert sizes == [40, 10]


@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [
        ("knn-basic", {"sim_options.user_based": "false"}, [50]),
        ("slope-one", {}, [50]),
        ("knn-basic", {}, [10] * 5),
        ("svd", {}, [10] * 5),
    ],
)
def test_more_at_once_where_it_goes_item_by_item(name, given, expected, small, monkeypatch):
    trainset = small.trainset()
    algorithm = Configured.of(name, given).create(0).fit(trainset)
    sizes = calls(monkeypatch, algorithm)
    monkeypatch.setattr("recli.algorithms._ranking._CHUNK_USERS", 10)
    monkeypatch.setattr("recli.algorithms._ranking._CHUNK_BYTES", 1)
    rank(algorithm, trainset, np.arange(50), 10)
    assert sizes == expected


def test_a_limit_too_small_for_one_user(simple):
    with pytest.raises(errors.UsageError) as caught:
        rank(*simple, np.arange(50), 10, memory_limit=1000)
    # 300 items × 64 bytes, and lists of 50 × 10 places of 12 bytes.
    assert str(caught.value) == (
        "To rank 300 items for 50 users, the best 10 each, takes at least 24.6 KiB, the limit is "
        "1,000 B. Ask for shorter lists or raise `memory_limit`."
    )


def test_lists_that_do_not_fit(simple):
    with pytest.raises(errors.UsageError, match="the best 10,000,000,000,000 each"):
        rank(*simple, np.arange(2), 10**13)


def test_threads_of_blas_are_as_before(simple, monkeypatch):
    def threads():
        return {lib["num_threads"] for lib in threadpool_info() if lib["user_api"] == "blas"}

    seen, real = [], simple[0].score_users
    monkeypatch.setattr(
        simple[0], "score_users", lambda users: seen.append(threads()) or real(users)
    )
    with threadpool_limits(2, "blas"):
        before = threads()
        rank(*simple, np.arange(50), 10)
        assert all(1 in found for found in seen)  # libraries that were loaded later keep theirs
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda _: rank(*simple, np.arange(50), 10), range(8)))
        assert threads() == before


class SameForAll(Algorithm):
    """Scores that are a view of what it has learned, transposed or as wide as all users."""

    def __init__(self, transposed):
        self.transposed = transposed

    def _learn(self, trainset):
        self.trainset = trainset
        self.learned = np.arange(trainset.n_catalogue, dtype=float)

    def _estimate_users(self, users):
        if self.transposed:
            return np.tile(self.learned[:, None], len(users)).T
        return np.broadcast_to(self.learned, (len(users), len(self.learned)))


@pytest.mark.parametrize("transposed", [False, True])
def test_what_is_excluded_is_not_written_in_what_was_learned(small, transposed):
    trainset = small.trainset()
    algorithm, n = SameForAll(transposed).fit(trainset), trainset.n_catalogue
    users = np.arange(20)
    for found in (rank(algorithm, trainset, trainset.user_codes[users], n) for _ in range(2)):
        for user, items in zip(users, found.items, strict=True):
            left = np.setdiff1d(np.arange(n), trainset.rated(user))
            shown = trainset.inner_items[items[items >= 0]]
            np.testing.assert_array_equal(shown, left[::-1])
    np.testing.assert_array_equal(algorithm.learned, np.arange(n))


# Several threads


@pytest.fixture
def item_by_item(small):
    trainset = small.trainset()
    given = {"sim_options.user_based": "false"}
    return Configured.of("knn-basic", given).create(0).fit(trainset), trainset


@pytest.mark.parametrize("threads", [2, 3, 8])
def test_threads_give_the_same_scores_in_the_same_order(item_by_item, threads, monkeypatch):
    users = np.arange(60)
    [(_, whole)] = scored(*item_by_item, users, 0)
    monkeypatch.setattr(_ranking, "_ITEM_BY_ITEM_USERS", 7)
    monkeypatch.setattr(_ranking, "_CHUNK_BYTES", 0)
    chunks = list(scored(*item_by_item, users, 0, threads=threads))
    np.testing.assert_array_equal(np.concatenate([scores for _, scores in chunks]), whole)
    sizes = [len(scores) for _, scores in chunks]
    assert [start for start, _ in chunks] == np.cumsum([0, *sizes[:-1]]).tolist()
    assert max(sizes) <= 7


def test_who_takes_no_more_chunks_leaves_no_thread(item_by_item, monkeypatch):
    monkeypatch.setattr(_ranking, "_ITEM_BY_ITEM_USERS", 7)
    monkeypatch.setattr(_ranking, "_CHUNK_BYTES", 0)
    before = threading.active_count()
    chunks = scored(*item_by_item, np.arange(60), 0, threads=2)
    next(chunks)
    chunks.close()
    assert threading.active_count() == before


def test_without_memory_for_the_chunks_of_all_threads_there_is_one(item_by_item, monkeypatch):
    sizes = calls(monkeypatch, item_by_item[0])
    limit = 64 * item_by_item[1].n_catalogue * 20
    list(scored(*item_by_item, np.arange(60), 0, memory_limit=limit, threads=8))
    assert sizes == [20, 20, 20]
