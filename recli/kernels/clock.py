"""A clock that compiling does not move."""

from __future__ import annotations

import threading
import time
from typing import Any

from numba.core import event


def seconds() -> float:
    """Seconds on a clock that stands still while this thread compiles kernels or reads compiled ones.

    So that what is measured the first time takes as long as the next time. Only differences between
    two looks in the same thread mean anything.
    """
    return time.perf_counter() - _COMPILING.seconds


class _Compiling(threading.local):
    """What a thread has spent on compiling, seconds; and how deep in it it is now, since when."""

    seconds, depth, since = 0.0, 0, 0.0


_COMPILING = _Compiling()


class _Stopwatch(event.Listener):  # type: ignore[misc]
    """Hears when a thread asks for numba's lock, which it holds while it compiles, and gives it back."""

    def on_start(self, event: Any) -> None:
        if not _COMPILING.depth:
            _COMPILING.since = time.perf_counter()
        _COMPILING.depth += 1

    def on_end(self, event: Any) -> None:
        _COMPILING.depth -= 1
        if not _COMPILING.depth:
            _COMPILING.seconds += time.perf_counter() - _COMPILING.since


event.register("numba:compiler_lock", _Stopwatch())
