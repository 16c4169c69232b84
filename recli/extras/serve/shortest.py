"""The shortest way from a question to its answer."""

from __future__ import annotations

import contextlib

from starlette.types import ASGIApp, Receive, Scope, Send

from recli.extras.serve.answers import MadeList
from recli.extras.serve.current import Loaded
from recli.extras.serve.metrics import Metrics
from recli.extras.serve.routes import recommend
from recli.extras.serve.variants import Variants


class Shortest:
    """Answers `GET /recommend` without the application, where there is nothing to refuse or wait for.

    Where the same was asked of the same model before, it is the answer of before; else a list that is
    quickly made. To find a route, check what it takes and call it takes longer than either.

    Args:
        app: the application that is wrapped, and answers everything else
        variants: the models in service
        metrics: what the service counts
    """

    def __init__(self, app: ASGIApp, variants: Variants, metrics: Metrics) -> None:
        self._app = app
        self._variants = variants
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == recommend.PATH and scope["method"] == "GET":
            answered = self._answered(scope["query_string"])
            if answered is not None:
                loaded, made = answered
                scope["route"] = recommend.router.routes[0]  # what it is counted as
                self._metrics.served(loaded, made)
                await recommend.response(made)(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _answered(self, query: bytes) -> tuple[Loaded, MadeList] | None:
        for current in self._variants:  # of whom one alone answers the user who asks
            loaded = current.loaded
            made = loaded.answers.get(query)
            if made is not None:
                return loaded, made
        with contextlib.suppress(Exception):  # the application meets it again, and says what it is
            return recommend.at_once(query, self._variants)
        return None
