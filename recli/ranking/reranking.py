"""Which other lists are wanted than the scores alone give."""

from __future__ import annotations

from dataclasses import dataclass

from recli import errors
from recli.models.model import Model
from recli.ranking.lists import Reranker


@dataclass(frozen=True)
class Reranking:
    """How lists are made unlike those of the scores; by default not at all.

    diversify: the weight, from 0 to 1, of how unlike the items of a list are
    calibrate: a field of the item table and the weight, above 0 and up to 1, of its shares
    explore: the share of places, from 0 to 1, for items drawn by chance
    """

    diversify: float = 0.0
    calibrate: tuple[str, float] | None = None
    explore: float = 0.0

    def rerankers(self, whole: Model, model: Model, seed: int) -> tuple[Reranker, ...]:
        """What makes the lists, in the order in which it is applied.

        whole: the model as it was trained; model: the same, or with a user folded in, whom it knows

        Raises UsageError where the weights leave nothing for the scores, and for a field that the item
        table lacks; DataError without an item table.
        """
        if self == Reranking():
            return ()  # what follows takes a second to import
        from recli.ranking.rerankers._greedy import Greedy, Term
        from recli.ranking.rerankers.calibrate import Calibrate
        from recli.ranking.rerankers.diversify import Diversify
        from recli.ranking.rerankers.explore import Explore

        terms: list[Term] = []
        if self.diversify:
            terms.append(Diversify.of(whole, self.diversify))
        if self.calibrate is not None:
            terms.append(Calibrate.of(model, *self.calibrate))
        if sum(term.weight for term in terms) > 1:
            raise errors.UsageError(
                "The weights of diversify and calibrate are more than 1 together: nothing is left for "
                "the scores."
            )
        greedy = [Greedy(tuple(terms))] if terms else []
        explore = [Explore.of(whole, self.explore, seed)] if self.explore else []
        return (*greedy, *explore)
