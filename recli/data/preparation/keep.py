"""The ratings that fulfil a condition."""

from __future__ import annotations

from dataclasses import dataclass

from recli.data.preparation._base import Draft, Step
from recli.data.preparation._conditions import fulfilled
from recli.params import Text


@dataclass(frozen=True)
class Keep(Step):
    """Keep the ratings that fulfil a condition, take out all others.

    The condition is written as `recli show where` explains, on `rating`, on any column of the table of
    ratings, or on one of the item or the user table; `[item:year]` and `[user:year]` say which table.
    A rating of which a field is not known fulfils no comparison with it, and goes.

    Attributes:
        where: a condition on columns, see `where`
    """

    parameters = (Text("where", None, "condition that ratings have to fulfil"),)
    needed = ("where",)
    whole = "where"
    example = "keep:rating >= 3 and verified = 'yes'"

    where: str | None = None

    def apply(self, draft: Draft) -> tuple[Draft, str]:
        assert self.where is not None
        return draft.only(fulfilled(draft, self.where, "keep")), ""
