"""What an algorithm says of itself, for lists and explanations."""

from __future__ import annotations

from dataclasses import dataclass

COSTS = {"low": "less than a second", "medium": "seconds", "high": "ten seconds or more"}
"""How long a fit on 100,000 ratings takes."""


@dataclass(frozen=True)
class Traits:
    """In the order in which they are shown; `uses` is what it learns from besides ratings.

    Attributes:
        kind: of which kind it is
        predicts: `ratings` or `scores`
        new_users: what it does with users it has not seen
        new_items: what it does with items it has not seen
        uses: what it learns from beside the ratings
        cost: how the time to fit grows
        extra: the extra that brings its packages, if it needs one, and whether they are installed
        installed: whether its packages are installed
    """

    kind: str
    predicts: str
    new_users: str
    new_items: str
    uses: tuple[str, ...]
    cost: str
    extra: str
    installed: bool

    @classmethod
    def of(cls, name: str) -> Traits:
        """Those of an algorithm; a class of Surprise that says nothing has those of all others.

        Args:
            name: the name
        """
        from recli import registry
        from recli.algorithms import Algorithm

        algorithm = registry.get("algorithm", name)
        if not issubclass(algorithm, Algorithm):
            algorithm = Algorithm
        extra = registry.extra_of("algorithm", name)
        return cls(
            kind=algorithm.kind,
            predicts=algorithm.predicts,
            new_users=algorithm.cold_users,
            new_items=algorithm.cold_items,
            uses=algorithm.uses,
            cost=algorithm.cost,
            extra=extra,
            installed=registry.installed(extra),
        )
