"""What the document of a refresh holds, as far as anything reads it; see `StoredKind.shape`."""

# Annotations are no texts here: by those, TypedDict would not tell which keys are required.
from datetime import datetime
from typing import Any, Literal, NotRequired, TypedDict

Number = float | None
"""A number, or null for one that is not defined."""


class EventsSaid(TypedDict):
    """Which events were looked at, and what became of them."""

    begun_from: str
    log: str
    after: int
    through: int
    ratings: int
    clicks: int
    taken: int
    repeated: int
    set_aside: int


class LearnedSaid(TypedDict):
    """The model that was refreshed."""

    seal: str


SliceSaid = TypedDict(
    "SliceSaid",
    {"new": int, "ratings": int, "users": int, "from": int | None, "to": int | None},
)
"""The ratings that both were compared on."""


class ScoresSaid(TypedDict):
    """The model and the candidate in one measure."""

    measure: str
    current: Number
    candidate: Number
    difference: Number
    interval_low: Number
    interval_high: Number
    t_p: Number


class DriftSaid(TypedDict):
    """The mean of the new ratings and of those before."""

    new_mean: float
    training_mean: float
    standard_error: Number


class TrainedOnSaid(TypedDict):
    """The dataset."""

    implicit: NotRequired[bool]


class RefreshDocument(TypedDict):
    """`refresh.json`."""

    id: str
    model: str
    algorithm: str
    started: datetime
    settings: dict[str, Any]
    events: EventsSaid
    dataset: TrainedOnSaid
    learned: LearnedSaid
    slice: SliceSaid
    scores: ScoresSaid
    drift: DriftSaid
    decision: Literal["keep", "publish"]
    why: str
    published: str | None
