"""What numpy makes of the weights is what Keras makes of them."""

from __future__ import annotations

import numpy as np
import pytest

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

    read = normalize(algorithm.preferred).toarray()[users]
    ids = (items + 1).astype(np.int32)
    inputs = [read, ids, np.zeros(len(users))]
    if given:
        read = np.hstack([read, algorithm._of_users().toarray()[users]])
        inputs = [read, ids, np.zeros(len(users)), algorithm._of_items().toarray()[items]]
    of_users, of_items = (np.asarray(found) for found in towers.predict(inputs, verbose=0))
    np.testing.assert_allclose(algorithm.user_factors[users], of_users, atol=1e-4)
    liked = algorithm.popularity[items] > 0
    assert liked.any()
    np.testing.assert_allclose(algorithm.item_factors[items[liked]], of_items[liked], atol=1e-4)
    assert trainset.n_catalogue == len(algorithm.item_factors)
