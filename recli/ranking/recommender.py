"""An algorithm and how lists are made of its scores: what is evaluated, and what is served."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from recli.algorithms import Configured
from recli.models.model import FittedModel, of_training
from recli.params import Value
from recli.ranking.list_options import ListOptions
from recli.ranking.request import check_options

if TYPE_CHECKING:
    from recli.data.training_statistics import TrainingStatistics


LISTS = "lists."
"""What the name of an option of lists begins with where it stands among parameters."""


@dataclass(frozen=True)
class Recommender(Configured):
    """A configured algorithm whose lists are made otherwise than by its scores alone.

    It is fitted as the algorithm is: what differs is made of the same scores. An entry of a line-up
    is a plain `Configured` or one of these, see `recommender` and `lists_of`.

    Args:
        name, params: The algorithm, see `Configured`.
        lists: How its lists are made.
    """

    lists: ListOptions = field(default_factory=ListOptions)

    def _labelled(self, changed: Mapping[str, Value]) -> str:
        return f"{super()._labelled(changed)} {self.lists}".rstrip()


def recommender(configured: Configured, lists: ListOptions) -> Configured:
    """The algorithm with these options of lists; the algorithm itself where they are the default.

    Args:
        configured: an algorithm with its parameters
        lists: how lists are made

    >>> recommender(Configured.of("ease"), ListOptions(diversify=0.3)).label
    'ease diversify=0.3'
    >>> recommender(Configured.of("ease"), ListOptions())
    Configured(name='ease', params={...})
    """
    if lists == ListOptions():
        return Configured(configured.name, configured.params)
    return Recommender(configured.name, configured.params, lists)


def lists_of(configured: Configured) -> ListOptions:
    """How the lists of an entry of a line-up are made.

    Args:
        configured: an algorithm with its parameters
    """
    return configured.lists if isinstance(configured, Recommender) else ListOptions()


def settings(configured: Configured) -> dict[str, Any]:
    """Parameters and options of lists of an entry in one table, as a trial of tuning has them.

    Args:
        configured: an algorithm with its parameters

    >>> settings(recommender(Configured("ease", {"reg": 9.0}), ListOptions(diversify=0.3)))
    {'reg': 9.0, 'lists.diversify': 0.3}
    """
    lists = lists_of(configured).document()
    return {**configured.params, **{LISTS + name: value for name, value in lists.items()}}


def of_settings(algorithm: str, found: Mapping[str, Any]) -> Configured:
    """The inverse of `settings`.

    Args:
        algorithm: the name of the algorithm
        found: objects with docstrings, by name

    Raises:
        UsageError: for what the algorithm or lists do not have
    """
    lists = {k.removeprefix(LISTS): v for k, v in found.items() if k.startswith(LISTS)}
    params = {k: v for k, v in found.items() if not k.startswith(LISTS)}
    return recommender(Configured.of(algorithm, params), ListOptions.of(lists))


def remembered(model: FittedModel) -> ListOptions:
    """How the lists of a model are made where nobody says otherwise.

    Args:
        model: a fitted model
    """
    return ListOptions.of(model.lists)


def labelled(model: FittedModel) -> str:
    """How a model is shown: its algorithm and how its lists are made.

    Args:
        model: a fitted model
    """
    return recommender(model.configured, remembered(model)).label


def check(line_up: Iterable[Configured], statistics: TrainingStatistics, seed: int) -> None:
    """Raise what the options of lists would raise once the entries are fitted, see `ListOptions.check`.

    Args:
        line_up: The entries, of which those with options are looked at.
        statistics: The training rows of a fold.
        seed: That of the algorithms.
    """
    for entry in line_up:
        if isinstance(entry, Recommender):
            check_options(entry.lists, of_training(statistics, entry, entry.create(seed), seed))
