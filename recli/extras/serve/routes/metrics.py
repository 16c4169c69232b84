"""`/metrics`: for Prometheus."""

from __future__ import annotations

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.responses import Response

from recli.extras.serve.problems import responses
from recli.extras.serve.state import TheMetrics

router = APIRouter(tags=["server"])


@router.get(
    "/metrics",
    response_class=Response,
    responses={
        200: {"description": "All metrics as text.", "content": {"text/plain": {}}},
        **responses(401, 429),
    },
)
def metrics(metrics: TheMetrics) -> Response:
    """Say how requests, lists and the model are doing."""
    return Response(metrics.text(), media_type=CONTENT_TYPE_LATEST)
