"""What the documents of runs and studies hold, as far as anything reads it; see `StoredKind.shape`."""

# Annotations are no texts here: by those, TypedDict would not tell which keys are required.
from datetime import datetime
from typing import Annotated, Any, Literal, NotRequired, TypedDict

from msgspec import Meta

Number = float | None
"""A number, or null for one that is not defined."""
Names = Annotated[list[str], Meta(min_length=1)]
Count = Annotated[int, Meta(ge=0)]
AtLeastOne = Annotated[int, Meta(ge=1)]


class Process(TypedDict):
    """Who works on it, see `recli.records.process`."""

    host: str
    pid: int
    created: float


class DatasetSaid(TypedDict):
    """The dataset."""

    name: str
    users: int
    items: int
    ratings: int
    fingerprint: str
    implicit: NotRequired[bool]
    reading: NotRequired[dict[str, Any] | None]
    left_out: NotRequired[dict[str, Any] | None]


class EntrySaid(TypedDict):
    """An algorithm of a line-up."""

    algorithm: str
    params: dict[str, Any]
    label: NotRequired[str]
    lists: NotRequired[dict[str, Any]]
    external: NotRequired[dict[str, Any]]


class SplitSaid(TypedDict):
    """A split as the first format had it: its name, and beside that its options."""

    name: str


class RunConfiguration(TypedDict):
    """How a line-up was compared; the first format had the name of a split apart from its options."""

    split: str | SplitSaid
    split_seed: NotRequired[int]
    seed: int
    metrics: Names
    threshold: float
    scale: NotRequired[list[float]]
    by: NotRequired[list[str]]
    line_up: list[EntrySaid]


class CellSaid(TypedDict):
    """A finished cell; the first format had no `entry`."""

    algorithm: str
    entry: NotRequired[Count]
    fold: AtLeastOne
    key: NotRequired[str | None]
    reused: NotRequired[bool]
    peak_mb: NotRequired[Number]
    fit_seconds: NotRequired[Number]
    test_seconds: NotRequired[Number]
    rank_seconds: NotRequired[Number]
    error_by_rating: NotRequired[list[tuple[float, int, Number, Number]]]
    exposure: NotRequired[list[tuple[Number, Number]]]


class FoldSaid(TypedDict):
    """The rows of a fold."""

    fingerprint: str
    train: AtLeastOne
    test: AtLeastOne


class FailureSaid(TypedDict):
    """An algorithm that failed."""

    label: str
    folds: list[int]
    exit_code: int
    reason: str


class WarningSaid(TypedDict):
    """A reason to doubt the protocol."""

    code: str
    message: str


class EnvironmentSaid(TypedDict):
    """Versions and machine."""

    recli: str
    platform: str
    packages: NotRequired[dict[str, Any]]
    code: NotRequired[str]
    cpu: NotRequired[str | None]
    commit: NotRequired[str | None]


class RunDocument(TypedDict):
    """`run.json`."""

    id: str
    status: Literal["running", "finished", "failed", "interrupted"]
    command: list[str]
    started: datetime
    seconds: float
    process: NotRequired[Process | None]
    dataset: DatasetSaid
    configuration: RunConfiguration
    folds: NotRequired[list[FoldSaid]]
    environment: EnvironmentSaid
    warnings: NotRequired[list[WarningSaid]]
    cells: list[CellSaid]
    failures: NotRequired[list[FailureSaid]]
    missing: NotRequired[list[str | None]]
    sha256: NotRequired[dict[str, str]]


class TrialSaid(TypedDict):
    """A trial of a study, see `recli.records.stored_trial`."""

    algorithm: str
    number: int
    state: Literal["complete", "pruned", "failed", "running"]
    values: dict[str, Number]
    folds: list[list[Number]]
    params: dict[str, Any]
    varied: dict[str, Any]
    seconds: float
    reason: str


class JudgedSaid(TypedDict):
    """What the locked test says in one goal."""

    goal: str
    tuned: float
    tuned_defaults: NotRequired[Number]
    best: float
    defaults: float
    against: NotRequired[str]
    floor: NotRequired[Number]
    difference: NotRequired[Number]
    interval_low: NotRequired[Number]
    interval_high: NotRequired[Number]


class RungSaid(TypedDict):
    """A step of the halving."""

    trials: int
    folds: NotRequired[int]
    kept: list[str]
    dropped: list[str]
    failed: NotRequired[list[str]]
    not_tried: NotRequired[list[str]]
    short_of: NotRequired[str]


class StudyConfiguration(TypedDict):
    """What was searched, and how."""

    algorithms: list[str]
    split: str
    seed: int
    sampler: str
    pruner: str
    holdout: Number
    auto: bool
    lists: NotRequired[dict[str, Any]]


class StudyDocument(TypedDict):
    """`study.json`."""

    id: str
    status: str
    command: list[str]
    started: datetime
    seconds: float
    process: Process
    storage: str
    dataset: DatasetSaid
    configuration: StudyConfiguration
    metrics: Names
    best: TrialSaid | None
    front: list[TrialSaid]
    trials: list[TrialSaid]
    locked: list[JudgedSaid]
    nested: list[list[JudgedSaid]]
    floors: NotRequired[dict[str, Number]]
    importance: dict[str, Any]
    timed_out: bool
    rungs: list[RungSaid]
