"""Forward passes in numpy, so that what is stored needs no Keras.

Weights are as Keras has them: a dense layer is x W + b.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np

Shapes = Sequence[tuple[int, ...]]


def flat(weights: Sequence[np.ndarray]) -> np.ndarray:
    """All weights in one array, as a stored model has them.

    Args:
        weights: Of any shapes.

    Returns:
        float32[n].
    """
    return np.concatenate([np.ravel(weight) for weight in weights]).astype(np.float32)


def size(shapes: Shapes) -> int:
    """How many numbers weights of these shapes have.

    Args:
        shapes: The shape of each.
    """
    return sum(math.prod(shape) for shape in shapes)


def unflat(numbers: np.ndarray, shapes: Shapes) -> list[np.ndarray]:
    """The weights that `flat` put together.

    Args:
        numbers: float32[n].
        shapes: The shape of each.

    Returns:
        float64 arrays of these shapes.
    """
    sizes = [int(np.prod(shape)) for shape in shapes]
    bounds = itertools.pairwise(itertools.accumulate(sizes, initial=0))
    parts = (numbers[start:end].astype(np.float64) for start, end in bounds)
    return [part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)]


def layer_norm(x: np.ndarray, scale: np.ndarray, shift: np.ndarray) -> np.ndarray:
    """Vectors of mean 0 and variance 1, scaled and shifted.

    Args:
        x: float64[…, width].
        scale: float64[width].
        shift: float64[width].

    Returns:
        As `x`.
    """
    mean = x.mean(axis=-1, keepdims=True)
    variance = x.var(axis=-1, keepdims=True)
    return (x - mean) / np.sqrt(variance + 1e-6) * scale + shift


def attention(x: np.ndarray, there: np.ndarray, weights: Sequence[np.ndarray]) -> np.ndarray:
    """Self-attention of each place to itself and those before it.

    Args:
        x: float64[n, length, width].
        there: bool[n, length], the places that are looked at.
        weights: Those of queries, keys, values and output, each with its bias.

    Returns:
        As `x`.
    """
    import scipy.special  # see `preferences`

    query, key, value = (
        np.einsum("nld,dhk->nhlk", x, kernel) + bias[:, None]
        for kernel, bias in zip(weights[:6:2], weights[1:6:2], strict=True)
    )
    length = x.shape[1]
    seen = np.tril(np.ones((length, length), bool)) & there[:, None, None, :]
    logits = query @ key.swapaxes(-1, -2) / np.sqrt(query.shape[-1])
    shares = scipy.special.softmax(np.where(seen, logits, -1e9), axis=-1)
    kernel, bias = weights[6:]
    return np.einsum("nhlk,hkd->nld", shares @ value, kernel) + bias
