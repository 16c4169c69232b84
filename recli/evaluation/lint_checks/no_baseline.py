"""What is little."""

from __future__ import annotations

from collections.abc import Iterator

from recli import registry
from recli.evaluation.lint_checks._base import Check, Checked

BASELINES = ("baseline-only", "normal-predictor", "most-popular", "damped-mean")


class NoBaseline(Check):
    """Nothing in the line-up shows what little effort reaches."""

    position = 80

    def messages(self, checked: Checked) -> Iterator[str]:
        if not set(BASELINES) & {entry.name for entry in checked.line_up}:
            of_lists = [name for name in BASELINES if _scores_only(name)]
            baselines = of_lists if checked.ratings.implicit else BASELINES
            names = " or ".join(f'`algorithms="{name}"`' for name in baselines)
            yield f"The line-up has no baseline, so that nothing says what is little. Add {names}."


def _scores_only(name: str) -> bool:
    """Whether an algorithm makes lists without predicting ratings."""
    return bool(registry.get("algorithm", name).predicts == "scores")
