"""What is to be known of the results where algorithms score items alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from recli.evaluation.fold import FoldScores
from recli.evaluation.lint_checks import Finding

_LEAST = 0.01


def tied_places(found: Mapping[str, Sequence[FoldScores]]) -> tuple[Finding, ...]:
    """Of which algorithms, and at how many places, ties decided what is shown; from 1 % on.

    Counted are places of the first k whose item has the same score as an item that is not among them.

    Args:
        found: what each algorithm of a line-up reached on the folds, by its label

    >>> import numpy as np
    >>> def of(share):
    ...     return FoldScores({}, np.empty(0), {}, {}, 0.0, 0.0, 0.0, 0.0, tied_places=((10, share),))
    >>> [finding] = tied_places({"svd": [of(0.0), of(0.0)], "slope-one": [of(0.3), of(0.5)]})
    >>> finding.message.split(". ")[0]
    'Equal scores: a draw decided what slope-one shows at 40% of the first 10 places'
    """
    said = []
    for label, scores in found.items():
        of_cutoff: dict[int, float] = {}
        for k, share in (pair for fold in scores for pair in fold.tied_places):
            of_cutoff[k] = of_cutoff.get(k, 0.0) + share / len(scores)
        shares = [
            f"{of_cutoff[k]:.0%} of the first {k}"
            for k in sorted(of_cutoff)
            if of_cutoff[k] >= _LEAST
        ]
        if shares:
            said.append(f"{label} shows at {', '.join(shares)} places")
    if not said:
        return ()
    return (
        Finding(
            "tied-places",
            f"Equal scores: a draw decided what {'; '.join(said)}. The order of what scores alike is "
            "drawn for every user by the seed: another seed gives other lists, as good on the average.",
        ),
    )
