"""What the application says of itself in OpenAPI."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from fastapi import FastAPI

from recli.data.event_kinds import Weights
from recli.extras.serve import problems

_OF_RATINGS, _OF_INTERACTIONS = ('"rating"',), ('"weight"', '"purchase"')
"""What an example says that is for a model of ratings, or for one of interactions."""
_KEY: list[dict[str, list[str]]] = [{"bearer": []}, {"header": []}]  # either will do
_SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "header": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
}


class ModelDescription(FastAPI):
    """FastAPI with the schema of problems, the docstrings' first lines as summaries, and the keys.

    Args:
        with_keys: whether requests have to bring a key, but for health
        kinds: of interaction that the model learns from, which examples are of; none if it is of
            ratings
        **settings: those of FastAPI
    """

    def __init__(self, with_keys: bool, kinds: Weights, **settings: Any) -> None:
        super().__init__(**settings)
        self._with_keys = with_keys
        self._kinds = kinds

    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is not None:
            return self.openapi_schema
        document = super().openapi()
        components = document["components"]
        components["schemas"]["Problem"] = problems.SCHEMA
        for schema in components["schemas"].values():
            if "examples" in schema:
                schema["examples"] = list(self._fitting(schema["examples"]))
        for operations in document["paths"].values():
            for operation in operations.values():
                operation["summary"] = operation["description"].partition("\n")[0].rstrip(".")
        if self._with_keys:
            components["securitySchemes"] = _SCHEMES
            document["security"] = _KEY
            for path in ("/healthz", "/readyz"):
                document["paths"][path]["get"]["security"] = []
        return document

    def _fitting(self, examples: Iterable[Any]) -> Iterator[Any]:
        """Those of bodies that this model takes."""
        others = _OF_RATINGS if self._kinds else _OF_INTERACTIONS
        for text in map(json.dumps, examples):
            if not any(word in text for word in others):
                kind = max(self._kinds, key=self._kinds.__getitem__, default="")
                yield json.loads(text.replace('"purchase"', json.dumps(kind)))
