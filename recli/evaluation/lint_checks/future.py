"""The future is known."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from recli import registry
from recli.evaluation.lint_checks._base import Check, Checked, share

_LEAKED = 0.01  # below this share nothing is said, because the metrics hardly change


class Future(Check):
    """For 1 % or more of the test ratings the training holds a later one of the same user.

    Said where ratings have times and the split does not go by them.
    """

    position = 40

    def messages(self, checked: Checked) -> Iterator[str]:
        times, users, noun = checked.ratings.times, checked.ratings.users, checked.ratings.noun
        if times is None or checked.protocol.split.uses_time:
            return
        n_leaked = 0
        for fold in checked.folds:
            latest = np.full(len(checked.ratings.user_ids), np.iinfo(np.int64).min)
            np.maximum.at(latest, users[fold.train], times[fold.train])
            n_leaked += int(np.count_nonzero(latest[users[fold.test]] > times[fold.test]))
        if n_leaked >= _LEAKED * checked.n_tests:
            splits = registry.names("split")
            by_time = [name for name in splits if registry.get("split", name).uses_time]
            yield (
                f"For {share(n_leaked, checked.n_tests)} of the test {noun}s the training holds a "
                f"later {noun} of the same user: the future is known, which in service it is not. "
                f"Split by time to see what is left: {', '.join(by_time)}."
            )
