"""What requests consist of, where several routes have it alike."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    WithJsonSchema,
    model_validator,
)

from recli import errors

MOST_ITEMS = 1000
"""Places of a list, and ids, ratings or pairs of a request, at most."""
_INTEGER = 2**63


def _as_text(sent: object) -> object:
    if isinstance(sent, float) and sent.is_integer():
        sent = int(sent)  # JSON has 1.0 for the same number as 1
    if isinstance(sent, int) and not isinstance(sent, bool):
        if not -_INTEGER <= sent < _INTEGER:
            raise ValueError("A number this large is no id")
        return str(sent)
    return sent


Id = Annotated[
    Annotated[str, Field(min_length=1, max_length=200)],
    BeforeValidator(_as_text),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "minLength": 1, "maxLength": 200},
                {"type": "integer", "minimum": -_INTEGER, "maximum": _INTEGER - 1},
            ]
        }
    ),
]
"""A raw id as text or number; inside it is text."""


class Sent(BaseModel):
    """A document or a query string, of which every field is known and every number finite."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _known(cls, sent: Any) -> Any:
        if isinstance(sent, dict):
            for name in sent:
                if name not in cls.model_fields:
                    raise errors.unknown("field", name[:100], cls.model_fields)
        return sent


_Query = TypeVar("_Query", bound=Sent)


def as_parameters(sent: type[Sent]) -> list[dict[str, Any]]:
    """The fields of a query string, as OpenAPI describes them.

    Args:
        sent: the body that the parameters stand for
    """
    schema = sent.model_json_schema()
    return [
        {
            "name": name,
            "in": "query",
            "required": name in schema["required"],
            "schema": field,
            "description": field["description"],
        }
        for name, field in schema["properties"].items()
    ]


def of_query(sent: type[_Query], request: Request) -> _Query:
    """What the query string of a request says. Raises RequestValidationError.

    Args:
        sent: the query
        request: the request, as it came
    """
    try:
        return sent.model_validate(dict(request.query_params))
    except ValidationError as error:
        wrong = [one | {"loc": ("query", *one["loc"])} for one in error.errors()]
        raise RequestValidationError(wrong) from None
