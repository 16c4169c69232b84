"""What users did with the lists of several models that were served side by side."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import scipy.stats

from recli.data.event import RATING
from recli.evaluation.significance import holm
from recli.events.log import Logged
from recli.events.shown import Shown

CONFIDENCE, POWER = 0.95, 0.8
FEWEST = 10
"""Users who clicked, of each model: of fewer, no interval holds what it promises."""


@dataclass(frozen=True)
class ClickRate:
    """How often users clicked who got the lists of a model.

    Attributes:
        model: the name of the model
        users: to how many users its lists were shown
        lists: how many lists
        clicks: how many events these users sent after their first list
        clicking: how many users sent any
        rate: clicks per list; NaN without lists
        low, high: the ends of the 95 % interval of the rate; NaN where too few clicked
    """

    model: str
    users: int
    lists: int
    clicks: int
    clicking: int
    rate: float
    low: float
    high: float


@dataclass(frozen=True)
class RateDifference:
    """What the rate of one model is above that of another.

    Attributes:
        first, second: the models
        difference: rate of the first less that of the second
        low, high: the ends of its 95 % interval; NaN where too few clicked, as what follows
        p, p_adjusted: two-sided, and by Holm over all pairs
        detectable: a true difference this large would be found in four of five such experiments
    """

    first: str
    second: str
    difference: float
    low: float
    high: float
    p: float
    p_adjusted: float
    detectable: float


@dataclass(frozen=True)
class Clicks:
    """What users did with the lists of a split.

    Attributes:
        split: `UserSplit.id`
        types: how many events of each type were counted
        crossed: users who were shown lists of several models, which are left out
        rates: of each model
        differences: of each pair
    """

    split: str
    types: dict[str, int]
    crossed: int
    rates: list[ClickRate]
    differences: list[RateDifference]

    @property
    def document(self) -> dict[str, Any]:
        """All of it as JSON, null for what is not known."""
        return {
            "split": self.split,
            "events": self.types,
            "crossed_over": self.crossed,
            "models": [_plain(asdict(rate)) for rate in self.rates],
            "pairs": [_plain(asdict(difference)) for difference in self.differences],
        }


def clicks(
    split: str, shown: Iterable[Shown], log: Iterable[Logged], types: Collection[str] = ()
) -> Clicks:
    """Rates of a split's models, with intervals and tests by user.

    A click is an event of a user who was shown a list before; whose list it was is known by the user.
    The rate of a model is the clicks of its users over their lists. Users differ in both, and clicks of
    one user are not independent: so its variance is that of a ratio of means over users (the delta
    method; Deng, Knoblich and Lu, Applying the delta method in metric analytics, KDD 2018), and
    differences are tested by Welch's t.

    Args:
        split: `UserSplit.id`
        shown: the lists of the split
        log: the event log
        types: which events count; by default all but ratings
    """
    seen: dict[str, list[Shown]] = {}
    for one in shown:
        seen.setdefault(one.user_id, []).append(one)
    known = {user: own[0] for user, own in seen.items() if len(own) == 1}
    counted, found = Counter[str](), Counter[str]()
    for logged in log:
        event = logged.event
        wanted = event.type in types if types else event.type != RATING
        of = known.get(event.user_id) if wanted else None
        if of is not None and logged.received >= math.floor(of.first):
            counted[event.type] += 1
            found[event.user_id] += 1
    models = sorted({one.model for own in seen.values() for one in own})
    samples = {
        model: _Sample.of(model, [one for one in known.values() if one.model == model], found)
        for model in models
    }
    pairs = [_difference(*pair) for pair in itertools.combinations(samples.values(), 2)]
    adjusted = holm(np.array([pair["p"] for pair in pairs]))
    return Clicks(
        split,
        dict(counted.most_common()),
        len(seen) - len(known),
        [sample.rate for sample in samples.values()],
        [
            RateDifference(**pair, p_adjusted=p)
            for pair, p in zip(pairs, adjusted.tolist(), strict=True)
        ],
    )


@dataclass(frozen=True, eq=False)
class _Sample:
    """The users of a model.

    Attributes:
        rate: of the model
        variance: of that rate; NaN where too few clicked
    """

    rate: ClickRate
    variance: float

    @classmethod
    def of(cls, model: str, users: list[Shown], found: Counter[str]) -> _Sample:
        lists = np.array([one.lists for one in users], np.float64)
        clicked = np.array([found[one.user_id] for one in users], np.float64)
        n, total, clicking = len(users), lists.sum(), int((clicked > 0).sum())
        rate = float(clicked.sum() / total) if total else math.nan
        variance = half = math.nan
        if clicking >= FEWEST:
            variance = float(np.var(clicked - rate * lists, ddof=1) / n / lists.mean() ** 2)
            half = float(scipy.stats.t.ppf((1 + CONFIDENCE) / 2, n - 1)) * math.sqrt(variance)
        sums = n, int(total), int(clicked.sum()), clicking
        return cls(ClickRate(model, *sums, rate, max(rate - half, 0.0), rate + half), variance)


def _difference(first: _Sample, second: _Sample) -> dict[str, Any]:
    names = {"first": first.rate.model, "second": second.rate.model}
    apart = first.rate.rate - second.rate.rate
    error = math.sqrt(first.variance + second.variance)
    if not error > 0:
        unknown = dict.fromkeys(("low", "high", "p", "detectable"), math.nan)
        return {**names, "difference": apart, **unknown}
    squares = first.variance**2 / (first.rate.users - 1) + second.variance**2 / (
        second.rate.users - 1
    )
    freedom = error**4 / squares
    beyond = float(scipy.stats.t.ppf((1 + CONFIDENCE) / 2, freedom))
    return {
        **names,
        "difference": apart,
        "low": apart - beyond * error,
        "high": apart + beyond * error,
        "p": float(2 * scipy.stats.t.sf(abs(apart) / error, freedom)),
        "detectable": (beyond + float(scipy.stats.t.ppf(POWER, freedom))) * error,
    }


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {
        key: None if isinstance(value, float) and math.isnan(value) else value
        for key, value in values.items()
    }
