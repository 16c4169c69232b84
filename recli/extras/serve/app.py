"""The application: routes, and around them what every request passes."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

import recli
from recli import registry
from recli.algorithms._shared.blas import ONE_THREAD_OF_BLAS
from recli.events.log import FILE_NAME, EventLog
from recli.extras.serve import problems, routes
from recli.extras.serve.description import ModelDescription
from recli.extras.serve.guard import Guard
from recli.extras.serve.metrics import Measured, Metrics
from recli.extras.serve.settings import ServiceSettings
from recli.extras.serve.shortest import Shortest
from recli.extras.serve.variants import Variants

_ABOUT = """\
Ranked recommendations and predictions by a model of recli. Ids of users and items are those of the
ratings, as text or as numbers. What goes wrong is told as `application/problem+json`.
"""
_FIRST = "recommend"  # of the routes: what is asked most is found first


def create_app(settings: ServiceSettings) -> ASGIApp:
    """The application that serves the models of `settings`, which are loaded and tested first.

    Args:
        settings: how the service is set up

    Raises:
        NotFoundError: where there is no such model
        DataError: where one cannot be loaded or fails its self-test, and where no broker answers that
            lists are to be sent to
        UsageError: where they cannot be served together
    """
    variants = Variants(settings)
    log = EventLog(settings.results / FILE_NAME)
    metrics, published = Metrics(variants, log), None
    if settings.topic is not None:
        lists = registry.room("kafka", "published").PublishedLists
        metrics.also = published = lists(settings.topic, metrics.unpublished.inc)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        variants.watch()
        with ONE_THREAD_OF_BLAS:  # set once, not for every list
            yield
        variants.stop()
        log.close()
        if published is not None:
            published.close()

    # No page of /docs: FastAPI's own takes its scripts from the network.
    app = ModelDescription(
        with_keys=settings.keys.read is not None,
        kinds=variants.first.loaded.model.kinds,
        title="recli",
        version=recli.__version__,
        description=_ABOUT,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.settings, app.state.variants = settings, variants
    app.state.log, app.state.metrics = log, metrics
    problems.handle_in(app)
    names = [module.name for module in pkgutil.iter_modules(routes.__path__)]
    for name in sorted(names, key=_FIRST.__ne__):
        app.include_router(importlib.import_module(f"{routes.__name__}.{name}").router)
    served: ASGIApp = Guard(Shortest(app, variants, metrics), settings)
    if settings.origins:
        served = CORSMiddleware(
            served,
            settings.origins,
            allow_methods=("GET", "POST"),
            allow_headers=("Authorization", "Content-Type", "X-API-Key"),
        )
    served = Measured(served, metrics)
    if settings.trusted_proxies:
        # The client is then the last address of X-Forwarded-For that is no such proxy's own.
        served = ProxyHeadersMiddleware(served, list(settings.trusted_proxies))  # type: ignore[arg-type, assignment]
    return served
