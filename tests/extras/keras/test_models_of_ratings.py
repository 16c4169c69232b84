"""What is special about the models that predict ratings."""

from __future__ import annotations

import numpy as np
import pytest

from recli import errors
from recli.algorithms import Configured
from recli.testing._data import small_dataset

pytest.importorskip("recli.extras.keras.backend", exc_type=ImportError)

NEUMF = {"n_epochs": 3, "n_factors": 4, "n_hidden": 8, "learning_rate": 0.02}
AUTOREC = {"n_epochs": 3, "n_factors": 4, "learning_rate": 0.05}
MODELS = [("neumf", NEUMF), ("autorec", AUTOREC), ("autorec", AUTOREC | {"user_based": True})]
IDS = ["neumf", "autorec of items", "autorec of users"]


@pytest.fixture(scope="module")
def trainset():
    return small_dataset().trainset(np.arange(1500))


def fitted(name, trainset, **given):
    return Configured.of(name, given).create(0).fit(trainset)


@pytest.mark.parametrize(("name", "given"), MODELS, ids=IDS)
def test_it_learns_ratings(name, given, trainset):
    algorithm = fitted(name, trainset, **(given | {"n_epochs": 20}))
    errors_left = algorithm.predict_pairs(trainset.users, trainset.items) - trainset.values
    assert (errors_left**2).mean() < 0.85 * trainset.values.var()


@pytest.mark.parametrize(("name", "given"), MODELS, ids=IDS)
def test_what_runs_off_to_infinity_is_an_error_that_says_what_to_lower(name, given, trainset):
    with pytest.raises(errors.DivergedError, match="Lower learning_rate"):
        fitted(name, trainset, **(given | {"learning_rate": 1e30}))


def test_neumf_scores_a_catalogue_in_blocks(trainset, monkeypatch):
    from recli.extras.keras.algorithms import neumf

    algorithm, users = fitted("neumf", trainset, **NEUMF), np.array([3, -1, 7])
    pairs = np.repeat(users, 9), np.tile(np.arange(9), 3)
    whole, of_pairs = algorithm.score_users(users), algorithm.estimate_pairs(*pairs)
    seen = []

    def spied(self, products, read):
        seen.append(read.size)
        return forward(self, products, read)

    forward = neumf._Network.__call__
    monkeypatch.setattr(neumf._Network, "__call__", spied)
    monkeypatch.setattr(neumf, "_BLOCK", 80)
    np.testing.assert_allclose(algorithm.score_users(users), whole, atol=1e-12)
    np.testing.assert_allclose(algorithm.estimate_pairs(*pairs), of_pairs, atol=1e-12)
    assert max(seen) == 80
    assert (whole[1] == trainset.global_mean).all()


def test_items_are_alike_by_both_embeddings_of_neumf(trainset):
    algorithm = fitted("neumf", trainset, **NEUMF)
    x, y = (np.append(algorithm.qi[item], algorithm.read_items[item]) for item in (2, 5))
    cosine = x @ y / np.sqrt((x @ x) * (y @ y))
    assert algorithm.similarities("item", 2)[5] == pytest.approx(cosine)
    assert algorithm.similarities("item", 2)[2] == pytest.approx(1.0)


def test_a_user_is_folded_in_by_a_forward_pass(trainset, monkeypatch):
    algorithm = fitted("autorec", trainset, user_based=True, **AUTOREC)
    monkeypatch.setattr(type(algorithm), "fit", None)  # which is not asked
    user = 7
    items = trainset.rated(user)
    values = trainset.values[trainset.users == user]
    before = algorithm.score_users(np.array([user]))
    again = algorithm.fold_in(items, values, user).score_users(np.array([0]))
    np.testing.assert_allclose(again, before, atol=1e-9)
    other = algorithm.fold_in(items, 5.5 - values).score_users(np.array([0]))
    assert np.abs(other - before).max() > 0.01


def test_autorec_of_items_is_fitted_again_for_a_user(trainset):
    algorithm = fitted("autorec", trainset, **AUTOREC)
    items, values = np.array([3, 8, 20]), np.array([5.0, 1.0, 4.0])
    assert not algorithm.folds_in
    folded = algorithm.fold_in(items, values)
    fresh = fitted("autorec", trainset.joined(items, values, -1), **AUTOREC)
    user = np.array([0])  # she is the first there
    np.testing.assert_array_equal(folded.score_users(user), fresh.score_users(user))


def test_what_autorec_holds_out_is_no_input_and_nothing_is_lost():
    from recli.extras.keras.algorithms.autorec import _rated, _RatingRows

    rng = np.random.default_rng(3)
    rows, columns = np.divmod(rng.choice(40 * 30, 200, replace=False), 30)
    values = rng.normal(size=200)
    values[:5] = 0.0  # a rating like any other
    rated = {(int(r), int(c)): v for r, c, v in zip(rows, columns, values, strict=True)}
    examples = _RatingRows(_rated((rows, columns), values, (40, 30)))
    learned, held_out = examples.parts(0.25, 5)
    [read], targets = examples.batch(learned)
    [of_held_out], others = examples.batch(held_out)
    assert np.count_nonzero(~np.isnan(others)) == 50
    found = {}
    for places, shift, array in ((learned, 0, targets), (held_out, 40, others)):
        for place, row in zip(places, array, strict=True):
            for column in np.flatnonzero(~np.isnan(row)):
                assert (place - shift, column) not in found
                found[int(place - shift), int(column)] = row[column]
    assert found == pytest.approx(rated, abs=1e-6)
    np.testing.assert_array_equal(read, np.nan_to_num(targets))
    # Those of a row that are held out are asked for by the others of the row.
    assert not np.any((of_held_out != 0) & ~np.isnan(others))
    by_row = dict(zip(learned.tolist(), read, strict=True))
    for place, row in zip(held_out.tolist(), of_held_out, strict=True):
        np.testing.assert_array_equal(row, by_row.get(place - 40, np.zeros(30)))


def test_what_is_rated_twice_counts_once_to_autorec():
    from recli.extras.keras.algorithms.autorec import _rated

    pairs = np.array([0, 0, 1]), np.array([2, 2, 0])
    ratings = _rated(pairs, np.array([1.0, 2.0, -1.0]), (2, 3))
    assert ratings.toarray().tolist() == [[0.0, 0.0, 1.5], [-1.0, 0.0, 0.0]]
