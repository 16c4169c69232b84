"""What a table of ratings is like, and what to mend before trusting results from it."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from recli.data.checks import look_alikes
from recli.data.dataset import Dataset
from recli.data.ratings import Ratings

RARE = 5
QUANTILES = (0.0, 0.25, 0.5, 0.75, 1.0)
_MOST_BARS = 21
_SENTINELS = (
    *(-32768.0, -9999.0, -999.0, -99.0, -9.0, -1.0, 0.0),
    *(99.0, 127.0, 255.0, 999.0, 9999.0, 32767.0, 65535.0),
)
_OFF_SHARE = 0.01  # below it, a zero under the stars is rather a slip
_ZERO_SHARE = 0.25  # a real lowest rating is rarely that frequent, an absent one often is
_FIRST_PLAUSIBLE = 631_152_000  # 1990: hardly anybody rated on a computer before
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
    ratings = dataset.ratings
    by_user = _positive(np.bincount(ratings.users))
    by_item = _positive(np.bincount(ratings.items))
    pair = ratings.pairs
    distinct, first = np.unique(pair, return_inverse=True)
    duplicates = len(pair) - len(distinct)
    return CheckReport(
        users=len(by_user),
        items=len(by_item),
        ratings=len(ratings),
        scale=ratings.scale,
        density=len(distinct) / (len(by_user) * len(by_item)),
        mean=float(ratings.values.mean()),
        histogram=_histogram(ratings.values),
        per_user=np.quantile(by_user, QUANTILES).tolist(),
        per_item=np.quantile(by_item, QUANTILES).tolist(),
        times=ratings.first_and_last,
        duplicates=duplicates,
        problems=[
            *_bad_rows(dataset),
            *_repeated(first, ratings.values, duplicates),
            *_too_few(by_user, by_item),
            *_constant(dataset),
            *_sentinels(dataset),
            *_of_times_and_ids(dataset),
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
    return [
        *_bad_rows(dataset),
        *_too_few(by_user, by_item, what),
        *_of_times_and_ids(dataset),
    ]


def _of_times_and_ids(dataset: Dataset) -> list[Problem]:
    return [
        *_implausible_times(dataset.ratings),
        *_ids(dataset.ratings),
        *_total(dataset.ratings),
        *_undescribed(dataset),
        *_user_table(dataset),
    ]


def _positive(counts: np.ndarray) -> np.ndarray:
    return counts[counts > 0]


def _histogram(values: np.ndarray) -> list[tuple[float, float, int]]:
    distinct, counts = np.unique(values, return_counts=True)
    if len(distinct) <= _MOST_BARS:
        return [(float(v), float(v), int(n)) for v, n in zip(distinct, counts, strict=True)]
    counts, edges = np.histogram(values, bins=20)
    bars = zip(edges[:-1], edges[1:], counts, strict=True)
    return [(float(low), float(high), int(n)) for low, high, n in bars]


def _bad_rows(dataset: Dataset) -> list[Problem]:
    if not dataset.bad_rows:
        return []
    return [
        Problem("bad-rows", len(dataset.bad_rows), f"set aside, the first: {dataset.bad_rows[0]}")
    ]


def _repeated(pair: np.ndarray, values: np.ndarray, duplicates: int) -> list[Problem]:
    if not duplicates:
        return []
    lowest = np.full(int(pair.max()) + 1, np.inf)
    highest = -lowest
    np.minimum.at(lowest, pair, values)
    np.maximum.at(highest, pair, values)
    contradicting = int(np.count_nonzero(highest > lowest))
    found = [
        Problem(
            "duplicates",
            duplicates,
            "ratings repeat a pair of user and item: choose with --duplicates first, last or mean",
        )
    ]
    if contradicting:
        advice = "pairs have different ratings: --duplicates last takes the newest, mean their mean"
        found.append(Problem("contradictions", contradicting, advice))
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


def _constant(dataset: Dataset) -> list[Problem]:
    ratings = dataset.ratings
    if len(np.unique(ratings.values)) == 1:
        advice = (
            "every rating is the same: a click or a purchase? Rating prediction learns nothing here"
        )
        return [Problem("constant-ratings", len(ratings), advice)]
    n_users = len(ratings.user_ids)
    lowest, highest = np.full(n_users, np.inf), np.full(n_users, -np.inf)
    np.minimum.at(lowest, ratings.users, ratings.values)
    np.maximum.at(highest, ratings.users, ratings.values)
    several = np.bincount(ratings.users, minlength=n_users) >= RARE
    constant = int(np.count_nonzero(several & (lowest == highest)))
    if not constant:
        return []
    advice = f"users give always the same rating ({RARE} times or more): robots, or no preference"
    return [Problem("constant-users", constant, advice)]


def _sentinels(dataset: Dataset) -> list[Problem]:
    values, counts = np.unique(dataset.ratings.values, return_counts=True)
    share = dict(zip(values.tolist(), counts / counts.sum(), strict=True))
    declared = all(what != "scale" for what, _, _ in dataset.sniffed)
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


def _implausible_times(ratings: Ratings) -> list[Problem]:
    if ratings.times is None:
        return []
    first, last = _FIRST_PLAUSIBLE, int(time.time()) + 86400
    early = ratings.times < first * ratings.per_second
    late = ratings.times > last * ratings.per_second
    wrong = int(np.count_nonzero(early | late))
    if not wrong:
        return []
    seconds = ratings.times // ratings.per_second
    if ((seconds > _SHEET_DAYS[0]) & (seconds < _SHEET_DAYS[1])).all():
        advice = "times look like the days that a spreadsheet counts: export them as 2019-12-31"
        return [Problem("implausible-times", wrong, advice)]
    advice = "times lie before 1990 or in the future: say the unit with --time-unit s, ms, us, ns or date"
    return [Problem("implausible-times", wrong, advice)]


def _total(ratings: Ratings) -> list[Problem]:
    """The last row, where it adds up what the others say, as sheets have it."""
    values = ratings.values
    last = values[-1]
    if len(values) <= RARE or last == 0 or not np.isclose(last, values[:-1].sum()):
        return []
    user = ratings.user_ids.text[ratings.users[-1]]
    return [
        Problem("total-row", 1, f"the last row, of '{user}', is the sum of all others: take it out")
    ]


def _ids(ratings: Ratings) -> list[Problem]:
    users = look_alikes.found("users", ratings.user_ids, ratings.users)
    items = look_alikes.found("items", ratings.item_ids, ratings.items)
    return [Problem(*found) for found in (*users, *items)]


def _undescribed(dataset: Dataset) -> list[Problem]:
    advice = {
        "items": "items have no row in the item table: they have no title, and content cannot place "
        "them",
        "users": "users have no row in the user table: they are left out where results are broken "
        "down by its columns",
    }
    found = []
    for what, table in (("items", dataset.items), ("users", dataset.users)):
        absent = 0 if table is None else int(np.count_nonzero(~table.in_table))
        if absent:
            found.append(Problem(f"undescribed-{what}", absent, advice[what]))
    return found


def _user_table(dataset: Dataset) -> list[Problem]:
    about = dataset.description
    if dataset.users is None and about.users is not None:
        advice = (
            f"users have no user table, because {about.users.file} is not in the dataset's folder: "
            f"fetch it with 'recli data download {about.name}'"
        )
        return [Problem("absent-user-table", len(dataset.ratings.user_ids), advice)]
    if dataset.users is not None and dataset.users.n_unrated:
        advice = "users of the user table have no rating: they are left out"
        return [Problem("unrated-users", dataset.users.n_unrated, advice)]
    return []
