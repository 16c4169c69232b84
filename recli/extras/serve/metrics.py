"""What Prometheus is told."""

from __future__ import annotations

import math
import os
import time
from collections import Counter as Counts
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.exposition import generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from recli import errors
from recli.data import event_kinds
from recli.data.event import RATING, Event
from recli.events.log import EventLog
from recli.events.refreshing.progress import backlog
from recli.extras.serve.answers import MadeList
from recli.extras.serve.current import Current, Loaded
from recli.extras.serve.event_ages import EventAges
from recli.extras.serve.settings import MULTIPROCESS
from recli.extras.serve.variants import Variants

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
_RATINGS = 10_000
_METHODS = ("GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH")


class Metrics:
    """Counts of requests and lists over all workers, and how the model of this one is doing.

    What is said of the model and of the last lists is that of the worker that is asked: the others
    have the same model within a second. Where several models answer, lists and events are counted by
    model too, and what is said of a model has its name as a label.

    Args:
        variants: the models in service
        log: the event log

    Attributes:
        also: who else is told of each list that is made
    """

    also: Callable[[MadeList], None] | None = None

    def __init__(self, variants: Variants, log: EventLog) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self._variants = variants
        together = bool(os.environ.get(MULTIPROCESS))
        self._ratings: deque[float] = deque(maxlen=_RATINGS)
        # Of several workers, what they counted is read from their files instead.
        own = None if together else CollectorRegistry()
        self.registry = own or CollectorRegistry()
        if together:
            MultiProcessCollector(self.registry)  # type: ignore[no-untyped-call]
        self.registry.register(_Now(variants, log, self._ratings))
        self.requests = Counter(
            "recli_requests", "Requests.", ("method", "route", "status"), registry=own
        )
        self.seconds = Histogram(
            "recli_request_seconds",
            "How long a request took.",
            ("route",),
            registry=own,
            buckets=_SECONDS,
        )
        self.in_flight = Gauge(
            "recli_requests_in_flight",
            "Requests that are being answered.",
            registry=own,
            multiprocess_mode="livesum",
        )
        self.lists = Counter(
            "recli_lists",
            "Lists by what is known of the user: known to the model, folded in by ratings or "
            "interactions sent along, fallback to what is popular, unknown and refused.",
            ("kind",),
            registry=own,
        )
        for kind in ("known", "folded", "fallback", "unknown"):
            self.lists.labels(kind)
        self.unpublished = Counter(
            "recli_lists_unpublished",
            "Lists that brokers did not take that they were to be sent to.",
            registry=own,
        )
        self.events = Counter(
            "recli_events", "Events that came in, duplicates included.", ("type",), registry=own
        )
        for kind in event_kinds.types(variants.first.loaded.model.kinds):
            self.events.labels(kind)
        self.duplicates = Counter(
            "recli_events_duplicate", "Events that came in again.", registry=own
        )
        if variants.several:
            self._lists_of = Counter(
                "recli_variant_lists",
                "Lists by the model that made them.",
                ("model",),
                registry=own,
            )
            self._events_of = Counter(
                "recli_variant_events",
                "Events by the model that answers their user, duplicates included.",
                ("model", "type"),
                registry=own,
            )
            for current in variants:
                self._lists_of.labels(current.loaded.name)

    def served(self, loaded: Loaded, made: MadeList) -> None:
        """Count a list that this model made.

        Args:
            loaded: the model in service
            made: the lists, and how they were made
        """
        self.lists.labels(made.kind).inc()
        loaded.answers.served.append(made)
        if self.also is not None:
            self.also(made)
        if self._variants.several:
            self._lists_of.labels(loaded.name).inc()
            self._variants.showed(loaded.name, made.user)

    def received(self, batch: Sequence[Event], duplicates: int) -> None:
        """Count events that were stored, or were there already.

        Args:
            batch: events that came together
            duplicates: how many of them were known already
        """
        for kind, n in Counts(event.type for event in batch).items():
            self.events.labels(kind).inc(n)
        self.duplicates.inc(duplicates)
        if self._variants.several:
            of_user = self._variants.split.model
            by_model = Counts((of_user(event.user_id), event.type) for event in batch)
            for labels, n in by_model.items():
                self._events_of.labels(*labels).inc(n)
        self._ratings.extend(
            event.value for event in batch if event.type == RATING and event.value is not None
        )

    def text(self) -> bytes:
        """All of it, as Prometheus reads it."""
        return generate_latest(self.registry)


