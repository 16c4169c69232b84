"""item-knn, ease, rp3beta and slim: against closed forms, scikit-learn and irspack."""

from __future__ import annotations

import dataclasses
import warnings

import numpy as np
import pytest
import scipy.sparse
from sklearn.linear_model import ElasticNet

from recli import errors, memory
from recli.algorithms import Configured
from recli.algorithms._shared.gram import gram, inverse
from recli.algorithms._shared.item_weights import (
    places_of_items,
    strongest_of_products,
    strongest_of_rows,
)
from recli.data.trainset import Trainset
from recli.kernels import strongest as kernels

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of pydantic, which it uses in a way that will be gone
    from irspack.recommenders import (
        CosineKNNRecommender,
        DenseSLIMRecommender,
        RP3betaRecommender,
        SLIMRecommender,
    )

NAMES = ("item-knn", "ease", "rp3beta", "slim")


def fit(name, data, **given):
    return Configured.of(name, given).create(0).fit(data)


def scores(algorithm):
    """Those of users who prefer something, for the items that the trainset has."""
    users = np.flatnonzero(np.diff(algorithm.preferred.indptr))
    return users, algorithm.score_users(users)[:, : algorithm.trainset.n_items]


@pytest.fixture(scope="module")
def wide(embedded):
    """More items than users."""
    return embedded.trainset(np.flatnonzero(embedded.ratings.users < 80))


@pytest.fixture(scope="module")
def long(medium):
    """More users than items that somebody likes."""
    return medium.trainset(np.flatnonzero(medium.ratings.items < 150))


# The closed form of ease


@pytest.mark.parametrize("preferences", ["liked", "graded"])
@pytest.mark.parametrize("shape", ["wide", "long"])
def test_ease_is_the_closed_form(shape, preferences, request):
    data = request.getfixturevalue(shape)
    algorithm = fit("ease", data, reg=30, preferences=preferences)
    x = algorithm.preferred.toarray()
    p = np.linalg.inv(x.T @ x + 30 * np.eye(x.shape[1]))
    b = -p / np.diag(p)
    np.fill_diagonal(b, 0)
    users, found = scores(algorithm)
    np.testing.assert_allclose(found, (x @ b)[users], atol=1e-10)
    n_preferred = np.count_nonzero(x.any(axis=0))
    assert len(algorithm.inverse) == min(len(x), n_preferred)
    assert (len(x) < n_preferred) == (shape == "wide")


def test_weights_of_ease_are_least_squares(long):
    """Each column is the ridge regression of an item on the others."""
    algorithm = fit("ease", long, reg=10)
    x = algorithm.preferred.toarray()
    item = int(np.argmax(x.sum(axis=0)))
    others = np.delete(x, item, axis=1)
    w = np.linalg.solve(others.T @ others + 10 * np.eye(others.shape[1]), others.T @ x[:, item])
    users, found = scores(algorithm)
    np.testing.assert_allclose(found[:, item], (others @ w)[users], atol=1e-10)


def test_the_inverse_of_many_blocks():
    rng = np.random.default_rng(0)
    rows = scipy.sparse.random_array((1100, 90), density=0.1, rng=rng, format="csr")
    expected = rows.toarray() @ rows.toarray().T
    found = gram(rows)
    np.testing.assert_array_equal(found, (rows @ rows.T).toarray())
    expected += np.eye(1100)
    result = inverse(expected.copy())
    np.testing.assert_allclose(result @ expected, np.eye(1100), atol=1e-9)
    np.testing.assert_array_equal(result, result.T)
    with pytest.raises(np.linalg.LinAlgError):
        inverse(-np.eye(3))


# slim


