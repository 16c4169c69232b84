"""What makes other lists than the scores alone give."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recli.models.model import Model
from recli.ranking.fields import field
from recli.ranking.lists import Reranker

if TYPE_CHECKING:
    from recli.ranking.list_options import ListOptions


def rerankers(options: ListOptions, whole: Model, model: Model, seed: int) -> tuple[Reranker, ...]:
    """What makes the lists, in the order in which it is applied: re-ranking, chance, then caps.

    Args:
        options: `diversify` and `calibrate`, `explore`, `max_per`.
        whole: The model as it was trained.
        model: The same, or with a user folded in, whom it knows.
        seed: What `explore` draws by.

    Raises:
        UsageError: The item table lacks a field, or nothing tells what items are alike.
        DataError: There is no item table.
    """
    if not options.reranks:
        return ()  # what follows takes a second to import
    from recli.ranking.rerankers._greedy import Greedy, Term
    from recli.ranking.rerankers._max_per import MaxPer
    from recli.ranking.rerankers.calibrate import Calibrate
    from recli.ranking.rerankers.diversify import Diversify
    from recli.ranking.rerankers.explore import Explore

    terms: list[Term] = []
    if options.diversify:
        terms.append(Diversify.of(whole, options.diversify))
    if options.calibrate is not None:
        terms.append(Calibrate.of(model, *options.calibrate))
    found: list[Reranker] = [Greedy(tuple(terms))] if terms else []
    if options.explore:
        found.append(Explore.of(whole, options.explore, seed))
    if options.max_per:
        found.append(MaxPer.of(model, options.max_per))
    return tuple(found)


def check_rerankers(options: ListOptions, model: Model) -> None:
    """Raise what `rerankers` raises, for a model that may not be fitted yet."""
    columns = [*options.max_per, *(options.calibrate or ())[:1]]
    for column in columns:
        field(model, column).groups()
    if options.diversify:
        from recli.ranking import similarity

        similarity.check(model)
