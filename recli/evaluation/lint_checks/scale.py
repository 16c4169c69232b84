"""The scale of ratings."""

from __future__ import annotations

from collections.abc import Iterator

from recli.evaluation.lint_checks._base import Check, Checked

_UNUSED = 0.25  # of the scale, at one end


class ScaleCheck(Check):
    """The ratings leave a quarter of the scale or more unused at one of its ends."""

    position = 60

    def messages(self, checked: Checked) -> Iterator[str]:
        if checked.ratings.implicit:
            return
        (low, high), values = checked.ratings.scale, checked.ratings.values
        lowest, highest = float(values.min()), float(values.max())
        if max(lowest - low, high - highest) >= _UNUSED * (high - low) > 0:
            yield (
                f"The scale is {low:g} to {high:g}, and the ratings lie between {lowest:g} and "
                f"{highest:g}: predictions are clipped to the scale, and what counts as liked goes by "
                f"it. If it is not right, say `scale=({lowest:g}, {highest:g})`."
            )
