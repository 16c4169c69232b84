"""Training of a Keras model: early stopping, the best weights kept, the same by the same seed."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from recli.epochs import Epoch, tell
from recli.extras.keras.algorithms._batches import Batches, Examples, source
from recli.params import Float, Int, Parameter, Value

TRAINING = (
    Int("n_epochs", 50, "passes over the training examples, at most", low=1),
    Int("batch_size", 256, "examples of a step", low=1, tune=(64, 1024), log=True),
    Float(
        "learning_rate",
        0.001,
        "step size of Adam",
        low=0,
        tune=(3e-4, 0.01),
        log=True,
        lower_for="divergence",
    ),
    Float(
        "validation",
        0.1,
        "share of ratings, or of users, that tells when to stop; 0: every epoch is done",
        low=0,
        high=0.5,
    ),
    Int("patience", 3, "epochs without a lower loss on these before it stops", low=1),
)
"""The hyperparameters of `Training`, for every model to declare."""


def with_defaults(parameters: Iterable[Parameter], **defaults: Value) -> tuple[Parameter, ...]:
    """The same parameters, some with other defaults.

    Args:
        parameters: Such as `TRAINING`.
        defaults: By name.
    """
    return tuple(
        dataclasses.replace(parameter, default=defaults.get(parameter.name, parameter.default))
        for parameter in parameters
    )


@dataclass(frozen=True)
class Training:
    """How a model is trained.

    Attributes:
        n_epochs: Passes over the examples, at most.
        batch_size: Examples of a step.
        learning_rate: Step size of Adam.
        validation: Share of the examples that is held out, and tells when to stop.
        patience: Epochs without a lower loss on these before it stops.
        seed: What the examples held out and the order of the others are drawn by, from 0 on.
    """

    n_epochs: int
    batch_size: int
    learning_rate: float
    validation: float
    patience: int
    seed: int

    def compile(self, model: Any, loss: Any) -> None:
        """Make a model ready to be trained by Adam.

        Args:
            model: A `keras.Model`.
            loss: As `keras.Model.compile` takes it.
        """
        import keras

        model.compile(optimizer=keras.optimizers.Adam(self.learning_rate), loss=loss)

    def train(self, model: Any, examples: Examples, name: str) -> np.ndarray:
        """Train a model until the loss on what is held out rises.

        Args:
            model: A `keras.Model`, compiled; afterwards it has the weights of the best epoch.
            examples: What it learns from.
            name: Of the algorithm, for those who hear of its epochs.

        Returns:
            float64[n_epochs, 2], the loss of each epoch on what is learned from, and after it on what
            is held out; NaN where nothing is.
        """
        import keras

        _sum_by_row(model.optimizer)
        learned, held_out = examples.parts(self.validation, self.seed)

        def told(epoch: int, logs: dict[str, float]) -> None:
            tell(Epoch(name, epoch + 1, self.n_epochs, logs["loss"], logs.get("val_loss", np.nan)))

        def stopped_where_nan(step: int, logs: dict[str, float]) -> None:
            # Keras's own TerminateOnNaN prints, whatever `verbose` says.
            model.stop_training |= not np.isfinite(logs["loss"])

        batches = Batches(examples, learned, self.batch_size, self.seed)
        callbacks = [
            keras.callbacks.LambdaCallback(
                on_epoch_begin=lambda epoch, logs: batches.begin(epoch + 1),
                on_epoch_end=told,
                on_train_batch_end=stopped_where_nan,
            )
        ]
        validation = None
        if len(held_out):
            validation = source(Batches(examples, held_out, self.batch_size))
            callbacks.append(
                keras.callbacks.EarlyStopping(
                    "val_loss", patience=self.patience, restore_best_weights=True
                )
            )
        losses = model.fit(
            source(batches),
            validation_data=validation,
            epochs=self.n_epochs,
            callbacks=callbacks,
            shuffle=False,  # they come in an order of their own
            verbose=0,
        ).history
        none = [np.nan] * len(losses["loss"])
        return np.array([losses["loss"], losses.get("val_loss", none)], np.float64).T


def _sum_by_row(optimizer: Any) -> None:
    """Let an optimizer get one gradient of each row of an embedding, as on PyTorch and JAX.

    On TensorFlow it gets one for each time that the batch looks the row up, and of these Keras sums the
    squares where Adam, RMSprop and Adagrad have the square of the sum: a row that is looked up n times
    moves up to √n times as far. See `findings/keras-embedding-adam.sh`.

    Args:
        optimizer: A `keras.optimizers.Optimizer`.
    """
    import keras

    if keras.config.backend() != "tensorflow":
        return
    import tensorflow

    apply = optimizer.apply

    def summed(gradient: Any) -> Any:
        # `keras.ops.convert_to_tensor` leaves them as they are, with `sparse=False` too.
        is_by_lookup = isinstance(gradient, tensorflow.IndexedSlices)
        return tensorflow.convert_to_tensor(gradient) if is_by_lookup else gradient

    def apply_sums(gradients: Iterable[Any], *variables: Any) -> None:
        apply(list(map(summed, gradients)), *variables)

    optimizer.apply = apply_sums
