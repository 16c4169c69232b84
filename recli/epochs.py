"""What a fit tells of its epochs, and who hears it."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True)
class Epoch:
    """How far a fit has come.

    Attributes:
        algorithm: the name of what is fitted
        number: how many epochs are done, at least 1
        of: how many there are, at most
        loss: what this one lost on what is learned from
        held_out: what it lost after this one on what is held out; NaN where nothing is
        process: the id of the process that fits, which tells those at work at once apart
    """

    algorithm: str
    number: int
    of: int
    loss: float
    held_out: float = math.nan
    process: int = field(default_factory=os.getpid)

    def __str__(self) -> str:
        held_out = "" if math.isnan(self.held_out) else f", held out {self.held_out:.4g}"
        return f"epoch {self.number} of {self.of}, loss {self.loss:.4g}{held_out}"


Listener: TypeAlias = Callable[[Epoch], None]
"""Is told of each epoch; what it raises ends the fit."""

_LISTENERS: ContextVar[tuple[Listener, ...]] = ContextVar("listeners", default=())


@contextmanager
def heard(by: Listener) -> Iterator[None]:
    """A block in which somebody hears of the epochs of every fit, beside those who do already.

    It is of this thread: what others fit is not heard.

    Args:
        by: who hears

    >>> with heard(print):
    ...     tell(Epoch("svd", 3, 20, 0.81))
    epoch 3 of 20, loss 0.81
    """
    token = _LISTENERS.set((*_LISTENERS.get(), by))
    try:
        yield
    finally:
        _LISTENERS.reset(token)


def is_heard() -> bool:
    """Whether anybody listens in this thread."""
    return bool(_LISTENERS.get())


def tell(epoch: Epoch) -> None:
    """Tell who listens; nobody, most often.

    Args:
        epoch: the one that is done
    """
    for listener in _LISTENERS.get():
        listener(epoch)
