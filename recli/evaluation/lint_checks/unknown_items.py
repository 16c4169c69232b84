"""New items."""

from __future__ import annotations

from collections.abc import Iterator

from recli.evaluation.lint_checks._base import Check, Checked
from recli.evaluation.lint_checks._unknown import unknown


class UnknownItems(Check):
    """10 % or more of the test ratings are of items that have no training rating.

    Where all are, the split is meant so, and nothing is said.
    """

    position = 30

    def messages(self, checked: Checked) -> Iterator[str]:
        yield from unknown(checked, checked.ratings.items, "items", "popularity")
