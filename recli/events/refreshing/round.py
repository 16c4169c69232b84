"""One round of keeping up, a walk through states: take, learn, compare, decide, publish.

What a state leaves on disk is whole, and says what it was made of: the dataset says through which event
it goes, the document of a decision is there before the model is published, and the model says which
decision published it. So a round that was cut off anywhere is taken up by the next, which begins in the
state that is not done, and ends the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recli import files
from recli.events.log import FILE_NAME, EventLog
from recli.events.refreshing.history import REFRESHES
from recli.events.refreshing.refreshed_model import RefreshedModel
from recli.events.refreshing.rule import RefreshSettings
from recli.events.refreshing.states._base import End, Round, State
from recli.events.refreshing.states.resume import entry


@dataclass(frozen=True)
class Outcome:
    """What came of a round.

    Attributes:
        decision: the document of what was decided; None where there was nothing to decide
        told: why not, and what an earlier round had left to do
    """

    decision: dict[str, Any] | None
    told: tuple[str, ...]


def refresh(
    results: Path,
    name: str,
    settings: RefreshSettings,
    allow_pickle: bool = False,
    allow_code: bool = False,
) -> Outcome:
    """One round for a model.

    Args:
        results: the results folder
        name: the model's name, or how that begins
        settings: when it is trained and published
        allow_pickle: whether a model that holds a pickle may be read and written
        allow_code: whether classes that it names as `module:Class` may be imported

    Raises:
        NotFoundError: if there is no such model
        UsageError: if another refresh is at work on the same results, or something cannot be written
        DataError: if model, dataset or log is damaged
    """
    with (
        files.alone(REFRESHES.folder(results, ".lock"), "a refresh is at work there"),
        EventLog(results / FILE_NAME) as log,
    ):
        round_ = Round(RefreshedModel.find(results, name, allow_pickle, allow_code), settings, log)
        state: State | End = entry(round_)
        while not isinstance(state, End):
            state = state.advance()
        return Outcome(state.decision, tuple(round_.told))
