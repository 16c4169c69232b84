"""An algorithm and how lists are made of its scores: what is evaluated, and what is served."""

from __future__ import annotations

from dataclasses import dataclass, field

from recli.algorithms import Configured
from recli.ranking.list_options import ListOptions


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

    def _labelled(self, changed: dict[str, object]) -> str:  # type: ignore[override]
        return f"{super()._labelled(changed)} {self.lists}".rstrip()  # type: ignore[arg-type]


def recommender(configured: Configured, lists: ListOptions) -> Configured:
    """The algorithm with these options of lists; the algorithm itself where they are the default.

    >>> recommender(Configured.of("ease"), ListOptions(diversify=0.3)).label
    'ease diversify=0.3'
    >>> recommender(Configured.of("ease"), ListOptions())
    Configured(name='ease', params={...})
    """
    if lists == ListOptions():
        return Configured(configured.name, configured.params)
    return Recommender(configured.name, configured.params, lists)


def lists_of(configured: Configured) -> ListOptions:
    """How the lists of an entry of a line-up are made."""
    return configured.lists if isinstance(configured, Recommender) else ListOptions()
