"""How many users the numbers rest on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from recli.evaluation.lint_checks._base import Check, Checked
from recli.evaluation.metric_names import Measure

# Comparisons are known to be stable with 50 topics in a test and not with 25: Buckley and Voorhees,
# Evaluating evaluation measure stability, SIGIR 2000.
_ENOUGH_USERS = 50


class FewUsers(Check):
    """A fold measures fewer than 50 users; for measures of liked items, users with one."""

    position = 90

    def messages(self, checked: Checked) -> Iterator[str]:
        ratings, advice = (
            checked.ratings,
            "Test on more users, and read differences with their intervals.",
        )
        tested, liking = [], []
        for fold in checked.folds:
            users, liked = (
                ratings.users[fold.test],
                ratings.values[fold.test] >= checked.protocol.threshold,
            )
            tested.append(len(np.unique(users)))
            liking.append(len(np.unique(users[liked])))
        for counts, measures, who in (
            (tested, checked.protocol.measures, "users"),
            (liking, checked.ranks, "users with a liked item"),
        ):
            few = [n for n in counts if n < _ENOUGH_USERS]
            if few and measures:
                rest = "rests" if len(measures) == 1 else "rest"
                yield (
                    f"In {len(few)} of {checked.extent} {_listed(measures)} {rest} on fewer than "
                    f"{_ENOUGH_USERS} {who}, in the smallest on {min(few)}: chance decides much. {advice}"
                )
                return


def _listed(measures: Sequence[Measure]) -> str:
    more = f" and {len(measures) - 3} more metrics" if len(measures) > 3 else ""
    return ", ".join(map(str, measures[:3])) + more
