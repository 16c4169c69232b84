"""Which events a model can learn from, by the data that it has learned from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from recli.data.dataset import Dataset
from recli.data.event import CLICK, RATING, Event

Weights = Mapping[str, float]
"""What each kind of interaction weighs. Of ratings there is no kind."""


class Values(Protocol):
    """What values data may have, which is said by `Ratings` and the manifest of a model."""

    @property
    def implicit(self) -> bool:
        """Whether they are interactions rather than ratings."""

    @property
    def scale(self) -> tuple[float, float]:
        """The lowest and the highest rating."""


def weights(dataset: Dataset) -> dict[str, float]:
    """Those of a dataset; where no column tells kinds apart, a click weighs 1.

    Args:
        dataset: the ratings, and what is known of items and users
    """
    if not dataset.ratings.implicit:
        return {}
    return dict(dataset.description.ratings.weights or {CLICK: 1.0})


def types(of_kinds: Weights) -> tuple[str, ...]:
    """The types that events may have: the kinds of interaction; of ratings `rating` and `click`.

    Args:
        of_kinds: what each kind of interaction weighs; empty for ratings
    """
    return tuple(of_kinds) or (RATING, CLICK)


def are(types: Sequence[str]) -> str:
    """What events may be, for people.

    Args:
        types: types of events
    """
    *others, last = types
    names = f"{', '.join(others)} and {last}" if others else last
    return f"events are {names}"


def objection(event: Event, ratings: Values, of_kinds: Weights) -> str:
    """Why such data cannot have an event; empty where they can.

    Ratings leave clicks aside, without an objection.

    Args:
        event: what a user has done
        ratings: the ratings or interactions
        of_kinds: what each kind of interaction weighs; empty for ratings
    """
    if event.type not in types(of_kinds):
        return f"type is '{event.type}': {are(types(of_kinds))}"
    if ratings.implicit:  # whose kind may be called a rating
        counts = event.value is None or event.value > 0
        return "" if counts else f"value {event.value:g} is not above 0"
    if event.type != RATING:
        return ""
    low, high = ratings.scale
    if event.value is None:
        return "the rating has no value"
    if not low <= event.value <= high:
        return f"rating {event.value:g} is off the scale {low:g} to {high:g}"
    return ""
