"""The threads of the library that multiplies matrices."""

from __future__ import annotations

import threading
from typing import Any

from threadpoolctl import ThreadpoolController


class _OneThreadOfBlas:
    """Holds BLAS to one thread: the products for some users are so small that sharing takes longer.

    On a busy machine it takes much longer, as each thread waits for the other to get a core.

    Some libraries hold the limit for the whole process. Of several threads that rank at once, the first
    sets it and the last takes it back.
    """

    def __init__(self) -> None:
        self._libraries = ThreadpoolController()
        self._lock = threading.Lock()
        self._inside = 0
        self._limit: Any = None

    def __enter__(self) -> None:
        with self._lock:
            if self._inside == 0:
                self._limit = self._libraries.limit(limits=1, user_api="blas")
            self._inside += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0:
                self._limit.restore_original_limits()


ONE_THREAD_OF_BLAS = _OneThreadOfBlas()
