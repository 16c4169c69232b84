"""What Prometheus is told of the topics that are read."""

from __future__ import annotations

import time
from collections.abc import Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server

from recli import errors
from recli.data.event import Event
from recli.extras.kafka.consumer import Place

_SECONDS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 600.0, 3600.0, 86_400.0)
_LABELS = ("topic", "partition")


class ConsumerMetrics:
    """Counts what a process reads of topics."""

    def __init__(self) -> None:
        self.registry = own = CollectorRegistry()
        self.events = Counter(
            "recli_consumed_events",
            "Events that were read from a partition and are in the event log.",
            _LABELS,
            registry=own,
        )
        self.dead = Counter(
            "recli_consumed_dead_letters",
            "Messages of a partition that were no events.",
            _LABELS,
            registry=own,
        )
        self.lag = Gauge(
            "recli_consumer_lag_messages",
            "Messages of a partition that are still to be read, of those that this process reads.",
            _LABELS,
            registry=own,
        )
        self.seconds = Histogram(
            "recli_consumed_event_age_seconds",
            "How long after its time an event was in the event log.",
            registry=own,
            buckets=_SECONDS,
        )

    def serve(self, host: str, port: int) -> int:
        """Answer scrapes from now on, in a thread of its own.

        Args:
            host: address to listen at
            port: port to listen at, 0 for any that is free

        Returns:
            The port.

        Raises:
            UsageError: where that is not free
        """
        try:
            server, _ = start_http_server(port, host, self.registry)
        except OSError as error:
            raise errors.UsageError(
                f"{host}:{port} cannot be listened at: {error.strerror or error}. Choose another port."
            ) from None
        return int(server.server_port)

    def stored(self, place: Place, events: Sequence[tuple[int, Event]], dead: int) -> None:
        """Some messages of a partition are stored, see `Watcher`.

        Args:
            place: the partition
            events: those that were events, each with its offset
            dead: how many were none
        """
        labels, now = (place[0], str(place[1])), time.time()
        self.events.labels(*labels).inc(len(events))
        self.dead.labels(*labels).inc(dead)
        for _, event in events:
            self.seconds.observe(max(now - event.time, 0.0))

    def lags(self, lags: dict[Place, int]) -> None:
        """How many messages of each partition at hand are still to be read, see `Watcher`.

        Args:
            lags: by partition
        """
        self.lag.clear()  # others may have a partition by now
        for (topic, partition), lag in lags.items():
            self.lag.labels(topic, str(partition)).set(lag)
