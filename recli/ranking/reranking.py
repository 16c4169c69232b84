"""What makes other lists than the scores alone give."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from recli import registry, spec
from recli.models.model import FittedModel
from recli.ranking.fields import field
from recli.ranking.list_options import ListOptions

if TYPE_CHECKING:
    from recli.ranking.rerankers import Reranker


def rerankers(
    options: ListOptions, whole: FittedModel, model: FittedModel, seed: int
) -> tuple[Reranker, ...]:
    """What makes the lists, in the order in which it is applied: by `position`, and caps at last.

    Terms are one re-ranker together, in the place of the first of them.

    Args:
        options: `diversify`, `calibrate`, `explore`, `rerank`, `max_per`.
        whole: The model as it was trained.
        model: The same, or with a user folded in, whom it knows.
        seed: What re-rankers draw by.

    Raises:
        UsageError: The item table lacks a field, nothing tells what items are alike, or the weights
            leave nothing for the scores.
        DataError: There is no item table.
    """
    if not options.reranks:
        return ()  # what follows takes a second to import
    from recli.ranking.rerankers._greedy import Greedy, Term
    from recli.ranking.rerankers._max_per import MaxPer

    made = [cls.of(whole, model, seed, **values) for cls, values in _asked(options)]
    terms = tuple(one for one in made if isinstance(one, Term))
    found: list[Reranker] = []
    for one in made:
        if not isinstance(one, Term):
            found.append(one)
        elif one is terms[0]:
            found.append(Greedy(terms))
    if options.max_per:
        found.append(MaxPer.by_fields(model, options.max_per))
    return tuple(found)


def check_rerankers(options: ListOptions, model: FittedModel) -> None:
    """Raise what `rerankers` raises, for a model that may not be fitted yet.

    Args:
        options: what the lists should be like
        model: a fitted model
    """
    for column in options.max_per:
        field(model, column).groups()
    for cls, values in _asked(options) if options.reranks else ():
        cls.check(model, **values)


def classes(options: ListOptions) -> tuple[type[Reranker], ...]:
    """The classes of the re-rankers that are asked for.

    Args:
        options: what the lists should be like
    """
    return tuple(cls for cls, _ in _asked(options)) if options.reranks else ()


def _asked(options: ListOptions) -> list[tuple[type[Reranker], dict[str, Any]]]:
    """The re-rankers that are asked for, with their options, in the order of their positions."""
    return sorted(_typed(options), key=lambda entry: entry[0].position)


def _typed(options: ListOptions) -> Iterator[tuple[type[Reranker], dict[str, Any]]]:
    if options.diversify:
        yield registry.get("reranker", "diversify"), {"weight": options.diversify}
    if options.calibrate:
        column, weight = options.calibrate
        yield registry.get("reranker", "calibrate"), {"column": column, "weight": weight}
    if options.explore:
        yield registry.get("reranker", "explore"), {"share": options.explore}
    for text in options.rerank:
        yield spec.parse("reranker", text)
