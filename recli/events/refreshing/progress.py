"""How far the dataset of a model has taken the event log in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recli import errors, json_documents
from recli.events.log import EventLog

PROGRESS = "events.json"
COUNTS = ("ratings", "clicks", "set_aside", "repeated", "taken")
_KEYS = ("begun_from", "log", "through", "counts")


@dataclass(frozen=True)
class LearnedEvents:
    """What a model says of the events that it has learned.

    Attributes:
        begun_from: fingerprint of the dataset that its first forebear had learned from; empty where no
            refresh has trained it
        log: the log's id, empty likewise
        through: the position in it of the last event that was looked at, 0 for none
    """

    begun_from: str = ""
    log: str = ""
    through: int = 0

    @classmethod
    def by(cls, origin: Mapping[str, Any]) -> LearnedEvents:
        """What the `origin` of a model says.

        Args:
            origin: as `FittedModel` has it
        """
        refresh = origin.get("refresh")
        return cls(*(refresh[key] for key in _KEYS[:3])) if refresh else cls()


@dataclass(frozen=True)
class Progress:
    """How far a dataset has taken the event log in; `events.json`.

    Attributes:
        begun_from: fingerprint of the dataset that the model had learned from when this one was begun
        log: the log's id; empty before the first event
        through: the position in it of the last event that was looked at
        counts: of all events up to there how many were `ratings` and `clicks`, by which interactions of
            any kind are meant; and of the ratings (in data of interactions of all events) how many were
            `set_aside`, were `repeated` by a later one or said nothing new, and are `taken` in
    """

    begun_from: str
    log: str
    through: int
    counts: Mapping[str, int]

    @classmethod
    def read(cls, folder: Path) -> Progress | None:
        """That of the dataset in a folder, None where there is none.

        Args:
            folder: the dataset's

        Raises:
            DataError: if the document is damaged
        """
        import msgspec

        path = folder / PROGRESS
        advice = (
            f"Remove the folder {path.parent}; the next refresh begins it again from the model and the "
            "event log."
        )
        try:
            return msgspec.convert(json_documents.read(path, advice), cls)
        except FileNotFoundError:
            return None
        except ValueError as error:  # as in `StoredKind.read`
            raise errors.DataError(f"{path}: is damaged: {error}. {advice}") from None

    def is_of(self, manifest: Mapping[str, Any]) -> bool:
        """Whether a model is the one that the dataset was begun for, or its heir.

        Args:
            manifest: what the model says of itself
        """
        heir = LearnedEvents.by(manifest["origin"]).begun_from
        return self.begun_from in (manifest["dataset"]["fingerprint"], heir)

    def learned(self, manifest: Mapping[str, Any]) -> int:
        """The position of the last event that a model has learned, 0 for none.

        Args:
            manifest: what the model says of itself
        """
        learned = LearnedEvents.by(manifest["origin"])
        same = (learned.begun_from, learned.log) == (self.begun_from, self.log)
        return learned.through if same else 0


def folder_of(results: Path, name: str) -> Path:
    """Where the dataset of a model lies.

    Args:
        results: the results folder
        name: the model's
    """
    return results / "datasets" / name


def backlog(log: EventLog, name: str) -> int:
    """How many events of a log no refresh has taken yet.

    Args:
        log: the log, in its results folder
        name: the model that they are counted for

    Returns:
        The number; of all events where the dataset's document cannot be read, and the next refresh
        tells why.
    """
    try:
        progress = Progress.read(folder_of(log.path.parent, name))
    except errors.DataError:
        progress = None
    same = progress is not None and progress.log == log.id
    return log.count_after(progress.through if progress and same else 0)
