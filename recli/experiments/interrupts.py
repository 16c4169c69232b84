"""Ctrl-C at moments that can take it."""

from __future__ import annotations

import functools
import importlib
import signal
import threading
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
    """Start joblib's worker processes, once, so that they ignore Ctrl-C.

    It reaches every process of a terminal; the one that started the others answers, and stops them.
    What is ignored is inherited, so while they start, a second or so, nobody hears it.

    They import all that cells need right away: a worker that grows by 300 MB after its first task is
    taken for leaking, replaced, and warned about.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    answer = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        tasks = [joblib.delayed(_import_cells)()] * joblib.effective_n_jobs(jobs)
        joblib.Parallel(jobs, backend="loky")(tasks)
    finally:
        signal.signal(signal.SIGINT, answer)


def _import_cells() -> None:
    importlib.import_module("recli.experiments.cross_validation")
