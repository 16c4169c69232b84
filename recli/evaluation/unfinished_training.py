"""What is to be known of the results where training ended while there was more to learn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from recli.evaluation.fold import FoldScores
from recli.evaluation.lint_checks import Finding


def is_unfinished(losses: np.ndarray) -> bool:
    """Whether the last epoch that a fit may have was the best so far on what was held out.

    Args:
        losses: float64[n_epochs, 2], of one fit, as `FoldOutcome` has them; none may be held out

    >>> is_unfinished(np.array([[0.9, 1.0], [0.8, 0.9]])), is_unfinished(np.array([[0.9, np.nan]]))
    (True, False)
    >>> is_unfinished(np.array([[0.9, 1.0], [0.8, 1.0]]))
    False
    """
    return len(losses) > 0 and bool(losses[-1, 1] < np.min(losses[:-1, 1], initial=np.inf))


def unfinished_training(found: Mapping[str, Sequence[FoldScores]]) -> tuple[Finding, ...]:
    """Which algorithms were still getting better when their epochs were over.

    Args:
        found: what each algorithm of a line-up reached on the folds, by its label

    >>> def of(*held_out):
    ...     losses = tuple((0.5, loss) for loss in held_out)
    ...     return FoldScores({}, np.empty(0), {}, {}, 0.0, 0.0, 0.0, 0.0, losses=losses)
    >>> [finding] = unfinished_training({"neumf": [of(0.9, 0.8), of(0.9, 1.0)], "svd": [of()]})
    >>> finding.message.split(". ")[0]
    'Training ended too early: neumf was still getting better in 1 of 2 fits'
    """
    said = []
    for label, scores in found.items():
        n_unfinished = sum(is_unfinished(np.array(fold.losses)) for fold in scores)
        if n_unfinished:
            fits = "1 fit" if len(scores) == 1 else f"{len(scores)} fits"
            said.append(f"{label} was still getting better in {n_unfinished} of {fits}")
    if not said:
        return ()
    return (
        Finding(
            "unfinished-training",
            f"Training ended too early: {'; '.join(said)}. The last epoch had the lowest loss on what "
            "is held out. Allow more epochs (n_epochs), or larger steps (learning_rate).",
        ),
    )
