"""What order is worth."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from recli.algorithms import Configured
from recli.evaluation.lint_checks._base import Check, Checked

BASELINES = {"markov-chain": None, "item-knn": ("last", 1), "most-popular": ("half_life", 30)}
"""What a model of sequences has to beat, each with the parameter that makes it one and a value."""


class NoOrder(Check):
    """Nothing in the line-up shows what the order of time reaches with little effort.

    Beside a model of sequences these are missing: a Markov chain, the items most like the last one, the
    most popular of late; many gains of networks over others have vanished beside them (Ludewig and
    Jannach 2018, Evaluation of session-based recommendation algorithms). Where the next item is tested,
    one of each user, and no model goes by order, that is said too.
    """

    position = 85

    def messages(self, checked: Checked) -> Iterator[str]:
        if not checked.ranks:
            return
        baselines = dict(BASELINES)
        if checked.ratings.times is None:
            del baselines["most-popular"]
        names = {entry.name for entry in checked.line_up if _is_baseline(entry)}
        missing = ", ".join(_said(name) for name in baselines if name not in names)
        by_order = [entry for entry in checked.line_up if _goes_by_order(entry)]
        models = sorted({e.name for e in by_order if len(e.parts) == 1 and e.name not in BASELINES})
        if models and missing:
            yield (
                f"{', '.join(models)}: whether a model of sequences is worth its effort shows beside "
                f"what goes by order or time alone. Add {missing}."
            )
        elif not by_order and _tests_the_next(checked):
            yield (
                "The test is what users took next, and nothing in the line-up goes by the order of what "
                'they took before. See what order is worth: add `algorithms="markov-chain"`.'
            )


def _goes_by_order(entry: Configured) -> bool:
    """Whether it, or a part of it, does."""
    last = entry.name == "item-knn" and _is_baseline(entry)
    return last or any(getattr(cls, "kind", None) == "sequence" for cls in entry.classes)


def _is_baseline(entry: Configured) -> bool:
    if entry.name not in BASELINES:
        return False
    parameter = BASELINES[entry.name]
    return parameter is None or entry.params.get(parameter[0]) is not None


def _said(name: str) -> str:
    parameter = BASELINES[name]
    said = f'`algorithms="{name}"`'
    return (
        said if parameter is None else f"{said} with `algorithm(…, {parameter[0]}={parameter[1]})`"
    )


def _tests_the_next(checked: Checked) -> bool:
    """Whether each tested user has one rating in the test of a fold, later than their training."""
    if not checked.protocol.split.uses_time:
        return False
    tested = (checked.ratings.users[fold.test] for fold in checked.folds)
    return all(len(np.unique(users)) == len(users) for users in tested)
