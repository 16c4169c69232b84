"""A network of one's own: the documented one keeps to the contract, and mistakes are named."""

from __future__ import annotations

import inspect
import json
import sys
import textwrap
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from click.testing import CliRunner

from recli import errors, registry
from recli.algorithms import Configured
from recli.algorithms._given import of_class
from recli.cli import main
from recli.extras.keras import Network, extra
from recli.models import model as models
from recli.records.cell_key import _brought_by
from recli.testing import AlgorithmContract
from recli.testing._data import small_dataset

keras = pytest.importorskip("recli.extras.keras.backend", exc_type=ImportError).keras

FAULTY = """
import keras

from mine import TwoEmbeddings
from recli.extras.keras import Network


class Half(Network):
    def build(self, n_users, n_items):
        pass


class Nothing(TwoEmbeddings):
    def build(self, n_users, n_items):
        pass


class Wide(TwoEmbeddings):
    def build(self, n_users, n_items):
        user, item = keras.Input((), dtype="int32"), keras.Input((), dtype="int32")
        of_item = keras.layers.Embedding(n_items, 5)(item)
        return keras.Model([user, item], of_item)


class Raises(TwoEmbeddings):
    def build(self, n_users, n_items):
        layer = keras.layers.Embedding(n_users, 3)
        return layer(keras.Input((), dtype="int32"), no_such_argument=True)


class Colourful(TwoEmbeddings):
    def build(self, n_users, n_items):
        raise ValueError("No such width.\\n\\n\\x1b[1m7\\x1b[0m\\n")


class Uncompiled(TwoEmbeddings):
    def compile(self, model):
        pass


class WrongLoss(TwoEmbeddings):
    def compile(self, model):
        model.compile("adam", loss=lambda true, found: true.no_such_thing)


class Diverges(TwoEmbeddings):
    def compile(self, model):
        model.compile(keras.optimizers.SGD(1e30), loss="mse")


class Regularised(TwoEmbeddings):
    def build(self, n_users, n_items):
        def embedding(n):
            reg = keras.regularizers.L2(1e-6)
            return keras.layers.Embedding(n, self.n_factors, embeddings_regularizer=reg)

        user, item = keras.Input((), dtype="int32"), keras.Input((), dtype="int32")
        factors = [embedding(n_users)(user), embedding(n_items)(item)]
        return keras.Model([user, item], keras.layers.Dot(axes=1)(factors))


class Layered(TwoEmbeddings):
    def build(self, n_users, n_items):
        class Model(keras.Model):
            def __init__(self, width):
                super().__init__()
                self.users = keras.layers.Embedding(n_users, width)
                self.items = keras.layers.Embedding(n_items, width)
                self.normal = keras.layers.BatchNormalization()
                self.out = keras.layers.Dense(1)

            def call(self, inputs, training=False):
                user, item = inputs
                both = self.users(user) * self.items(item)
                return self.out(self.normal(both, training=training))

        return Model(self.n_factors)
"""


@pytest.fixture(scope="module", autouse=True)
def own_modules(tmp_path_factory):
    """The example of the documentation as `mine.py`, and `faulty.py`."""
    folder = tmp_path_factory.mktemp("own")
    documented = inspect.getdoc(Network)
    example = documented[documented.index("    import keras") : documented.index("\nThe rest is")]
    (folder / "mine.py").write_text(textwrap.dedent(example), encoding="utf-8")
    (folder / "faulty.py").write_text(FAULTY, encoding="utf-8")
    sys.path.insert(0, str(folder))
    yield folder
    sys.path.remove(str(folder))
    for name in ("mine", "faulty"):
        sys.modules.pop(name, None)


def fitted(name, rows=1500, **given):
    quick = {"n_epochs": 2, "n_factors": 4}
    trainset = small_dataset().trainset(np.arange(rows))
    return Configured.of(name, {**quick, **given}).create(0).fit(trainset)


class TestTheDocumentedOne(AlgorithmContract):
    params: ClassVar = {"n_epochs": 1, "n_factors": 4, "batch_size": 512}
    # These fit dozens of times, and are the same code for the models that recli has.
    test_odd_ratings_give_numbers_or_a_reason = None
    test_surprise_cross_validates_it = None
    test_surprise_grid_searches_it = None
    test_every_parameter_changes_the_predictions = None

    @pytest.fixture
    def subject(self, monkeypatch):
        cls = registry.get("algorithm", "mine:TwoEmbeddings")
        monkeypatch.setattr(cls, "source", "the tutorials")
        return cls


def test_it_learns_what_the_same_model_of_recli_learns():
    given = {"n_factors": 8, "n_epochs": 5, "learning_rate": 0.01}
    own = fitted("faulty:Regularised", **given)
    of_recli = fitted("embedding-dot", reg=1e-6, **given)
    users, items = np.array([0, 3, 7]), np.array([5, 2, 11])
    np.testing.assert_allclose(
        own.estimate_pairs(users, items), of_recli.estimate_pairs(users, items), atol=1e-5
    )
    np.testing.assert_allclose(own.losses, of_recli.losses, rtol=1e-4)


