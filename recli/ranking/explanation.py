"""Why items are recommended, for people."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from recli.algorithms._contract.catalogue import unknown_alike
from recli.algorithms._shared.reasons import Reason
from recli.models.model import FittedModel

_MOST = 3


@dataclass(frozen=True)
class Explanation:
    """Why an item is recommended.

    Attributes:
        words: `because you liked Film-Noir, 1940s`
        reasons: what its score is made of, the most telling first
    """

    words: str
    reasons: tuple[Reason, ...]

    @property
    def document(self) -> dict[str, Any]:
        """Words and reasons as JSON should carry them."""
        return {"why": self.words, "reasons": [dataclasses.asdict(r) for r in self.reasons]}

    @property
    def cells(self) -> list[str]:
        """The same as two cells of a table."""
        parts = (f"{r.kind} {r.what}".strip() + f" {r.amount:+.4f}" for r in self.reasons)
        return [self.words, "; ".join(parts)]


def explained(model: FittedModel, user: int, item: int) -> Explanation:
    """Why an item has its score for a user, both of them codes.

    Args:
        model: a fitted model
        user: the code of a user
        item: the code of an item

    Raises:
        UsageError: where the algorithm cannot say
    """
    inner_user = unknown_alike(model.trainset.inner_users[user])
    reasons = model.algorithm.explain(int(inner_user), int(model.trainset.inner_items[item]))
    words = because(model, reasons)
    if model.trainset.ratings.implicit:
        named = {"rated item": "interaction", "no rating": "no interaction"}
        reasons = [dataclasses.replace(r, kind=named.get(r.kind, r.kind)) for r in reasons]
    return Explanation(words, tuple(reasons))


def because(model: FittedModel, reasons: Sequence[Reason]) -> str:
    """Reasons in a few words: what raises the score most, of the first kind that there is.

    Features go before items that the user rated, these before people like them and what many like.

    Args:
        model: a fitted model
        reasons: what the score is made of
    """
    raising = sorted((r for r in reasons if r.amount > 0), key=lambda reason: -reason.amount)
    of_kind = {
        reason.kind: [r.what for r in raising if r.kind == reason.kind] for reason in raising
    }
    if "feature" in of_kind:
        return _liked(name.rpartition("=")[2] for name in of_kind["feature"])
    if "rated item" in of_kind:
        rated = [reason for reason in raising if reason.kind == "rated item"]
        liked = [r for r in rated if r.rating is None or r.rating >= model.trainset.threshold]
        if not liked:  # what they did not like speaks for what is unlike it
            return f"because of how you rated {_first(_title(model, r.what) for r in rated)}"
        return _liked(_title(model, reason.what) for reason in liked)
    if "neighbour" in of_kind:
        given = [reason.rating or 0.0 for reason in reasons if reason.kind == "neighbour"]
        who = f"{len(given):,} user{'s' * (len(given) != 1)} with a taste like yours"
        return f"because {who} gave it {sum(given) / len(given):.1f}"
    if "popularity" in of_kind or "item bias" in of_kind:
        return "because many liked it"
    return "nothing speaks for it in particular"


def _liked(names: Iterable[str]) -> str:
    return f"because you liked {_first(names)}"


def _first(names: Iterable[str]) -> str:
    """The first names, apart by what none of them holds: titles may have commas."""
    first = list(itertools.islice(names, _MOST))
    return ("; " if any(", " in name for name in first) else ", ").join(first)


def _title(model: FittedModel, raw: str) -> str:
    code = model.trainset.ratings.item_ids.code(raw)
    return (model.title(code) if code >= 0 else "") or raw
