"""Keras on the chosen backend, loaded so that what it learns depends on nothing but the seed.

To import this module loads Keras, which takes seconds; nothing but a fit does.
"""

from __future__ import annotations

import contextlib
import os
import random
import warnings
from collections.abc import Iterator

import numpy as np

from recli import errors
from recli.extras.keras import BACKENDS, choose, chosen

__all__ = ["at_work", "keras", "seeded"]

_SHARED_GPU = {"TF_FORCE_GPU_ALLOW_GROWTH": "true", "XLA_PYTHON_CLIENT_PREALLOCATE": "false"}
"""Else each process would take most of the memory of a GPU at once, whatever it needs."""
_THREADS_OF_XLA = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"


def _load() -> None:
    """Set what the backend reads before it is loaded: one thread, on which sums have one order."""
    backend = chosen()
    choose(backend)
    for name, value in _SHARED_GPU.items():
        os.environ.setdefault(name, value)
    if backend == "tensorflow":
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
        import tensorflow

        with contextlib.suppress(RuntimeError):  # somebody has already used it
            tensorflow.config.threading.set_intra_op_parallelism_threads(1)
            tensorflow.config.threading.set_inter_op_parallelism_threads(1)
    elif backend == "jax":
        flags = os.environ.get("XLA_FLAGS", "")
        if "intra_op_parallelism_threads" not in flags:
            os.environ["XLA_FLAGS"] = f"{flags} {_THREADS_OF_XLA}".strip()


_named = os.environ.get("KERAS_BACKEND", "")
if _named and _named not in BACKENDS:
    raise errors.UsageError(
        f"KERAS_BACKEND is '{_named}', and models are trained on {', '.join(BACKENDS[:-1])} or "
        f"{BACKENDS[-1]}."
    )
_load()

import keras  # noqa: E402, it reads the environment when it is imported


@contextlib.contextmanager
def seeded(seed: int) -> Iterator[None]:
    """A session of Keras of its own, in which everything random follows from a seed.

    The random states of Python and numpy are what they were before when it ends.

    Args:
        seed: From 0 on.
    """
    before = random.getstate(), np.random.get_state()
    keras.utils.clear_session()
    try:
        with at_work():
            keras.utils.set_random_seed(seed)
            yield
    finally:
        random.setstate(before[0])
        np.random.set_state(before[1])
        # What the fit still holds cannot be freed yet, and to look for the rest takes a quarter second.
        keras.utils.clear_session(free_memory=False)


@contextlib.contextmanager
def at_work() -> Iterator[None]:
    """A while in which Keras learns or predicts: on one thread, without warnings of Keras about itself.

    PyTorch is told its threads here, and is as it was before when it ends; the others are told when they
    load. Keras and PyTorch warn differently in each version.
    """
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
        if keras.config.backend() != "torch":
            yield
            return
        import torch

        n_threads = torch.get_num_threads()
        torch.set_num_threads(1)
        try:
            with torch.random.fork_rng():
                yield
        finally:
            torch.set_num_threads(n_threads)
