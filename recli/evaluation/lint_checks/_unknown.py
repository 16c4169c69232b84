"""Users or items of the test that the training does not know."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from recli.evaluation.lint_checks._base import Checked, share

# Below this share nothing is said: in any sparse table of ratings some items have but one, and a random
# fold tests a few percent of all ratings on them.
_UNKNOWN = 0.1


def unknown(checked: Checked, codes: np.ndarray, what: str, by: str) -> Iterator[str]:
    """What to say of them, unless they are few, or all, as the split then means it.

    Args:
        checked: the protocol
        codes: int32[n_ratings], the user or the item of every rating
        what: what the codes are
        by: how their groups are called
    """
    n_codes, n_ratings, noun = 0, 0, checked.ratings.noun
    for fold in checked.folds:
        known = np.bincount(codes[fold.train], minlength=int(codes.max()) + 1) > 0
        unknown = codes[fold.test][~known[codes[fold.test]]]
        n_codes += len(np.unique(unknown))
        n_ratings += len(unknown)
    if _UNKNOWN * checked.n_tests <= n_ratings < checked.n_tests:
        yield (
            f"{share(n_ratings, checked.n_tests)} of the test {noun}s are of {what} without a "
            f"training {noun} ({n_codes:,} {what}, summed over {checked.extent}): they measure "
            f'what an algorithm does without knowing them. See the others apart with `by="{by}"`.'
        )
