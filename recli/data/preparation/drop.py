"""All ratings but those that fulfil a condition."""

from __future__ import annotations

from dataclasses import dataclass

from recli.data.preparation._base import Draft, Step
from recli.data.preparation._conditions import fulfilled
from recli.params import Text


@dataclass(frozen=True)
class Drop(Step):
    """Take out the ratings that fulfil a condition, keep all others.

    Conditions are those of `keep`. A rating of which a field is not known fulfils no comparison with
    it, and stays.

    Attributes:
        where: a condition on columns, see `where`
    """

    parameters = (Text("where", None, "condition of the ratings to take out"),)
    needed = ("where",)
    whole = "where"
    example = "drop:rating = 0 or user in ('1', '17')"

    where: str | None = None

    def apply(self, draft: Draft) -> tuple[Draft, str]:
        assert self.where is not None
        return draft.only(~fulfilled(draft, self.where, "drop")), ""
