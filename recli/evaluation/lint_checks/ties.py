"""Times that do not part."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from recli.evaluation.lint_checks._base import Check, Checked, share


class Ties(Check):
    """The split goes by time, and the training holds ratings of the same user and time as the test."""

    position = 50

    def messages(self, checked: Checked) -> Iterator[str]:
        times, users = checked.ratings.times, checked.ratings.users
        if times is None or not checked.protocol.split.uses_time:
            return
        moments = pd.factorize(times)[0]
        of_user = users.astype(np.int64) * (int(moments.max()) + 1) + moments
        counts = [np.isin(of_user[fold.test], of_user[fold.train]) for fold in checked.folds]
        n_tied = sum(map(np.count_nonzero, counts))
        if n_tied:
            yield (
                f"For {share(n_tied, checked.n_tests)} of the test ratings the training holds one "
                "of the same user and the same time: which of them came last is taken from the "
                "order of the file. Splits at one moment for all, 'timeline' and 'rolling', never part "
                "them."
            )
