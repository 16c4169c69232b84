"""Ctrl-C at moments that can take it."""

from __future__ import annotations

import functools
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import joblib


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


@functools.cache
def start_workers(jobs: int) -> None:
    """Start joblib's worker processes, once, so that they do not hear Ctrl-C.

    It reaches every process of a terminal; the one that started the others answers, and stops them.
    While they start, workers inherit that the signal is blocked; then they ignore it.
    """
    n_workers = joblib.effective_n_jobs(jobs)
    with HeldBack(), _blocked():
        joblib.Parallel(jobs, backend="loky")(
            joblib.delayed(_grow_deaf)() for _ in range(n_workers)
        )


@contextmanager
def _blocked() -> Iterator[None]:
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _grow_deaf() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    time.sleep(0.1)  # so that no worker takes the turn of another
