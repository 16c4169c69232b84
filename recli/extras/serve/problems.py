"""Errors as `application/problem+json` (RFC 9457), in the words of the command line."""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from recli import errors

MEDIA_TYPE = "application/problem+json"
_LOG = logging.getLogger("recli.serve")
_SENT = {
    "`fold_in({ITEM: RATING})`": 'POST /recommend with "ratings": [{"item_id": …, "rating": …}]',
    "`fold_in({ITEM: WEIGHT})`": 'POST /recommend with "interactions": [{"item_id": …}]',
}


def problem(
    status: int, detail: str, instance: str, headers: Mapping[str, str] | None = None
) -> Response:
    """The answer to a request that cannot be met: what is wrong, and what to do.

    Args:
        status: the status of HTTP
        detail: what is wrong, for people
        instance: what tells this occurrence from others, as the path that was asked for
        headers: headers of the answer
    """
    document = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": instance,
    }
    # As ASCII, since a path may hold what no UTF-8 can say.
    content = json.dumps(document, allow_nan=False)
    return Response(content, status, headers, media_type=MEDIA_TYPE)


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problems that a route may answer with, for its description in OpenAPI.

    Args:
        *statuses: the statuses of HTTP
    """
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        status: {
            "description": HTTPStatus(status).phrase,
            "content": {MEDIA_TYPE: {"schema": schema}},
        }
        for status in statuses
    }


SCHEMA = {
    "title": "Problem",
    "description": "What is wrong, and what to do (RFC 9457).",
    "type": "object",
    "required": ["type", "title", "status", "detail", "instance"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
    },
}


def handle_in(app: FastAPI) -> None:
    """Answer with a problem whatever goes wrong in `app`.

    Args:
        app: the application
    """
    app.add_exception_handler(errors.RecliError, _of_recli)
    app.add_exception_handler(RequestValidationError, _of_validation)
    app.add_exception_handler(HTTPException, _of_http)
    app.add_exception_handler(Exception, _of_bug)


def _of_recli(request: Request, error: Exception) -> Response:
    status = 404 if isinstance(error, errors.NotFoundError) else 422
    return problem(status, _as_sent(str(error)), request.url.path)


def _as_sent(message: str) -> str:
    """The message with what a client sends in place of what Python calls."""
    for call, sent in _SENT.items():
        message = message.replace(call, sent)
    return message


def _of_validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    found = error.errors()
    if found[0]["type"] == "model_attributes_type" and not _is_json(request):
        told = "The body is to be JSON: send it with 'Content-Type: application/json'."
        return problem(415, told, request.url.path)
    status = 400 if any(one["type"] == "json_invalid" for one in found) else 422
    return problem(status, errors.first_ten(list(map(_told, found))).strip(), request.url.path)


def _is_json(request: Request) -> bool:
    return "json" in request.headers.get("content-type", "")


def _told(error: Mapping[str, Any]) -> str:
    """What is wrong where; without the value, which may be as long as the whole request."""
    place = ".".join(str(part) for part in error["loc"][1:])
    message = error["msg"].removeprefix("Value error, ")
    if error["type"] == "json_invalid":
        return f"The body is no JSON: {error['ctx']['error']} (at character {place})."
    return f"{place or error['loc'][0]}: {message}."


def _of_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    detail = error.detail
    if error.status_code == 404:
        detail = f"There is nothing at {request.url.path[:200]}. /openapi.json says what there is."
    return problem(error.status_code, detail, request.url.path, error.headers)


def _of_bug(request: Request, error: Exception) -> Response:
    """Starlette raises it again afterwards, so that the log has the traceback."""
    instance = uuid.uuid4().urn
    _LOG.error("%s: %s %s failed, as follows.", instance, request.method, request.url.path)
    detail = f"This is a bug of the server, whose log has it as {instance}."
    return problem(500, detail, instance)
