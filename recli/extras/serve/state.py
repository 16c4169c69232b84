"""What routes are given of the application that they belong to."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from recli.events.log import EventLog
from recli.extras.serve.current import Current, Loaded
from recli.extras.serve.metrics import Metrics

# Coroutines, since plain functions would each be sent to another thread.


async def _current(request: Request) -> Current:
    current: Current = request.app.state.current
    return current


async def _loaded(request: Request) -> Loaded:
    current: Current = request.app.state.current
    return current.loaded


async def _metrics(request: Request) -> Metrics:
    metrics: Metrics = request.app.state.metrics
    return metrics


async def _log(request: Request) -> EventLog:
    log: EventLog = request.app.state.log
    return log


TheCurrent = Annotated[Current, Depends(_current)]
TheLoaded = Annotated[Loaded, Depends(_loaded)]
"""The model that answers; the same one for the whole of a request."""
TheLog = Annotated[EventLog, Depends(_log)]
TheMetrics = Annotated[Metrics, Depends(_metrics)]
