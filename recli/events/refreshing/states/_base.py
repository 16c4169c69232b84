"""What every state of a round has, and how a round ends."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any, Protocol

from recli.events.log import EventLog
from recli.events.refreshing.refreshed_model import RefreshedModel
from recli.events.refreshing.rule import RefreshSettings
from recli.records import store


@dataclass(frozen=True, eq=False)
class Round:
    """What all states of a round share.

    Attributes:
        model: the model that is refreshed
        settings: when it is trained and published
        log: the events
        started: when the round began, ISO 8601 in UTC
        clock: the same moment by `time.perf_counter`, seconds
        told: what the user should hear of the round, in order; states add to it
    """

    model: RefreshedModel
    settings: RefreshSettings
    log: EventLog
    started: str = field(default_factory=store.now)
    clock: float = field(default_factory=time.perf_counter)
    told: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class End:
    """The end of a round.

    Attributes:
        decision: the document of what was decided; None where there was nothing to decide
    """

    decision: dict[str, Any] | None = None


class State(Protocol):
    """A state of a round; its fields are what the state before has handed on."""

    def advance(self) -> State | End:
        """Do what is to be done in this state, whole or not at all, and give the next."""
