"""Answers that are given again: what a model says of a user stays the same as long as it serves."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from dataclasses import dataclass
from typing import Literal

import numpy as np

Kind = Literal["known", "folded", "fallback"]
_WINDOW = 1000


@dataclass(frozen=True, eq=False)
class MadeList:
    """A list as it is sent.

    Attributes:
        body: JSON
        kind: for a user whom the model knows, one folded in by their ratings, or one of whom it
            knows nothing
        items: int32[n], codes of what is in the list
        user: the raw id of whom it is for; None for somebody new
    """

    body: bytes
    kind: Kind
    items: np.ndarray
    user: str | None = None


class Answers:
    """The lists that one model made: those asked for last to give again, and the last 1,000 to look at.

    Args:
        size: bytes of bodies that are kept; what was not asked for longest goes first
    """

    def __init__(self, size: int) -> None:
        self.served: deque[MadeList] = deque(maxlen=_WINDOW)
        self._size, self._held = size, 0
        self._kept: OrderedDict[bytes, MadeList] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, query: bytes) -> MadeList | None:
        """What was answered to the same query string.

        Args:
            query: the query as it came
        """
        with self._lock:
            made = self._kept.get(query)
            if made is not None:
                self._kept.move_to_end(query)
            return made

    def keep(self, query: bytes, made: MadeList) -> None:
        """Have it to give again.

        Args:
            query: the query as it came
            made: the lists, and how they were made
        """
        with self._lock:
            self._held -= self._weight(query, self._kept.pop(query, None))
            self._kept[query] = made
            self._held += self._weight(query, made)
            while self._held > self._size:
                oldest, gone = self._kept.popitem(last=False)
                self._held -= self._weight(oldest, gone)

    @staticmethod
    def _weight(query: bytes, made: MadeList | None) -> int:
        return 0 if made is None else len(query) + len(made.body) + made.items.nbytes