class Measured:
    """Counts and times the requests of an ASGI application.

    Args:
        app: the application that is wrapped
        metrics: what the service counts
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 499  # what the log of nginx has for a client that went away

        async def counted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        metrics, started = self._metrics, time.perf_counter()
        metrics.in_flight.inc()
        try:
            await self._app(scope, receive, counted)
        finally:
            metrics.in_flight.dec()
            method = scope["method"] if scope["method"] in _METHODS else "other"
            # Without a route, any path that somebody makes up would be a time series of its own.
            route = getattr(scope.get("route"), "path", "none")
            metrics.requests.labels(method, route, str(status)).inc()
            metrics.seconds.labels(route).observe(time.perf_counter() - started)


class _Now:
    """What is true at the time of the scrape, of the models that answer and of the event log.

    Args:
        ratings: the last that came in
        variants: the models in service
        log: the event log
    """

    def __init__(self, variants: Variants, log: EventLog, ratings: deque[float]) -> None:
        self._variants = variants
        self._log = log
        self._ratings = ratings
        self._ages = {current: EventAges(log, current.loaded) for current in variants}
        for current, ages in self._ages.items():
            current.also = ages.taken

    def collect(self) -> Iterator[Metric]:
        yield from self._of_the_models()
        yield from self._of_the_lists()
        yield self._gauge(
            "recli_event_backlog", "Events that no refresh has taken yet.", self._backlog
        )
        yield self._event_ages()
        if ratings := tuple(self._ratings):
            yield GaugeMetricFamily(
                "recli_event_rating_mean",
                "The mean of the last 10,000 ratings that came in.",
                sum(ratings) / len(ratings),
            )

    def _gauge(
        self,
        name: str,
        told: str,
        value: Callable[[Current], float],
        of: Iterable[Current] | None = None,
    ) -> GaugeMetricFamily:
        """A number of each model, by its name where there are several."""
        several = self._variants.several
        gauge = GaugeMetricFamily(name, told, labels=("model",) if several else ())
        for current in self._variants if of is None else of:
            gauge.add_metric((current.loaded.name,) if several else (), value(current))
        return gauge

    def _event_ages(self) -> HistogramMetricFamily:
        several = self._variants.several
        family = HistogramMetricFamily(
            "recli_event_to_list_seconds",
            "From when an event came into the log to when a model answered that a refresh had taught "
            "it, of models published since the start.",
            labels=("model",) if several else (),
        )
        for current, ages in self._ages.items():
            family.add_metric((current.loaded.name,) if several else (), *ages.histogram())
        return family

    def _backlog(self, current: Current) -> float:
        """NaN where the log or how far it was taken cannot be read: the other metrics are there."""
        try:
            return backlog(self._log, current.loaded.name)
        except errors.RecliError:
            return math.nan

    def _of_the_models(self) -> Iterator[Metric]:
        info = GaugeMetricFamily(
            "recli_model_info",
            "The model that answers.",
            labels=("model", "algorithm", "dataset", "version"),
        )
        several = ("model",) if self._variants.several else ()
        reloads = CounterMetricFamily(
            "recli_model_reloads", "Models published since the start.", labels=(*several, "result")
        )
        for current in self._variants:
            loaded, model = current.loaded, current.loaded.model
            dataset = str(model.dataset["name"])
            info.add_metric((loaded.name, model.configured.name, dataset, loaded.version), 1)
            own = (loaded.name,) if several else ()
            reloads.add_metric((*own, "taken"), current.taken)
            reloads.add_metric((*own, "refused"), current.n_refused)
        yield info
        yield self._gauge(
            "recli_model_trained_timestamp_seconds",
            "When the model was trained.",
            lambda current: current.loaded.trained.timestamp(),
        )
        yield self._gauge(
            "recli_model_loaded_timestamp_seconds",
            "Since when the model answers.",
            lambda current: current.loaded.loaded.timestamp(),
        )
        yield reloads
        if not self._variants.first.loaded.model.trainset.ratings.implicit:
            yield self._gauge(
                "recli_training_rating_mean",
                "The mean of the ratings that the model learned from.",
                lambda current: current.loaded.model.trainset.global_mean,
            )

    def _of_the_lists(self) -> Iterator[Metric]:
        items = {
            current: np.concatenate(
                [
                    np.empty(0, np.int32),
                    *(made.items for made in tuple(current.loaded.answers.served)),
                ]
            )
            for current in self._variants
        }
        served = [current for current, found in items.items() if len(found)]
        if not served:
            return
        yield self._gauge(
            "recli_served_coverage_ratio",
            "The share of the catalogue that is in any of the last 1,000 lists.",
            lambda of: len(np.unique(items[of])) / of.loaded.model.trainset.n_catalogue,
            served,
        )
        yield self._gauge(
            "recli_served_popularity_mean",
            "Training ratings or users of an item in the last 1,000 lists, the mean.",
            lambda of: float(of.loaded.model.trainset.ratings.item_counts[items[of]].mean()),
            served,
        )
