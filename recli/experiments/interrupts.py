"""Ctrl-C at moments that can take it."""

from __future__ import annotations

import functools
import os
import signal
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import joblib
from joblib.externals.loky import get_reusable_executor


class HeldBack:
    """Holds a Ctrl-C back while it is entered; on leaving, the one that came is raised.

    Writing to a database, for one, reports at length about being interrupted. Only the main thread
    hears signals; in another one this does nothing.
    """

    def __init__(self) -> None:
        self._came = False
        self._in_main = threading.current_thread() is threading.main_thread()

    def __enter__(self) -> HeldBack:
        if self._in_main:
            self._answer = signal.signal(signal.SIGINT, self._hold)
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._in_main:
            signal.signal(signal.SIGINT, self._answer)
            self._raise_what_came()

    @contextmanager
    def let_through(self) -> Iterator[None]:
        """A block within, in which Ctrl-C is answered at once."""
        if not self._in_main:
            yield
            return
        self._raise_what_came()
        signal.signal(signal.SIGINT, self._answer)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, self._hold)

    def _hold(self, number: int, frame: FrameType | None) -> None:
        self._came = True

    def _raise_what_came(self) -> None:
        if self._came:
            self._came = False
            raise KeyboardInterrupt


def start_workers(jobs: int) -> None:
    """Start joblib's worker processes, once in a folder and an environment, so that they ignore Ctrl-C.

    They look for a user's modules where they were started: in another folder there are others. And they
    have the environment that there was, which may say otherwise now what is computed by, as
    `KERAS_BACKEND` does.

    It reaches every process of a terminal; the one that started the others answers, and stops them.
    What is ignored is inherited, so while they start, a second or so, nobody hears it.

    One that has grown by 300 MB since it started, as by its imports, is replaced between two tasks.
    Nothing is lost by that, so that joblib's warning about it is not shown.

    Args:
        jobs: how many cells work at once
    """
    _started(jobs, os.getcwd(), frozenset(os.environ.items()))


def forget_workers() -> None:
    """Start them anew the next time, since one of them is gone and joblib has given up the others."""
    _started.cache_clear()


@functools.lru_cache(maxsize=1)
def _started(jobs: int, folder: str, environment: frozenset[tuple[str, str]]) -> None:
    # Whoever started those that there are: the user's own use of joblib may have.
    get_reusable_executor().shutdown(wait=True)
    warnings.filterwarnings("ignore", "A worker stopped while some jobs were given", UserWarning)
    if threading.current_thread() is not threading.main_thread():
        return
    answer = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        joblib.Parallel(jobs, backend="loky")(joblib.delayed(abs)(0) for _ in range(2))
    finally:
        signal.signal(signal.SIGINT, answer)