@pytest.mark.parametrize(("l1", "l2"), [(0.5, 5.0), (2.0, 1.0), (0.1, 20.0)])
@pytest.mark.parametrize("preferences", ["liked", "graded"])
def test_slim_is_the_elastic_net_of_scikit_learn(l1, l2, preferences, long, monkeypatch):
    monkeypatch.setattr("recli.algorithms.slim._TOLERANCE", 1e-9)
    algorithm = fit("slim", long, l1=l1, l2=l2, preferences=preferences)
    x, (n, n_items) = algorithm.preferred.toarray(), algorithm.preferred.shape
    weights = scipy.sparse.csr_array(
        (algorithm.weights, algorithm.weight_items, algorithm.weight_indptr), (n_items, n_items)
    ).toarray()
    assert (weights.diagonal() == 0).all()
    for item in np.argsort(-x.sum(axis=0))[[0, 3, 20, 60]]:
        others = x.copy()
        others[:, item] = 0
        net = ElasticNet(
            alpha=(l1 + l2) / n,
            l1_ratio=l1 / (l1 + l2),
            positive=True,
            fit_intercept=False,
            tol=1e-10,
            max_iter=100_000,
        )
        np.testing.assert_allclose(weights[:, item], net.fit(others, x[:, item]).coef_, atol=1e-6)


# irspack, an implementation of others


