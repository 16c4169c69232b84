"""What a table of ratings is like, and what to mend before trusting results from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from recli.data.checks import look_alikes
from recli.data.checks.tallies import Tallies, TimeTallies
from recli.data.dataset import BadRow, Dataset
from recli.data.description import Description
from recli.data.ids import Ids

RARE = 5
QUANTILES = (0.0, 0.25, 0.5, 0.75, 1.0)
_MOST_BARS = 21
_SENTINELS = (
    *(-32768.0, -9999.0, -999.0, -99.0, -9.0, -1.0, 0.0),
    *(99.0, 127.0, 255.0, 999.0, 9999.0, 32767.0, 65535.0),
)
_OFF_SHARE = 0.01  # below it, a zero under the stars is rather a slip
_ZERO_SHARE = 0.25  # a real lowest rating is rarely that frequent, an absent one often is
_SHEET_DAYS = 32_874, 73_050  # since 1899-12-30: the years 1990 to 2099


@dataclass(frozen=True)
class Problem:
    """Something to look at: its kind, how many ratings, users or items it concerns, and advice.

    Attributes:
        kind: of which kind it is
        count: how many it concerns
        advice: what to do about it
    """

    kind: str
    count: int
    advice: str


@dataclass(frozen=True)
class CheckReport:
    """A dataset in figures.

    Attributes:
        users: how many users
        items: how many items
        ratings: how many ratings
        scale: the lowest and the highest rating
        density: ratings over users times items
        mean: the arithmetic mean
        histogram: (from, to, count) for each bar; from equals to where every rating has its own
        per_user: ratings at the quantiles 0, ¼, ½, ¾ and 1
        per_item: likewise
        times: of the first and the last rating, seconds since 1970
        duplicates: ratings that repeat an earlier pair of user and item
        problems: what is noteworthy
    """

    users: int
    items: int
    ratings: int
    scale: tuple[float, float]
    density: float
    mean: float
    histogram: list[tuple[float, float, int]]
    per_user: list[float]
    per_item: list[float]
    times: tuple[int, int] | None
    duplicates: int
    problems: list[Problem]


def check(dataset: Dataset) -> CheckReport:
    """The figures and problems of a dataset that was loaded with `duplicates="keep"`.

    Args:
        dataset: the ratings, and what is known of items and users
    """
    return report(
        Tallies.of(dataset.ratings),
        [
            *_undescribed(dataset),
            *_user_table(dataset),
        ],
        dataset.bad_rows,
        all(what != "scale" for what, _, _ in dataset.sniffed),
    )


def report(
    of: Tallies, of_tables: Sequence[Problem], bad_rows: Sequence[BadRow], scale_is_said: bool
) -> CheckReport:
    """The figures and problems of ratings that are counted.

    Args:
        of: what there is of each
        of_tables: problems of the item and the user table
        bad_rows: rows that were set aside
        scale_is_said: whether somebody has said what the scale is
    """
    by_user, by_item = _positive(of.by_user), _positive(of.by_item)
    return CheckReport(
        users=len(by_user),
        items=len(by_item),
        ratings=of.n,
        scale=of.scale,
        density=of.pairs / (len(by_user) * len(by_item)),
        mean=of.mean,
        histogram=_histogram(of.values, of.counts),
        per_user=np.quantile(by_user, QUANTILES).tolist(),
        per_item=np.quantile(by_item, QUANTILES).tolist(),
        times=None if of.times is None else of.times.first_and_last,
        duplicates=of.n - of.pairs,
        problems=[
            *_bad_rows(bad_rows),
            *_repeated(of),
            *_too_few(by_user, by_item),
            *_constant(of),
            *_sentinels(of, scale_is_said),
            *_implausible_times(of.times),
            *_ids(of.user_ids, of.item_ids, of.by_user, of.by_item),
            *_total(of),
            *of_tables,
        ],
    )


def problems_of_any(
    dataset: Dataset, by_user: np.ndarray, by_item: np.ndarray, what: str
) -> list[Problem]:
    """Those that ratings and interactions have in common.

    Args:
        dataset: the ratings, and what is known of items and users
        by_user: int[n], how many each has
        by_item: likewise
        what: `ratings` or `interactions`
    """
    of = Tallies.of(dataset.ratings)
    return [
        *_bad_rows(dataset.bad_rows),
        *_too_few(by_user, by_item, what),
        *_implausible_times(of.times),
        *_ids(of.user_ids, of.item_ids, of.by_user, of.by_item),
        *_total(of),
        *_undescribed(dataset),
        *_user_table(dataset),
    ]


def _positive(counts: np.ndarray) -> np.ndarray:
    return counts[counts > 0]


def _histogram(distinct: np.ndarray, counts: np.ndarray) -> list[tuple[float, float, int]]:
    if len(distinct) <= _MOST_BARS:
        return [(float(v), float(v), int(n)) for v, n in zip(distinct, counts, strict=True)]
    of_bars, edges = np.histogram(distinct, bins=20, weights=counts)
    bars = zip(edges[:-1], edges[1:], of_bars, strict=True)
    return [(float(low), float(high), int(n)) for low, high, n in bars]


def _bad_rows(bad_rows: Sequence[BadRow]) -> list[Problem]:
    if not bad_rows:
        return []
    return [Problem("bad-rows", len(bad_rows), f"set aside, the first: {bad_rows[0]}")]


def _repeated(of: Tallies) -> list[Problem]:
    duplicates = of.n - of.pairs
    if not duplicates:
        return []
    found = [
        Problem(
            "duplicates",
            duplicates,
            "ratings repeat a pair of user and item: choose with --duplicates first, last or mean",
        )
    ]
    if of.contradicting:
        advice = "pairs have different ratings: --duplicates last takes the newest, mean their mean"
        found.append(Problem("contradictions", of.contradicting, advice))
    return found


def _too_few(by_user: np.ndarray, by_item: np.ndarray, what: str = "ratings") -> list[Problem]:
    found = []
    if len(by_user) == 1:
        found.append(
            Problem(
                "one-user", 1, "there is nobody to learn from: collaborative filtering needs more"
            )
        )
    if len(by_item) == 1:
        found.append(Problem("one-item", 1, "there is nothing to choose from: add items"))
    rare_users = int(np.count_nonzero(by_user < RARE))
    rare_items = int(np.count_nonzero(by_item < RARE))
    if rare_users:
        advice = (
            f"users have fewer than {RARE} {what}: expect little more than popular items for them"
        )
        found.append(Problem("rare-users", rare_users, advice))
    if rare_items:
        advice = f"items have fewer than {RARE} {what}: content-based can place them, others hardly"
        found.append(Problem("rare-items", rare_items, advice))
    return found


def _constant(of: Tallies) -> list[Problem]:
    if len(of.values) == 1:
        advice = (
            "every rating is the same: a click or a purchase? Rating prediction learns nothing here"
        )
        return [Problem("constant-ratings", of.n, advice)]
    constant = int(np.count_nonzero((of.by_user >= RARE) & (of.lowest == of.highest)))
    if not constant:
        return []
    advice = f"users give always the same rating ({RARE} times or more): robots, or no preference"
    return [Problem("constant-users", constant, advice)]


def _sentinels(of: Tallies, declared: bool) -> list[Problem]:
    values, counts = of.values, of.counts
    share = dict(zip(values.tolist(), counts / counts.sum(), strict=True))
    found = [value for value in _SENTINELS if value in share and _is_off(value, share, declared)]
    rest = sorted(set(share) - set(found))
    return [
        Problem(
            "sentinel",
            int(counts[values == value][0]),
            f"ratings are {value:g}, which looks like 'not rated': if so, take those rows out, or "
            f"say --scale {rest[0]:g}:{rest[-1]:g} --on-bad skip",
        )
        for value in found
    ]


def _is_off(value: float, share: dict[float, float], declared: bool) -> bool:
    """Whether a rating lies off the scale of the others, as what stands for none does.

    share: of each rating in all
    declared: whether somebody has said what the scale is, so that a 0 on it is meant
    """
    distinct = np.array(list(share))
    others = distinct[distinct != value]
    if not len(others) or value not in (distinct[0], distinct[-1]):
        return False
    nearest = float(np.abs(others - value).min())
    step = float(np.median(np.diff(others))) if len(others) > 1 else nearest
    if nearest >= 1.5 * step:
        return True
    if value != 0 or value != distinct[0]:
        return False
    below_stars = not declared and share[value] >= _OFF_SHARE and _are_stars(others)
    return below_stars or share[value] > _ZERO_SHARE


def _are_stars(values: np.ndarray) -> bool:
    """Whether these are one to five stars, all of them, whole ones or halves."""
    doubled = 2 * values
    every = [np.arange(low, 11, step) for low, step in ((2, 2), (2, 1), (1, 1))]
    return any(np.array_equal(doubled, stars) for stars in every)


def _implausible_times(times: TimeTallies | None) -> list[Problem]:
    if times is None or not times.implausible:
        return []
    low, high = times.first_and_last
    if _SHEET_DAYS[0] < low and high < _SHEET_DAYS[1]:
        advice = "times look like the days that a spreadsheet counts: export them as 2019-12-31"
        return [Problem("implausible-times", times.implausible, advice)]
    advice = "times lie before 1990 or in the future: say the unit with --time-unit s, ms, us, ns or date"
    return [Problem("implausible-times", times.implausible, advice)]


def _total(of: Tallies) -> list[Problem]:
    """The last row, where it adds up what the others say, as sheets have it."""
    if of.n <= RARE or of.last == 0 or not np.isclose(of.last, of.others):
        return []
    return [
        Problem(
            "total-row",
            1,
            f"the last row, of '{of.last_user}', is the sum of all others: take it out",
        )
    ]


def _ids(user_ids: Ids, item_ids: Ids, by_user: np.ndarray, by_item: np.ndarray) -> list[Problem]:
    users = look_alikes.found("users", user_ids, by_user)
    items = look_alikes.found("items", item_ids, by_item)
    return [Problem(*found) for found in (*users, *items)]


def _undescribed(dataset: Dataset) -> list[Problem]:
    return [
        problem
        for what, table in (("items", dataset.items), ("users", dataset.users))
        if table is not None
        for problem in undescribed(what, int(np.count_nonzero(~table.in_table)))
    ]


def undescribed(what: str, absent: int) -> list[Problem]:
    """The problem that some have no row in their table; none where all have.

    Args:
        what: `users` or `items`
        absent: how many have none
    """
    advice = {
        "items": "items have no row in the item table: they have no title, and content cannot place "
        "them",
        "users": "users have no row in the user table: they are left out where results are broken "
        "down by its columns",
    }
    return [Problem(f"undescribed-{what}", absent, advice[what])] if absent else []


def _user_table(dataset: Dataset) -> list[Problem]:
    unrated = None if dataset.users is None else dataset.users.n_unrated
    return of_user_table(dataset.description, len(dataset.ratings.user_ids), unrated)


def of_user_table(about: Description, n_users: int, unrated: int | None) -> list[Problem]:
    """The problems of a user table that is absent, or has users without ratings.

    Args:
        about: what the dataset's `dataset.toml` says
        n_users: how many users have ratings
        unrated: users of the table who have none; None where there is no table
    """
    if unrated is None and about.users is not None:
        advice = (
            f"users have no user table, because {about.users.file} is not in the dataset's folder: "
            f"fetch it with 'recli data download {about.name}'"
        )
        return [Problem("absent-user-table", n_users, advice)]
    if unrated:
        advice = "users of the user table have no rating: they are left out"
        return [Problem("unrated-users", unrated, advice)]
    return []
