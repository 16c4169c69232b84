"""How a hybrid comes to its weights, against scikit-learn, scipy and tables made by hand."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.optimize
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

from recli import errors
from recli.algorithms._hybrids.members import Seen
from recli.algorithms._hybrids.scales import standardised
from recli.algorithms._hybrids.stacked import Stacked, ridge
from recli.algorithms._hybrids.switching import Switching
from recli.algorithms._hybrids.weighted import Weighted, simplex_least_squares

TWO = {"a": "ratings", "b": "ratings"}
THREE = {**TWO, "c": "ratings"}


def never():
    raise AssertionError("members were asked, though nothing is to be learned")


@pytest.mark.parametrize("seed", range(5))
def test_least_squares_of_weights_that_sum_to_one(seed):
    rng = np.random.default_rng(seed)
    y = rng.normal(3.5, 1.0, 80)
    x = y[:, None] + rng.normal(0.0, [0.5, 0.8, 0.8, 2.0], (80, 4))
    x[:, 1] -= 1.5
    found = simplex_least_squares(x, y)
    expected = scipy.optimize.minimize(
        lambda w: np.mean((y - x @ w) ** 2),
        np.full(4, 0.25),
        method="SLSQP",
        bounds=[(0, 1)] * 4,
        constraints={"type": "eq", "fun": lambda w: w.sum() - 1},
        options={"ftol": 1e-14},
    )
    np.testing.assert_allclose(found, expected.x, atol=1e-5)
    assert found.sum() == pytest.approx(1.0, abs=1e-12)
    assert (found >= 0).all()


def test_a_perfect_member_gets_all_the_weight():
    y = np.array([1.0, 2.0, 5.0])
    np.testing.assert_allclose(simplex_least_squares(np.column_stack([y[::-1], y]), y), [0, 1])


@pytest.mark.parametrize("reg", [0.1, 10.0, 1000.0])
def test_ridge_is_scikit_learns(reg):
    rng = np.random.default_rng(1)
    x = rng.normal([3, -1, 0], [2, 0.1, 30], (50, 3))
    y = x @ [0.5, 4.0, 0.01] + rng.normal(size=50)
    constant, coefficients = ridge(x, y, reg)
    theirs = make_pipeline(StandardScaler(), Ridge(alpha=reg)).fit(x, y)
    new = rng.normal(size=(9, 3))
    np.testing.assert_allclose(constant + new @ coefficients, theirs.predict(new), atol=1e-10)


def test_ridge_of_nothing_and_of_a_column_of_one_value():
    assert ridge(np.empty((0, 2)), np.empty(0), 1.0)[0] == 0.0
    constant, coefficients = ridge(np.array([[7.0, 0.0], [7.0, 1.0]]), np.array([2.0, 4.0]), 1e-6)
    np.testing.assert_allclose(coefficients, [0.0, 2.0], atol=1e-5)
    assert constant == pytest.approx(2.0, abs=1e-5)


def test_stacked_learns_weights_that_grow_with_the_counts():
    """a is right for users with many ratings, b for the others: the weights cross over."""
    rng = np.random.default_rng(0)
    n_user, n_item = rng.integers(1, 400, 4000), rng.integers(1, 400, 4000)
    y = rng.normal(size=4000)
    share = np.log1p(n_user) / np.log1p(400)
    noise = rng.normal(size=(4000, 2))
    x = np.column_stack([y + (1 - share) * noise[:, 0], y + share * noise[:, 1]])
    stacked = Stacked({"reg": 1.0}, TWO)
    learned = stacked.learn(lambda: Seen(x, y, n_user, n_item))
    assert learned.shape == (6, 3)
    few, many = np.array([1]), np.array([399])
    _, a_of_few, b_of_few = stacked.weights(learned, few, few)
    _, a_of_many, b_of_many = stacked.weights(learned, many, few)
    assert a_of_few < b_of_few
    assert a_of_many > b_of_many
    # The same as scikit-learn's regression on the products, written out.
    logs = np.log1p(np.column_stack([n_user, n_item]))
    of_counts = PolynomialFeatures(2, include_bias=False).fit_transform(logs)
    products = np.hstack([x, of_counts, *(x * column[:, None] for column in of_counts.T)])
    theirs = make_pipeline(StandardScaler(), Ridge(alpha=1.0)).fit(products, y)
    constant, a, b = stacked.weights(learned, n_user, n_item)
    np.testing.assert_allclose(
        constant + a * x[:, 0] + b * x[:, 1], theirs.predict(products), atol=1e-9
    )


def test_given_weights_count_in_proportion():
    weighted = Weighted({"weights": "5, 3 2"}, THREE)
    np.testing.assert_allclose(weighted.learn(never), [0.5, 0.3, 0.2])


def test_scores_count_the_same_unless_weights_are_given():
    scores = {"a": "ratings", "b": "scores"}
    assert Weighted({"weights": "learned"}, TWO).scale is None
    assert Weighted({"weights": "learned"}, scores).scale is standardised
    np.testing.assert_array_equal(Weighted({"weights": "learned"}, scores).learn(never), [0.5, 0.5])
    np.testing.assert_array_equal(Weighted({"weights": "3,1"}, scores).learn(never), [0.75, 0.25])


# Ratings of the user and of the item -> whose estimate counts, with 3 and 5 as the thresholds.
SWITCHED = [
    (0, 0, "b", "c"),
    (2, 9, "b", "c"),
    (3, 4, "b", "b"),
    (3, 0, "b", "b"),
    (3, 5, "a", "a"),
    (9, 9, "a", "a"),
]


@pytest.mark.parametrize(("n_user", "n_item", "of_two", "of_three"), SWITCHED)
def test_switching_by_the_counts(n_user, n_item, of_two, of_three):
    for members, chosen in ((TWO, of_two), (THREE, of_three)):
        switching = Switching({"min_user_ratings": 3, "min_item_ratings": 5}, members)
        learned = switching.learn(never)
        constant, *weights = switching.weights(learned, np.array([n_user]), np.array([n_item]))
        assert constant == 0
        assert [weight.item() for weight in weights] == [name == chosen for name in members]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("0.5,0.5", "2 of the 3 numbers that the members a, b, c need, as in weights=3,2,1"),
        ("1,2,3,4", "4 of the 3 numbers"),
        ("1,-1,1", "takes 3 numbers ≥ 0"),
        ("0,0,0", "not all of them 0"),
        ("1,x,1", "takes 3 numbers ≥ 0"),
        ("1,nan,1", "takes 3 numbers ≥ 0"),
        ("1,inf,1", "takes 3 numbers ≥ 0"),
    ],
)
def test_weights_that_are_none(text, said):
    with pytest.raises(errors.UsageError, match=said):
        Weighted({"weights": text}, THREE)