@pytest.mark.parametrize("preferences", ["liked", "graded"])
@pytest.mark.parametrize(
    ("name", "given", "other"),
    [
        ("ease", {"reg": 50.0}, lambda x: DenseSLIMRecommender(x, reg=50.0)),
        (
            "item-knn",
            {"k": 10**6, "shrinkage": 7.0},
            lambda x: CosineKNNRecommender(
                x, shrinkage=7.0, normalize=True, top_k=x.shape[1], n_threads=1
            ),
        ),
        (
            "rp3beta",
            {"alpha": 1.0, "beta": 0.6, "k": 10**6},
            lambda x: RP3betaRecommender(x, alpha=1.0, beta=0.6, n_threads=1),
        ),
        (
            "slim",
            {"l1": 1.0, "l2": 20.0},
            lambda x: SLIMRecommender(
                x, alpha=21 / x.shape[0], l1_ratio=1 / 21, n_threads=1, n_iter=300
            ),
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_scores_of_what_a_user_lacks_are_those_of_irspack(name, given, other, preferences, long):
    algorithm = fit(name, long, preferences=preferences, **given)
    x = scipy.sparse.csr_matrix(algorithm.preferred)
    theirs = other(x).learn().get_score(np.arange(x.shape[0]))
    users, found = scores(algorithm)
    lacking = x[users].toarray() == 0
    np.testing.assert_allclose(
        found[lacking], theirs[users][lacking], rtol=2e-3, atol=2e-3 if name == "slim" else 1e-5
    )


# Steps of a walk and neighbours by hand


def test_rp3beta_by_hand(small):
    data = small.trainset(np.arange(600))
    algorithm = fit("rp3beta", data, alpha=0.6, beta=0.3, k=10**6)
    x = algorithm.preferred.toarray()
    of_user, of_item = x.sum(axis=1), x.sum(axis=0)
    n_users, n_items = x.shape
    expected = np.zeros((n_items, n_items))
    for v in range(n_users):
        for j in np.flatnonzero(x[v]):
            for i in np.flatnonzero(x[v]):
                step = (x[v, j] / of_item[j]) ** 0.6 * (x[v, i] / of_user[v]) ** 0.6
                expected[j, i] += step / of_item[i] ** 0.3 * (i != j)
    users, found = scores(algorithm)
    np.testing.assert_allclose(found, (x @ expected)[users], rtol=1e-10, atol=1e-12)


def test_item_knn_by_hand(small):
    data = small.trainset(np.arange(600))
    algorithm = fit("item-knn", data, k=3, shrinkage=2, preferences="liked")
    x = algorithm.preferred.toarray()
    liked = [set(np.flatnonzero(column)) for column in x.T]
    ids = data.item_codes.tolist()
    expected = np.zeros((len(liked), len(liked)))
    for i, users in enumerate(liked):
        common = [
            (-len(users & other) / ((len(users) * len(other)) ** 0.5 + 2), ids[j], j)
            for j, other in enumerate(liked)
            if j != i and users & other
        ]
        for similarity, _, j in sorted(common)[:3]:
            expected[j, i] = -similarity
    users, found = scores(algorithm)
    np.testing.assert_allclose(found, (x @ expected)[users], rtol=1e-10)


def largest(numbers, places, k):
    """By a sort of each row: its `k` largest positive numbers off the diagonal."""
    expected = np.zeros_like(numbers)
    for i, row in enumerate(numbers):
        order = sorted(
            (-value, places[j], j) for j, value in enumerate(row) if j != i and value > 0
        )
        for value, _, j in order[:k]:
            expected[i, j] = -value
    return expected


@pytest.mark.parametrize("k", [1, 2, 5, 99])
def test_the_strongest_rows_keep_of_equal_ones_the_smaller_place(k, small):
    places = places_of_items(small.trainset())
    rng = np.random.default_rng(1)
    n = len(places)
    # Some rows have many equal numbers, others hardly any, and some nothing at all.
    numbers = rng.integers(-1, 4, (n, n)) * 1.0 * (rng.random((n, n)) < rng.random((n, 1)))
    numbers[::3] *= rng.random(numbers[::3].shape)
    for rows in (slice(0, n), slice(7, 20)):
        sparse = scipy.sparse.csr_array(numbers[rows], dtype=float)
        found = strongest_of_rows(sparse, rows.start, places, k).toarray()
        np.testing.assert_array_equal(found, largest(numbers, places, k)[rows])


@pytest.mark.parametrize("chunk", [1, 100, 1 << 20])
@pytest.mark.parametrize("shrinkage", [0.0, 3.0])
@pytest.mark.parametrize("density", [0.003, 0.03, 0.3])
@pytest.mark.parametrize("k", [1, 4, 60, 10**6])
def test_the_strongest_products_are_those_of_scipy(
    k, density, shrinkage, chunk, small, monkeypatch
):
    data = small.trainset()
    rng, n = np.random.default_rng(2), data.n_items
    monkeypatch.setattr("recli.algorithms._shared.item_weights._CHUNK", chunk)
    left, right = (
        scipy.sparse.random_array(shape, density=density, rng=rng, format="csr")
        for shape in ((n, 90), (90, n))
    )
    left.data, right.data = np.ceil(left.data * 3), np.ceil(right.data * 2)  # with ties
    norms = rng.integers(1, 3, n).astype(float)
    found = strongest_of_products(left, right, data, k, norms, shrinkage)
    numbers = (left @ right).toarray() / (np.outer(norms, norms) + shrinkage)
    np.testing.assert_array_equal(found.toarray(), largest(numbers, places_of_items(data), k))
    assert found.has_canonical_format


@pytest.mark.parametrize("name", ["item-knn", "rp3beta"])
def test_more_neighbours_than_there_are_items_are_all(name, small):
    data = small.trainset()
    every, more = (fit(name, data, k=k) for k in (data.n_items, 2**53))
    for key in ("weights", "weight_items", "weight_indptr"):
        np.testing.assert_array_equal(getattr(more, key), getattr(every, key))
    rows = scipy.sparse.csr_array(np.ones((data.n_items, data.n_items)))
    assert strongest_of_rows(rows, 0, places_of_items(data), 10**30).nnz == rows.nnz - data.n_items


def test_places_are_those_of_items_with_ratings(small):
    data = small.trainset()
    assert len(places_of_items(data)) == data.n_items < data.n_catalogue


@pytest.mark.parametrize("name", ["item-knn", "rp3beta", "slim"])
def test_items_of_weights_take_four_bytes(name, small):
    algorithm = fit(name, small.trainset())
    assert algorithm.weight_items.dtype == algorithm.weight_indptr.dtype == np.int32


def test_what_is_left_of_rows_does_not_hold_the_place_for_all(small):
    rows = scipy.sparse.random_array((40, 40), density=0.1, rng=0, format="csr")
    parts, places = (rows.indptr, rows.indices, rows.data), np.arange(40)
    of_rows = kernels.strongest_of_rows.py_func(parts, 0, places, 1)
    of_products = kernels.strongest_of_products.py_func(
        parts, parts, 0, 40, np.ones(40), 0.0, places, 1
    )
    for array in (*of_rows, *of_products):
        assert array.base is None


@pytest.mark.parametrize("name", NAMES)
def test_the_order_of_the_ratings_does_not_matter(name, small):
    users = np.arange(20)
    found = []
    for seed in (0, 1):
        data = small.trainset(np.random.default_rng(seed).permutation(len(small.ratings)))
        algorithm = fit(name, data)
        by_code = algorithm.score_users(data.inner_users[users])[:, data.inner_items]
        found.append(by_code[:, np.bincount(small.ratings.items, minlength=300) > 0])
    np.testing.assert_allclose(*found, rtol=1e-3, atol=1e-3 if name == "slim" else 1e-10)


# Where there is little to learn from


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("values", [1.0, 5.0])
def test_all_or_nothing_is_liked(name, values, small):
    ratings = dataclasses.replace(small.ratings, values=np.full(len(small.ratings), values))
    data = Trainset(ratings, np.arange(len(ratings)), threshold=4.0)
    for preferences in ("liked", "all", "graded"):
        if values < 4 and preferences == "liked":
            with pytest.raises(errors.DataError, match="has nothing to learn from"):
                fit(name, data, preferences=preferences)
            continue
        algorithm = fit(name, data, preferences=preferences)
        assert np.isfinite(algorithm.score_users(np.arange(-1, data.n_users))).all()


# Of an item whose counts are 1e-170 beside 1 the squares are 0, and so is its norm.


@pytest.fixture
def tiny(small):
    """Interactions that count 1, but for those with the item 7."""
    ratings = small.ratings
    values = np.where(ratings.items == 7, 1e-170, 1.0)
    counts = dataclasses.replace(ratings, values=values, implicit=True, scale=(1e-170, 1.0))
    return Trainset(counts, np.arange(len(counts)))


@pytest.mark.parametrize(
    ("name", "given"),
    [("item-knn", {"k": 10**6, "shrinkage": 0.0}), ("slim", {"l1": 0.0, "l2": 0.0})],
)
def test_an_item_of_next_to_nothing_is_like_no_other(name, given, tiny):
    algorithm = fit(name, tiny, weighting="linear", **given)
    item, n_items = tiny.inner_items[7], tiny.n_items
    weights = scipy.sparse.csr_array(
        (algorithm.weights, algorithm.weight_items, algorithm.weight_indptr), (n_items, n_items)
    ).toarray()
    assert not weights[item].any()
    assert np.isfinite(algorithm.score_users(np.arange(-1, tiny.n_users))).all()
    if name == "item-knn":  # all others are what they would be without it
        x = np.delete(algorithm.preferred.toarray(), item, axis=1)
        norms = np.linalg.norm(x, axis=0)
        expected = x.T @ x / np.outer(norms, norms) * (1 - np.eye(len(norms)))
        found = np.delete(np.delete(weights, item, axis=0), item, axis=1)
        np.testing.assert_allclose(found, expected, atol=1e-12)


def test_a_power_that_leaves_nothing_is_an_error_that_names_it(tiny):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(errors.DivergedError, match="rp3beta diverged.*Lower beta"):
            fit("rp3beta", tiny, weighting="linear", beta=10)


@pytest.mark.parametrize("name", NAMES)
def test_one_user_or_one_item(name, small):
    ratings = small.ratings
    for rows in (ratings.users == 3, ratings.items == 7):
        data = small.trainset(np.flatnonzero(rows))
        assert np.isfinite(fit(name, data).score_users(np.array([0, -1]))).all()


@pytest.mark.parametrize("name", ["ease", "slim"])
def test_what_does_not_fit_is_refused(name, small, monkeypatch):
    monkeypatch.setattr(memory, "available", lambda: 999)
    with pytest.raises(errors.TooLargeError, match=rf"^{name}.* × .*Leave out"):
        fit(name, small.trainset())
