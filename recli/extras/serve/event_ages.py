"""How long events waited until a list knew them."""

from __future__ import annotations

import bisect
import logging
from itertools import accumulate

from recli import errors
from recli.events.log import EventLog
from recli.events.refreshing.progress import LearnedEvents
from recli.extras.serve.current import Loaded

_LOG = logging.getLogger("recli.serve")
_BOUNDS = (1, 5, 10, 30, 60, 300, 900, 3600, 21_600, 86_400, 604_800)  # seconds


class EventAges:
    """How old events are when a model begins to answer that has learned them, each event once.

    Args:
        log: the event log
        loaded: the model that answers now; of what it knows nobody saw since when
    """

    def __init__(self, log: EventLog, loaded: Loaded) -> None:
        self._log = log
        self._known = LearnedEvents.by(loaded.model.origin)
        self._counts, self._sum = [0] * (len(_BOUNDS) + 1), 0

    def taken(self, loaded: Loaded) -> None:
        """Count the events that this model is the first to know.

        Args:
            loaded: a model that has begun to answer
        """
        learned, known = LearnedEvents.by(loaded.model.origin), self._known
        after = known.through if known.log == learned.log else 0
        try:
            there = self._log.id == learned.log
            received = self._log.received(after, learned.through) if there else []
        except errors.RecliError as error:
            # The model answers all the same, and the next one counts these too.
            _LOG.error("%s How old its events are is not counted.", error)
            return
        counts, now = list(self._counts), int(loaded.loaded.timestamp())
        for second, n in received:
            age = max(now - second, 0)
            counts[bisect.bisect_left(_BOUNDS, age)] += n
            self._sum += n * age
        self._counts = counts
        if learned.log and learned.through > after:
            self._known = learned

    def histogram(self) -> tuple[list[tuple[str, float]], float]:
        """How many are at most so old, by the bounds in seconds, and the seconds of all together."""
        bounds = [*map(str, map(float, _BOUNDS)), "+Inf"]
        return list(zip(bounds, map(float, accumulate(self._counts)), strict=True)), self._sum
