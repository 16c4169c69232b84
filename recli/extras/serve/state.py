"""What routes are given of the application that they belong to."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from recli.events.log import EventLog
from recli.extras.serve.current import Loaded
from recli.extras.serve.metrics import Metrics
from recli.extras.serve.variants import Variants

# Coroutines, since plain functions would each be sent to another thread.


async def _variants(request: Request) -> Variants:
    variants: Variants = request.app.state.variants
    return variants


async def _loaded(request: Request) -> Loaded:
    variants: Variants = request.app.state.variants
    return variants.first.loaded


async def _metrics(request: Request) -> Metrics:
    metrics: Metrics = request.app.state.metrics
    return metrics


async def _log(request: Request) -> EventLog:
    log: EventLog = request.app.state.log
    return log


TheVariants = Annotated[Variants, Depends(_variants)]
TheLoaded = Annotated[Loaded, Depends(_loaded)]
"""The model that answers who is nobody in particular; the same one for the whole of a request."""
TheLog = Annotated[EventLog, Depends(_log)]
TheMetrics = Annotated[Metrics, Depends(_metrics)]
