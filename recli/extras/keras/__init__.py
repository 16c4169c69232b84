"""Deep models of Keras 3, on the backend that is installed: PyTorch, TensorFlow or JAX."""

from __future__ import annotations

import importlib.util
import os
import sys

IMPORTS = ("recli.extras.keras.backend",)
"""What is imported of its packages, to see whether they work."""
BACKENDS = ("torch", "tensorflow", "jax")
"""Keras's names of the backends, which are those of their modules, in the order of preference."""


def chosen() -> str:
    """The backend: that of Keras if it is loaded, else what `KERAS_BACKEND` says, else an installed one.

    Returns:
        One of `BACKENDS`; the first of them where none is installed, and where `KERAS_BACKEND` names one
        on which nothing can be trained.
    """
    if keras := sys.modules.get("keras"):
        named = keras.config.backend()
    else:
        named = os.environ.get("KERAS_BACKEND", "")
    if named in BACKENDS:
        return named
    installed = (name for name in BACKENDS if importlib.util.find_spec(name))
    return next(installed, BACKENDS[0])


def extra() -> str:
    """The extra of `pyproject.toml` that brings the chosen backend."""
    return f"keras-{chosen()}"
