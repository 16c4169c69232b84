"""What each epoch of a fit lost, as runs keep it, and in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np


def training_curves(cells: Sequence[Mapping[str, Any]]) -> dict[int, list[np.ndarray]]:
    """The losses of each fit that told of its epochs.

    Args:
        cells: those of a run.json

    Returns:
        By entry of the line-up, in the order of the cells: float64[n_epochs, 2], as
        `FoldScores.losses`. Nothing of algorithms without.
    """
    found: dict[int, list[np.ndarray]] = {}
    for cell in cells:
        if losses := cell.get("losses"):
            found.setdefault(cell["entry"], []).append(np.array(losses, np.float64))
    return found


def kept_epoch(losses: np.ndarray) -> int:
    """The place of the epoch whose model was kept: of the lowest loss on what was held out.

    Args:
        losses: float64[n_epochs, 2], of one fit

    Returns:
        From 0 on; the last one where nothing was held out.

    >>> kept_epoch(np.array([[0.9, 1.0], [0.8, 0.9], [0.7, 0.95]]))
    1
    """
    held_out = losses[:, 1]
    return len(losses) - 1 if np.isnan(held_out).all() else int(np.nanargmin(held_out))


def in_words(fits: Sequence[np.ndarray]) -> str:
    """How long an algorithm was trained, and what that came to.

    Args:
        fits: the losses of at least one fit, float64[n_epochs, 2] each

    >>> in_words([np.array([[0.9, 1.0], [0.8, 0.9], [0.7, 0.95]]), np.array([[0.9, 1.1]])])
    '1 to 3 epochs, kept that of the lowest loss on what was held out: 1 to 2, loss 1.0000'
    >>> in_words([np.array([[7.27e26, np.nan]])])
    '1 epoch, loss 7.27e+26'
    """
    kept = [kept_epoch(losses) for losses in fits]
    lost = [losses[epoch] for losses, epoch in zip(fits, kept, strict=True)]
    learned, held_out = np.mean(lost, axis=0)
    n_epochs = _span([len(losses) for losses in fits])
    said = "1 epoch" if n_epochs == "1" else f"{n_epochs} epochs"
    if np.isnan(held_out):
        return f"{said}, loss {_shown(learned)}"
    places = _span([epoch + 1 for epoch in kept])
    kept_of = f"{said}, kept that of the lowest loss on what was held out: {places}"
    return f"{kept_of}, loss {_shown(held_out)}"


def _span(numbers: Sequence[int]) -> str:
    low, high = min(numbers), max(numbers)
    return f"{low}" if low == high else f"{low} to {high}"


def _shown(loss: float) -> str:
    return f"{loss:.4f}" if abs(loss) < 1e4 else f"{loss:.3g}"
