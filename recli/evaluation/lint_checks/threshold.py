"""What counts as liked."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from recli.evaluation.lint_checks._base import Check, Checked, share

_LIKED = 0.95


class Threshold(Check):
    """95 % or more of the test ratings count as liked, or all are alike.

    Said where a measure asks for liked items.
    """

    position = 70

    def messages(self, checked: Checked) -> Iterator[str]:
        if checked.ratings.implicit:
            return  # all are liked, as they should be
        (lowest, highest) = checked.ratings.values.min(), checked.ratings.values.max()
        if checked.ranks and lowest == highest:
            yield (
                f"All ratings are {highest:g}: they say what was rated, and nothing of how. Such "
                "rows are interactions: say `implicit=True`."
            )
            return
        liked = checked.ratings.values >= checked.protocol.threshold
        n_liked = sum(int(np.count_nonzero(liked[fold.test])) for fold in checked.folds)
        if checked.ranks and n_liked >= _LIKED * checked.n_tests:
            yield (
                f"{share(n_liked, checked.n_tests)} of the test ratings are "
                f"{checked.protocol.threshold:g} or more and count as liked: to find what is liked is to "
                "find what is rated. Choose a higher `threshold`."
            )
