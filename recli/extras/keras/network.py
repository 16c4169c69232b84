"""A network of one's own that predicts ratings."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import surprise

from recli import errors, registry
from recli.algorithms._contract.catalogue import triples
from recli.algorithms._contract.constructor import RANDOM_STATE
from recli.algorithms._contract.state import Floats, Layout, Texts, damaged
from recli.extras.keras.algorithms._model import KerasModel, RatedPairs
from recli.extras.keras.algorithms._training import TRAINING

if TYPE_CHECKING:
    import keras

_CHUNK = 2048
"""Pairs that are predicted at once: always as many, so that a backend compiles once, and a pair gets the
same whatever others are asked for with it."""


class Network(KerasModel):
    """A `keras.Model` of one's own, which predicts the rating that a user gives an item.

    A subclass makes the model and compiles it, and declares `parameters`, if it has any. Each is an
    attribute. What training takes, `n_epochs`, `batch_size`, `learning_rate`, `validation` and
    `patience`, is declared by itself, and a subclass may declare it with other defaults.

    This is the model of the tutorials, two embeddings and their product; in the file `mine.py` it is
    `recli evaluate -a mine:TwoEmbeddings -p n_factors=20`:

        import keras

        from recli.extras.keras import Network
        from recli.params import Int


        class TwoEmbeddings(Network):
            parameters = (Int("n_factors", 50, "length of the vectors", low=1, tune=(8, 200)),)

            def build(self, n_users, n_items):
                user, item = keras.Input((), dtype="int32"), keras.Input((), dtype="int32")
                of_user = keras.layers.Embedding(n_users, self.n_factors)(user)
                of_item = keras.layers.Embedding(n_items, self.n_factors)(item)
                return keras.Model([user, item], keras.layers.Dot(axes=1)([of_user, of_item]))

            def compile(self, model):
                model.compile(keras.optimizers.Adam(self.learning_rate), loss="mse")

    The rest is recli's: batches, a part of the ratings that tells when to stop, the best weights, the
    seed, one thread. A stored model holds the weights; `build` makes the model again to predict by them,
    so that it takes Keras, on any backend, and the class as it was. A user or item without ratings gets
    the mean. A model that orders items by something else than ratings says `predicts = "scores"`.

    Layers of keras-rs may be part of it (0.4.0 with Keras 3.15 on each backend, November 2026). Those of
    TensorFlow Recommenders may not: 0.7.7 is for Keras 2, as which TF_USE_LEGACY_KERAS=1 has it, and no
    model of Keras 3 takes its layers; of `Cross` and the dot interaction keras-rs has its own.

    Attributes:
        weights: float[n], all weights of the model, one after another.
        shapes: The shape of each.
        model: The `keras.Model`.
    """

    takes = (RANDOM_STATE,)
    parameters = TRAINING
    fitted = ("weights", "shapes")
    weights: np.ndarray
    shapes: list[str]
    model: keras.Model

    def __init_subclass__(cls, **kwargs: Any) -> None:
        own = vars(cls).get("parameters", ())
        if own:
            names = {parameter.name for parameter in own}
            cls.parameters = (*own, *(each for each in TRAINING if each.name not in names))
        super().__init_subclass__(**kwargs)

    def layout(self) -> Layout:
        return {"weights": Floats(("weights",)), "shapes": Texts("shapes")}

    @abstractmethod
    def build(self, n_users: int, n_items: int) -> keras.Model:
        """The model, not compiled.

        Args:
            n_users: Users are numbered from 0 on to one less.
            n_items: The same of items.

        Returns:
            A model of two inputs, int32[n] users and int32[n] items, and one output, [n] or [n, 1], the
            ratings.
        """

    @abstractmethod
    def compile(self, model: keras.Model) -> None:
        """Compile the model: say how it is trained, and by which loss.

        Args:
            model: What `build` gave.
        """

    def _learn(self, trainset: surprise.Trainset) -> None:
        surprise.AlgoBase.fit(self, trainset)
        with self._as_own_code():
            self.model, weights = self._model_trained(
                lambda training: self._compiled(self._built()), RatedPairs(*triples(trainset))
            )
        self.weights = np.concatenate(list(map(np.ravel, weights)))
        self.shapes = list(map(_shape, weights))

    def restore(self, trainset: surprise.Trainset, state: Mapping[str, Any]) -> None:
        super().restore(trainset, state)
        with self._as_own_code():
            from recli.extras.keras.backend import seeded

            with seeded(0):
                # Compiled, since backends compute by that too, and else in another order.
                self.model = self._compiled(self._built())
                made = list(map(_shape, self.model.weights))
                if made != self.shapes:
                    raise errors.DataError(
                        f"{registry.name_of(type(self))} makes a model of weights of other shapes than "
                        f"was stored: {', '.join(made)}; not {', '.join(self.shapes)}. Take the class as "
                        "it was, or train the model again."
                    )
                size = sum(int(np.prod(weight.shape)) for weight in self.model.weights)
                if len(self.weights) != size:
                    raise damaged(f"weights are {len(self.weights):,}, where {size:,} belong")
                rest = self.weights
                for weight in self.model.weights:
                    size = int(np.prod(weight.shape))
                    weight.assign(rest[:size].reshape(weight.shape))
                    rest = rest[size:]

    def _built(self) -> keras.Model:
        """What `build` gives, once it has proved to be a model of pairs."""
        import keras

        model = self.build(self.trainset.n_users, self.trainset.n_items)
        if not isinstance(model, keras.Model):
            raise self._mistake(
                "build", f"gives a {type(model).__name__} in place of a keras.Model"
            )
        nobody = np.zeros(2, np.int32)
        output = model.predict_on_batch((nobody, nobody))
        shape = np.shape(output) if isinstance(output, np.ndarray) else f"a {type(output).__name__}"
        if shape not in ((2,), (2, 1)):
            raise self._mistake(
                "build",
                f"makes a model whose output for 2 pairs of user and item is "
                f"{shape if isinstance(shape, str) else f'of shape {shape}'}: it is to be a number for "
                "each, of shape (2,) or (2, 1)",
            )
        return model

    def _compiled(self, model: keras.Model) -> keras.Model:
        self.compile(model)
        if not model.compiled:
            raise self._mistake("compile", "leaves the model as it is: let it call model.compile")
        return model

    def _mistake(self, method: str, what: str) -> errors.OwnCodeError:
        """The error for what a method of the subclass does."""
        return errors.OwnCodeError(
            f"{registry.name_of(type(self))}.{method} {what}. It is in "
            f"{registry.place_of(type(self), method)}."
        )

    @contextmanager
    def _as_own_code(self) -> Iterator[None]:
        """A while in which Keras is needed, and what is raised is a mistake of the subclass."""
        registry.check_inherited(type(self))
        with registry.own_code(type(self)):
            yield

    def _estimate_pairs(self, users: np.ndarray, items: np.ndarray) -> np.ndarray:
        known = (users >= 0) & (items >= 0) & (items < self.trainset.n_items)
        estimates = np.full(len(users), np.nan)
        with registry.own_code(type(self)):
            estimates[known] = self._predicted(users[known], items[known])
        return estimates

    def _predicted(self, users: np.ndarray, items: np.ndarray) -> np.ndarray:
        """The output of the model, float64[n]."""
        from recli.extras.keras.backend import at_work

        n = len(users)
        padding = (0, -n % _CHUNK)
        inputs = [np.pad(ids.astype(np.int32), padding) for ids in (users, items)]
        found = np.empty(n + padding[1])
        with at_work():
            for start in range(0, len(found), _CHUNK):
                chunk = slice(start, start + _CHUNK)
                found[chunk] = self.model.predict_on_batch(tuple(x[chunk] for x in inputs)).ravel()
        return found[:n]


def _shape(weight: Any) -> str:
    return "×".join(map(str, weight.shape)) or "1"
