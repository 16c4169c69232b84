"""What the application says of itself in OpenAPI."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from recli.extras.serve import problems

_KEY: list[dict[str, list[str]]] = [{"bearer": []}, {"header": []}]  # either will do
_SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "header": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
}


class Described(FastAPI):
    """FastAPI with the schema of problems, the docstrings' first lines as summaries, and the keys.

    with_keys: whether requests have to bring a key, but for health
    """

    def __init__(self, with_keys: bool, **settings: Any) -> None:
        super().__init__(**settings)
        self._with_keys = with_keys

    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is not None:
            return self.openapi_schema
        document = super().openapi()
        components = document["components"]
        components["schemas"]["Problem"] = problems.SCHEMA
        for operations in document["paths"].values():
            for operation in operations.values():
                operation["summary"] = operation["description"].partition("\n")[0].rstrip(".")
        if self._with_keys:
            components["securitySchemes"] = _SCHEMES
            document["security"] = _KEY
            for path in ("/healthz", "/readyz"):
                document["paths"][path]["get"]["security"] = []
        return document
