"""What routes are given of the application that they belong to."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from recli.extras.serve.current import Current, Loaded
from recli.extras.serve.metrics import Metrics


def _current(request: Request) -> Current:
    current: Current = request.app.state.current
    return current


def _loaded(request: Request) -> Loaded:
    return _current(request).loaded


def _metrics(request: Request) -> Metrics:
    metrics: Metrics = request.app.state.metrics
    return metrics


TheCurrent = Annotated[Current, Depends(_current)]
TheLoaded = Annotated[Loaded, Depends(_loaded)]
"""The model that answers; the same one for the whole of a request."""
TheMetrics = Annotated[Metrics, Depends(_metrics)]
