"""Deep models of Keras 3, on the backend that is installed: PyTorch, TensorFlow or JAX.

A network of one's own is a subclass of `Network`.

The backend computes on a GPU where it sees one; TensorFlow and JAX take memory there as they need it,
so that several fits can share it. On the processor a fit has one thread, and `--jobs` says how many fits
are at work at once. There the same seed gives the same numbers, on one backend and one kind of
processor; on a GPU sums have no fixed order, and they are near. Batches and steps are the same on every
backend, TensorFlow's steps of embeddings too, which Keras itself makes longer there; what else is drawn
at random differs, and with it the numbers.

`keras-tensorflow` brings tensorflow-cpu. Who has a GPU installs `tensorflow` in its place, which counts
as that.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from recli.extras.keras.network import Network

__all__ = ["BACKENDS", "IMPORTS", "Network", "choose", "chosen", "extra", "ready"]

IMPORTS = ("recli.extras.keras.backend",)
"""What is imported of its packages, to see whether they work."""
BACKENDS = ("torch", "tensorflow", "jax")
"""Keras's names of the backends, which are those of their modules, in the order of preference."""
_CHOICE = "KERAS_BACKEND"


def chosen() -> str:
    """The backend: that of Keras if it is loaded, else what `KERAS_BACKEND` says, else an installed one.

    Returns:
        One of `BACKENDS`; the first of them where none is installed, and where `KERAS_BACKEND` names one
        on which nothing can be trained.
    """
    keras = sys.modules.get("keras")
    named = keras.config.backend() if keras else os.environ.get(_CHOICE, "")
    if named in BACKENDS:
        return named
    installed = (name for name in BACKENDS if importlib.util.find_spec(name))
    return next(installed, BACKENDS[0])


def choose(backend: str) -> None:
    """Let a backend be the chosen one, here and in processes that are started later.

    Args:
        backend: One of `BACKENDS`. Where Keras is loaded, it stays what that has.
    """
    os.environ[_CHOICE] = backend


def extra() -> str:
    """The extra of `pyproject.toml` that brings the chosen backend."""
    return f"keras-{chosen()}"


@contextlib.contextmanager
def ready() -> Iterator[None]:
    """A while in which Keras may be imported by others: they get the backend that is chosen.

    Keras itself takes TensorFlow where nobody has said, whether it is installed or not. Afterwards the
    environment is as it was.
    """
    said = {_CHOICE: chosen(), "TF_CPP_MIN_LOG_LEVEL": "2"}
    said = {name: value for name, value in said.items() if name not in os.environ}
    os.environ.update(said)
    try:
        yield
    finally:
        for name, value in said.items():
            if os.environ.get(name) == value:
                del os.environ[name]


def __getattr__(name: str) -> Any:
    if name != "Network":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from recli.extras.keras.network import Network

    return Network
