"""What numpy makes of the weights is what Keras makes of them."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse

from recli import registry
from recli.algorithms import Configured
from recli.testing._data import small_dataset

# Keras itself looks for TensorFlow where nobody has said on which backend it is to be.
keras = pytest.importorskip("recli.extras.keras.backend", exc_type=ImportError).keras


@pytest.fixture
def trained(monkeypatch):
    """Fits an algorithm; gives it and the `keras.Model` that it was learned by."""
    models = []
    fit = keras.Model.fit

    def spied(self, *args, **kwargs):
        models.append(self)
        return fit(self, *args, **kwargs)

    monkeypatch.setattr(keras.Model, "fit", spied)

    def train(name, **given):
        cls = registry.get("algorithm", name)
        trainset = small_dataset().trainset(np.arange(1500))
        algorithm = Configured.of(name, {**cls.quick, **given}).create(0).fit(trainset)
        return algorithm, models[-1]

    return train


def outputs(model, *inputs):
    return np.asarray(model.predict(list(inputs), verbose=0), np.float64)


@pytest.mark.parametrize("biased", [False, True])
def test_embedding_dot(trained, biased):
    algorithm, model = trained("embedding-dot", biased=biased)
    users, items = np.array([0, 3, 7]), np.array([5, 2, 11])
    of_keras = outputs(model, users, items)[:, 0]
    mean = algorithm.trainset.global_mean if biased else 0.0
    np.testing.assert_allclose(algorithm.estimate_pairs(users, items), of_keras + mean, atol=1e-5)


@pytest.mark.parametrize("given", [{}, {"n_layers": 1}, {"n_hidden": 3, "n_layers": 3}])
def test_neumf(trained, given):
    algorithm, model = trained("neumf", **given)
    users, items = np.repeat([0, 3, 7, 3], 3), np.tile([5, 2, 11], 4)
    of_keras = outputs(model, users, items)[:, 0] + algorithm.trainset.global_mean
    np.testing.assert_allclose(algorithm.estimate_pairs(users, items), of_keras, atol=1e-5)
    assert of_keras.std() > 0.01


@pytest.mark.parametrize("user_based", [False, True])
def test_autorec(trained, user_based):
    algorithm, model = trained("autorec", user_based=user_based)
    trainset, ratings = algorithm.trainset, np.zeros((60, 250), np.float32)
    ratings[trainset.users, trainset.items] = trainset.values - trainset.global_mean
    ratings = ratings[: trainset.n_users, : trainset.n_items]
    of_keras = outputs(model, ratings if user_based else ratings.T) + trainset.global_mean
    expected = of_keras if user_based else of_keras.T
    found = algorithm.score_users(np.arange(trainset.n_users))
    np.testing.assert_allclose(found[:, : trainset.n_items], expected, atol=1e-5)
    assert expected.std() > 0.01
    # Who has no rating is a row of zeros; what has none, or the other way round, goes by the mean.
    nothing = np.zeros((1, ratings.shape[user_based]), np.float32)
    of_zeros = outputs(model, nothing)[0] + trainset.global_mean
    new_user = algorithm.score_users(np.array([-1]))[0, : trainset.n_items]
    new_item = found[:, trainset.n_items]
    as_zeros, as_mean = (new_user, new_item) if user_based else (new_item, new_user)
    np.testing.assert_allclose(as_zeros, of_zeros, atol=1e-5)
    by_mean = as_mean - expected.mean(axis=int(user_based))
    np.testing.assert_allclose(by_mean, by_mean[0], atol=1e-5)


def test_multi_vae(trained):
    from sklearn.preprocessing import normalize

    algorithm, model = trained("multi-vae", n_epochs=5)
    of_keras = outputs(model, normalize(algorithm.preferred).toarray())
    np.testing.assert_allclose(
        algorithm.user_factors @ algorithm.item_factors.T, of_keras, atol=1e-4
    )


@pytest.mark.parametrize(
    ("name", "given"),
    [("gru4rec", {}), ("sasrec", {}), ("sasrec", {"n_heads": 2, "n_blocks": 1, "n_factors": 6})],
)
def test_models_of_sequences(trained, name, given):
    from recli.algorithms._shared.sequences import last_preferred

    algorithm, model = trained(name, learning_rate=0.05, **given)
    sequences = last_preferred(algorithm.trainset, algorithm.weigh, algorithm.length)
    some = sequences[:, -1] != 0
    of_keras = outputs(model, sequences[some])[:, -1]
    found = algorithm.user_factors[some] @ algorithm.item_factors.T
    np.testing.assert_allclose(found, of_keras, atol=1e-4)
    assert found.std() > 0.01


@pytest.mark.parametrize("given", [{}, {"item_features": "all", "user_features": "all"}])
def test_two_tower(trained, given):
    algorithm, model = trained("two-tower", **given)
    towers = keras.Model(
        model.inputs, [model.get_layer("user_out").output, model.get_layer("item_out").output]
    )
    trainset = algorithm.trainset
    users, items = np.repeat(np.arange(4), 3), np.tile(np.array([2, 9, 30]), 4)
    # Features as the towers read them, of anybody; the rows as a whole, nothing left out.
    from sklearn.preprocessing import normalize

    def sparse(rows):
        return rows.indices, rows.data.astype(np.float32), rows.indptr[:-1]

    read = normalize(algorithm.preferred)
    if given:
        read = scipy.sparse.csr_array(scipy.sparse.hstack([read, algorithm._of_users()]))
    nobody = np.zeros((len(users), len(users)), bool)
    inputs = [items + 1, np.zeros(len(users)), nobody, *sparse(read[users])]
    if given:
        inputs += sparse(algorithm._of_items()[items])
    found = towers([keras.ops.convert_to_tensor(each) for each in inputs], training=False)
    of_users, of_items = map(keras.ops.convert_to_numpy, found)
    np.testing.assert_allclose(algorithm.user_factors[users], of_users, atol=1e-4)
    liked = algorithm.popularity[items] > 0
    assert liked.any()
    np.testing.assert_allclose(algorithm.item_factors[items[liked]], of_items[liked], atol=1e-4)
    assert trainset.n_catalogue == len(algorithm.item_factors)
