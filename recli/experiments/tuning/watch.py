"""Who is told how a search goes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from recli.records.stored_trial import StoredTrial


@dataclass(frozen=True)
class Watch:
    """Hears of every trial that ended, and of every fold of the one at work.

    Attributes:
        on_trial: told of every finished trial
        on_fold: told of every finished fold
    """

    on_trial: Callable[[StoredTrial], None] = lambda trial: None
    on_fold: Callable[[int], None] = lambda n: None


NOBODY = Watch()
