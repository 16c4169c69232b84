"""What a table of interactions is like, and what to look at before trusting results from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recli.data.checks.check import QUANTILES, Problem, problems_of_any
from recli.data.dataset import Dataset, InteractionKind
from recli.data.interactions import added_up
from recli.data.ratings import Ratings

_PAUSE = 30 * 60  # seconds without an interaction that end a session, as web analytics has it
_HEAVY_SHARE, _HEAVY_TIMES = 0.05, 20  # of all interactions; as many as the average user
_HEAVY_PAIR = 1000  # times the median weight
_MOST_STARS = 10


@dataclass(frozen=True)
class Sessions:
    """Sessions: interactions of a user without a pause of half an hour.

    Attributes:
        n: how many
        lengths: interactions in them, at the quantiles 0, ¼, ½, ¾ and 1
    """

    n: int
    lengths: list[float]


@dataclass(frozen=True)
class Activity:
    """A dataset of interactions in figures; quantiles are 0, ¼, ½, ¾ and 1.

    Attributes:
        users: how many users
        items: how many items
        rows: interactions as the table has them, and pairs of user and item
        pairs: likewise
        repeated: pairs that are there more than once
        density: ratings over users times items
        kinds: the kinds of interaction, with what each weighs
        histogram: (from, to, pairs) by what a pair weighs in all, in bars that double
        weights: of pairs
        per_user: a user's items and an item's users; at the quantiles
        per_item: likewise
        times: the first and the last, seconds since 1970
        sessions: None where there are no times
        problems: what is noteworthy
    """

    users: int
    items: int
    rows: int
    pairs: int
    repeated: int
    density: float
    kinds: tuple[InteractionKind, ...]
    histogram: list[tuple[float, float, int]]
    weights: list[float]
    per_user: list[float]
    per_item: list[float]
    times: tuple[int, int] | None
    sessions: Sessions | None
    problems: list[Problem]


def activity(dataset: Dataset) -> Activity:
    """The figures and problems of interactions that were loaded with `duplicates="keep"`.

    Args:
        dataset: the ratings, and what is known of items and users
    """
    rows, pairs = dataset.ratings, added_up(dataset.ratings)
    by_user, by_item = (
        counts[counts > 0] for counts in (np.bincount(pairs.users), np.bincount(pairs.items))
    )
    return Activity(
        users=len(by_user),
        items=len(by_item),
        rows=len(rows),
        pairs=len(pairs),
        repeated=_repeated(rows),
        density=len(pairs) / (len(by_user) * len(by_item)),
        kinds=dataset.kinds,
        histogram=_histogram(pairs.values),
        weights=np.quantile(pairs.values, QUANTILES).tolist(),
        per_user=np.quantile(by_user, QUANTILES).tolist(),
        per_item=np.quantile(by_item, QUANTILES).tolist(),
        times=rows.first_and_last,
        sessions=_sessions(rows),
        problems=[
            *_unweighed(dataset.kinds),
            *_stars(dataset),
            *_heavy_users(rows),
            *_heavy_pairs(pairs),
            *problems_of_any(dataset, by_user, by_item, "interactions"),
        ],
    )


def _repeated(rows: Ratings) -> int:
    pairs = rows.pairs
    return int(np.count_nonzero(np.unique(pairs, return_counts=True)[1] > 1))


def _histogram(weights: np.ndarray) -> list[tuple[float, float, int]]:
    """The pairs by weight: a bar for each weight where there are few, otherwise from 2^n to 2^(n + 1)."""
    distinct, counts = np.unique(weights, return_counts=True)
    if len(distinct) <= _MOST_STARS:
        return [(float(v), float(v), int(n)) for v, n in zip(distinct, counts, strict=True)]
    doublings, bar = np.unique(np.floor(np.log2(distinct)), return_inverse=True)
    numbers = np.bincount(bar, counts).astype(int).tolist()
    first = np.flatnonzero(np.diff(bar, prepend=-1))
    last = np.append(first[1:] - 1, len(distinct) - 1)
    bounds = zip(distinct[first].tolist(), distinct[last].tolist(), numbers, strict=True)
    assert len(numbers) == len(doublings)
    return list(bounds)


def _sessions(rows: Ratings) -> Sessions | None:
    if rows.times is None:
        return None
    order = np.lexsort((rows.times, rows.users))
    users, times = rows.users[order], rows.times[order]
    begins = np.ones(len(order), bool)
    begins[1:] = (np.diff(users) != 0) | (np.diff(times) > _PAUSE * rows.per_second)
    lengths = np.diff(np.append(np.flatnonzero(begins), len(order)))
    return Sessions(len(lengths), np.quantile(lengths, QUANTILES).tolist())


def _unweighed(kinds: tuple[InteractionKind, ...]) -> list[Problem]:
    if len(kinds) < 2 or any(kind.weight != 1 for kind in kinds):
        return []
    weights = ",".join(f"{kind.name}={place}" for place, kind in enumerate(kinds[:3], 1))
    advice = (
        "kinds of interaction all weigh 1: if some say more of what a user wants than others, weigh "
        f"them, as in '--weight {weights}', with 0 for what says nothing"
    )
    return [Problem("unweighed-kinds", len(kinds), advice)]


def _stars(dataset: Dataset) -> list[Problem]:
    """Counts of what happened are mostly 1, and the more the fewer; ratings are not."""
    source, values = dataset.description.ratings, dataset.ratings.values
    if source.weight is None or source.event is not None:
        return []
    distinct, counts = np.unique(values, return_counts=True)
    if not 2 < len(distinct) <= 2 * _MOST_STARS or distinct[-1] > _MOST_STARS:
        return []
    if counts[0] > counts[1:].max():
        return []
    advice = (
        f"weights go from {distinct[0]:g} to {distinct[-1]:g}, and the least is not the most frequent: "
        f"are they ratings? Then say '--explicit --columns rating={source.weight}'"
    )
    return [Problem("weights-like-ratings", len(values), advice)]


def _heavy_users(rows: Ratings) -> list[Problem]:
    of_user = np.bincount(rows.users)
    n_users = np.count_nonzero(of_user)
    least = max(_HEAVY_SHARE * len(rows), _HEAVY_TIMES * len(rows) / n_users)
    heavy = int(np.count_nonzero(of_user > least))
    if not heavy:
        return []
    first = int(of_user.argmax())
    advice = (
        f"users have {least / len(rows):.0%} of all interactions or more, '{rows.user_ids.text[first]}' "
        f"has {of_user[first] / len(rows):.0%}: robots, or an account of many? What they do is taken for "
        "what users like; leave them out"
    )
    return [Problem("heavy-users", heavy, advice)]


def _heavy_pairs(pairs: Ratings) -> list[Problem]:
    least = _HEAVY_PAIR * float(np.median(pairs.values))
    heavy = int(np.count_nonzero(pairs.values > least))
    if not heavy:
        return []
    first = int(pairs.values.argmax())
    user, item = (
        ids.text[codes[first]]
        for ids, codes in ((pairs.user_ids, pairs.users), (pairs.item_ids, pairs.items))
    )
    advice = (
        f"pairs weigh more than {_HEAVY_PAIR:,} times the median, user '{user}' and item '{item}' "
        f"{pairs.values[first]:g}: weighting=log, the default, damps that, and '-p cap=…' bounds it"
    )
    return [Problem("heavy-pairs", heavy, advice)]