def test_whoever_stored_the_weights_they_are_what_it_predicts_by():
    """So that a model that was trained on one backend predicts on another."""
    trainset = small_dataset().trainset(np.arange(1500))
    rng = np.random.default_rng(4)
    p, q = rng.normal(size=(trainset.n_users, 4)), rng.normal(size=(trainset.n_items, 4))
    weights = np.concatenate([p.ravel(), q.ravel()]).astype(np.float32)
    shapes = [f"{trainset.n_users}×4", f"{trainset.n_items}×4"]
    own = Configured.of("mine:TwoEmbeddings", {"n_factors": 4}).create(0)
    own.restore(trainset, {"weights": weights, "shapes": shapes})
    users, items = np.array([0, 3, 7]), np.array([5, 2, 11])
    products = np.sum(p[users] * q[items], axis=1)
    np.testing.assert_allclose(own.estimate_pairs(users, items), products, rtol=1e-5)


def test_where_its_class_makes_another_model_now_it_says_so():
    state = fitted("mine:TwoEmbeddings").state()
    trainset = small_dataset().trainset(np.arange(1500))
    other = Configured.of("mine:TwoEmbeddings", {"n_factors": 5}).create(0)
    with pytest.raises(
        errors.DataError, match=rf"{trainset.n_users}×5.*; not {trainset.n_users}×4"
    ):
        other.restore(trainset, state)


def test_what_is_no_weight_to_train_is_stored_too():
    own = fitted("faulty:Layered", batch_size=64)
    again = Configured.of("faulty:Layered", {"n_factors": 4}).create(0)
    again.restore(own.trainset, own.state())
    users = np.arange(own.trainset.n_users)
    np.testing.assert_array_equal(again.score_users(users), own.score_users(users))


@pytest.mark.parametrize(
    ("name", "said", "line"),
    [
        ("Half", "'faulty:Half' lacks `compile`", "class Half"),
        ("Nothing", "faulty:Nothing.build gives a NoneType in place of a keras.Model", "def build"),
        ("Wide", "faulty:Wide.build makes a model whose output .* of shape (2, 5)", "def build"),
        ("Raises", "faulty:Raises raises ", "no_such_argument"),
        ("Colourful", "faulty:Colourful raises ValueError: No such width. 7, in ", "No such width"),
        ("Uncompiled", "faulty:Uncompiled.compile leaves the model as it is", "def compile"),
        ("WrongLoss", "faulty:WrongLoss raises AttributeError", "no_such_thing"),
    ],
)
def test_mistakes_are_named_with_file_and_line(name, said, line, own_modules):
    with pytest.raises(errors.UsageError) as raised:
        fitted(f"faulty:{name}")
    told = str(raised.value)
    beginning, *rest = said.split(" .* ")
    assert told.startswith(beginning)
    assert all(part in told for part in rest)
    lines = FAULTY.splitlines()
    start = lines.index(next(text for text in lines if text.startswith(f"class {name}(")))
    number = next(n for n, text in enumerate(lines[start:], start + 1) if line in text)
    assert f"{own_modules / 'faulty.py'}, line {number}" in told


def test_divergence_is_told_as_that_of_recli():
    with pytest.raises(errors.DivergedError, match=r"faulty:Diverges diverged.*learning_rate"):
        fitted("faulty:Diverges")


def test_parameters_of_training_may_have_other_defaults(own_modules):
    text = """
    from mine import TwoEmbeddings
    from recli.params import Int

    class Small(TwoEmbeddings):
        parameters = (Int("batch_size", 7, "examples", low=1), *TwoEmbeddings.parameters[:1])
    """
    Path(own_modules / "small.py").write_text(textwrap.dedent(text), encoding="utf-8")
    params = Configured.of("small:Small", {"n_factors": 3}).params
    sys.modules.pop("small")
    assert (params["batch_size"], params["n_factors"], params["patience"]) == (7, 3, 3)


def test_a_class_in_memory_is_fitted_too():
    cls = type("InMemory", (registry.get("algorithm", "mine:TwoEmbeddings"),), {})
    configured = of_class(cls, {"n_epochs": 1, "n_factors": 2})
    assert not configured.is_named
    algorithm = configured.create(0).fit(small_dataset().trainset(np.arange(500)))
    assert np.isfinite(algorithm.score_users(np.arange(3))).all()


def test_the_backend_is_part_of_what_a_cell_goes_by():
    configured = Configured.of("mine:TwoEmbeddings")
    assert _brought_by(configured) == registry.packages(extra()) != ()
    assert registry.extra_of("algorithm", "mine:TwoEmbeddings") == extra()


def test_evaluated_trained_and_recommended_as_any_other(tiny):
    def recli(*typed):
        done = CliRunner().invoke(main, typed, prog_name="recli", catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.stdout

    own = ("-a", "mine:TwoEmbeddings", "-p", "n_factors=3", "-p", "n_epochs=1", "-d", str(tiny))
    assert "mine:TwoEmbeddings (n_factors=3" in recli(
        "evaluate", *own, "--split", "last-n:n=3", "--metric", "rmse", "-j", "1"
    )
    recli("train", *own, "--name", "m")
    shown = json.loads(recli("recommend", "-m", "m", "--user", "42", "-n", "4", "--format", "json"))
    assert [place["rank"] for place in shown["items"]] == [1, 2, 3, 4]
    model = models.load(Path("results/models/m"))
    assert model.algorithm.weights.dtype == np.float32
    assert not list(Path("results/models/m").glob("*.pickle"))
