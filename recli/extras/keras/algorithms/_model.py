"""What all models of Keras share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from surprise.utils import get_rng

from recli.algorithms._base import Algorithm
from recli.extras.keras.algorithms._batches import Examples
from recli.extras.keras.algorithms._training import TRAINING, Training


class KerasModel(Algorithm):
    """An algorithm that a network learns, with `TRAINING` among its parameters.

    Attributes:
        losses: float64[n_epochs, 2], see `Training.train`.
    """

    cost = "high"
    releases_gil = False

    n_epochs: int
    batch_size: int
    learning_rate: float
    validation: float
    patience: int
    random_state: Any
    losses: np.ndarray

    def _trained(
        self,
        make: Callable[[], tuple[Any, Any]],
        examples: Examples,
    ) -> dict[str, np.ndarray]:
        """What a model has learned of the examples: its weights by their paths, in Keras's order.

        `make` is called when Keras is loaded; it gives the `keras.Model`, and its loss as Keras takes it.
        """

        def compiled(training: Training) -> Any:
            model, loss = make()
            training.compile(model, loss)
            return model

        model, weights = self._model_trained(compiled, examples)
        return {
            weight.path: values.astype(np.float64)
            for weight, values in zip(model.weights, weights, strict=True)
            if weight.trainable
        }

    def _model_trained(
        self, compiled: Callable[[Training], Any], examples: Examples
    ) -> tuple[Any, list[np.ndarray]]:
        """The `keras.Model` that `compiled` makes, when it has learned, and its weights."""
        from recli.extras.keras.backend import keras, seeded

        seed = int(get_rng(self.random_state).randint(2**31 - 1))
        training = Training(
            **{parameter.name: getattr(self, parameter.name) for parameter in TRAINING}, seed=seed
        )
        with seeded(seed):
            model = compiled(training)
            self.losses = training.train(model, examples, self._own_name)
            weights = list(map(keras.ops.convert_to_numpy, model.weights))
        if not _is_finite(self.losses):  # the weights may be those of an epoch before
            raise self._diverged()
        return model, weights


def _is_finite(losses: np.ndarray) -> bool:
    """Whether every loss is a number, but for all of what is held out, where nothing is."""
    learned, held_out = losses.T
    return bool(np.isfinite(learned).all()) and (
        bool(np.isnan(held_out).all()) or bool(np.isfinite(held_out).all())
    )


class RatedPairs(Examples):
    """The ratings of a trainset as examples: users and items in, ratings out.

    Held out are ratings whose user and item have others: without any to learn from, their vectors would
    stay as they were drawn, and what is predicted by them were no rating.

    Args:
        users: int[n], inner ids.
        items: int[n], inner ids.
        values: float64[n].
    """

    def __init__(self, users: np.ndarray, items: np.ndarray, values: np.ndarray) -> None:
        self._users = users.astype(np.int32)
        self._items = items.astype(np.int32)
        self._values = values.astype(np.float32)

    def __len__(self) -> int:
        return len(self._values)

    def parts(self, share: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
        learned, drawn = super().parts(share, seed)
        known = [np.isin(ids[drawn], ids[learned]) for ids in (self._users, self._items)]
        has_others = np.logical_and(*known)
        return np.sort(np.concatenate([learned, drawn[~has_others]])), drawn[has_others]

    def batch(self, places: np.ndarray) -> tuple[tuple[np.ndarray, np.ndarray], np.ndarray]:
        return (self._users[places], self._items[places]), self._values[places]
