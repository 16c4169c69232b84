"""The service of one model, asked by a function of a cloud instead of by a socket."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import flask

from recli.extras.serve.app import create_app
from recli.extras.serve.problems import problem
from recli.extras.serve.routes import recommend
from recli.extras.serve.settings import Keys, ServiceSettings

_PATHS = ("/", recommend.PATH)


class Service:
    """Answers what functions-framework hands over as `/recommend` of `recli serve` does.

    Lists, problems and limits are the same, and so is the key that `RECLI_API_KEY` asks for. Only lists
    are given: an instance comes and goes, and events that it accepted would go with it.

    Args:
        model: the folder of the model
    """

    def __init__(self, model: Path) -> None:
        """Load and test the model in a folder. Raises as `create_app` does."""
        # An instance can write to what is temporary alone. Answers are not kept to be given again: the
        # next request goes to another instance as likely as not.
        self._results = tempfile.TemporaryDirectory(prefix="recli-")
        name, keys = str(model.resolve()), Keys.of(os.environ)
        self._app = create_app(
            ServiceSettings(Path(self._results.name), {name: 1.0}, keys, remembered=0)
        )

    def answer(self, request: flask.Request) -> flask.Response:
        """The list for `GET` with a query or `POST` with a body, or a problem.

        Args:
            request: the request, as the platform gives it
        """
        return asyncio.run(self._answer(request))

    async def _answer(self, request: flask.Request) -> flask.Response:
        app = self._app
        if request.path not in _PATHS:
            app = problem(404, "This function only recommends, at /.", request.path)
        scope: dict[str, Any] = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": request.scheme,
            "path": recommend.PATH,
            "root_path": "",
            "query_string": request.query_string,
            "headers": [
                (name.lower().encode("latin-1"), value.encode("latin-1"))
                for name, value in request.headers
            ],
            "client": (request.remote_addr or "", 0),
            "server": None,
        }
        body = request.get_data()
        sent: list[MutableMapping[str, Any]] = []

        async def receive() -> MutableMapping[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: MutableMapping[str, Any]) -> None:
            sent.append(message)

        await app(scope, receive, send)
        start, *rest = sent
        return flask.Response(
            b"".join(message.get("body", b"") for message in rest),
            start["status"],
            [(name.decode("latin-1"), value.decode("latin-1")) for name, value in start["headers"]],
        )
