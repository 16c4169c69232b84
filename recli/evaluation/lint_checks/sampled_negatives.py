"""Candidates that are sampled."""

from __future__ import annotations

from collections.abc import Iterator

from recli.evaluation.lint_checks._base import Check, Checked


class SampledNegatives(Check):
    """Metrics among sampled items, which are not those among the whole catalogue."""

    position = 15

    def messages(self, checked: Checked) -> Iterator[str]:
        ranks = [
            measure for measure in checked.protocol.measures if measure.metric.needs == "rankings"
        ]
        n = checked.protocol.sampled_negatives
        if n and ranks:
            yield (
                f"What is liked is ranked among {n:,} sampled items, not among "
                "the catalogue: that is another metric, whose values are higher and may order algorithms "
                "otherwise (Krichene and Rendle, KDD 2020). Compare it only with a paper that samples "
                "as many; to choose an algorithm, leave `sampled_negatives` out."
            )
