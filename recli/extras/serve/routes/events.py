"""`/events`: what users rate, view, buy, for the next model to learn from."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BeforeValidator, Field, WithJsonSchema
from starlette.responses import JSONResponse, Response

from recli import errors
from recli.data import event_kinds
from recli.data.event import LAST_TIME, Event, not_ahead
from recli.events.log import now, seconds
from recli.extras.serve.problems import problem, responses
from recli.extras.serve.schemas import Id, Sent
from recli.extras.serve.state import TheLog, TheMetrics, TheVariants
from recli.models.model import FittedModel

router = APIRouter(tags=["events"])
PATH = "/events"
_MOST = 1000
_AGAIN = 5  # seconds


def _seconds(sent: object) -> object:
    return seconds(sent) if isinstance(sent, str) else sent


Time = Annotated[
    Annotated[float, Field(ge=0, le=LAST_TIME)],
    BeforeValidator(_seconds),
    WithJsonSchema({"anyOf": [{"type": "string", "format": "date-time"}, {"type": "number"}]}),
]


class SentEvent(Sent):
    """A user has rated an item, or done something with it."""

    event_id: Annotated[
        Id, Field(description="Your own name for it: one that is sent twice counts once.")
    ]
    type: str = Field(
        min_length=1,
        max_length=200,
        description="For a model of ratings `rating`, or `click`, which is kept and not learned "
        "from. For a model of interactions the kind, one of those in its data, as `view` or "
        "`purchase`; `click` if they have none.",
    )
    user_id: Id
    item_id: Id
    value: float | None = Field(
        None,
        description="The rating; of an interaction how often or how many, above 0, by default 1.",
    )
    time: Time | None = Field(
        None, description="When it happened, ISO 8601 or seconds since 1970. By default now."
    )


class Events(Sent):
    """What has happened."""

    events: list[SentEvent] = Field(min_length=1, max_length=_MOST)

    model_config = Sent.model_config | {
        "json_schema_extra": {
            "examples": [
                {
                    "events": [
                        {
                            "event_id": "9f1c",
                            "type": "rating",
                            "user_id": 42,
                            "item_id": 318,
                            "value": 4.5,
                            "time": "2026-11-22T16:45:00Z",
                        },
                        {"event_id": "9f1d", "type": "click", "user_id": 42, "item_id": 50},
                    ]
                },
                {
                    "events": [
                        {
                            "event_id": "9f1e",
                            "type": "purchase",
                            "user_id": 42,
                            "item_id": 318,
                            "value": 2,
                            "time": "2026-11-22T16:45:00.25Z",
                        }
                    ]
                },
            ]
        }
    }


@router.post(
    PATH,
    status_code=202,
    responses={
        202: {
            "description": "All are on disk. Duplicates are those that were there before.",
            "content": {"application/json": {"example": {"accepted": 2, "duplicates": 0}}},
        },
        **responses(400, 401, 413, 422, 429, 503),
    },
)
def accept(sent: Events, variants: TheVariants, log: TheLog, metrics: TheMetrics) -> Response:
    """Accept ratings or interactions, all of them or none.

    Users and items may be new. What is answered with 202 is on disk, and `recli refresh` learns from
    it.
    """
    by_default = now()
    batch = [
        _event(place, one, variants.of_user(one.user_id).loaded.model, by_default)
        for place, one in enumerate(sent.events)
    ]
    try:
        appended = log.append(batch)
    except errors.RecliError as error:  # the events are well, the log is not
        return problem(503, str(error), PATH, {"Retry-After": str(_AGAIN)})
    metrics.received(batch, appended.duplicates)
    document: dict[str, Any] = {"accepted": appended.accepted, "duplicates": appended.duplicates}
    return JSONResponse(document, 202)


def _event(place: int, sent: SentEvent, model: FittedModel, by_default: float) -> Event:
    """The event at this place of the batch. Raises DataError for what is none to this model."""
    moment = by_default if sent.time is None else sent.time
    try:
        event = Event(sent.event_id, sent.type, sent.user_id, sent.item_id, sent.value, moment)
        not_ahead(event, by_default)
        reason = event_kinds.objection(event, model.trainset.ratings, model.kinds)
        if reason:
            raise errors.DataError(f"{reason}.")
    except errors.DataError as error:
        raise errors.DataError(f"events.{place}: {error} None of the batch was stored.") from None
    return event
