"""An order that is not known."""

from __future__ import annotations

from collections.abc import Iterator

from recli.evaluation.lint_checks._base import Check, Checked


class NoTimes(Check):
    """A model goes by the order of time, and the data have none: that of the rows is taken for it."""

    position = 45

    def messages(self, checked: Checked) -> Iterator[str]:
        if checked.ratings.times is not None:
            return
        ordered = {
            entry.name
            for entry in checked.line_up
            if any("times" in getattr(cls, "uses", ()) for cls in entry.classes)
        }
        if ordered:
            yield (
                f"{', '.join(sorted(ordered))}: goes by the order of time, and the data have no times. "
                'The order of the rows is taken for it; if a column has times, say `time="NAME"`.'
            )
