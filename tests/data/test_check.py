"""Every problem by a small table that has it, and one that has not."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from recli.data.checks.check import CheckReport, Problem, check
from recli.data.dataset import Dataset
from recli.data.load import load

Read = Callable[..., Dataset]
Write = Callable[..., Path]
Row = tuple[object, ...]

# Six users who each rate six items 1 to 5 in turn: nothing is wrong with it.
SOUND = [(f"u{u}", f"i{i}", 1 + (u + i) % 5) for u in range(6) for i in range(6)]


def checked(
    read: Read, rows: list[Row], header: str = "user,item,rating", **options: object
) -> CheckReport:
    content = "\n".join([header, *(",".join(map(str, row)) for row in rows)])
    return check(read(content, duplicates="keep", **options))


def problems(report: CheckReport) -> dict[str, int]:
    return {problem.kind: problem.count for problem in report.problems}


def advice(report: CheckReport, kind: str) -> str:
    return next(problem.advice for problem in report.problems if problem.kind == kind)


def test_nothing_is_wrong(read: Read) -> None:
    assert checked(read, SOUND).problems == []


def test_figures(read: Read) -> None:
    rows = [("u", "a", 1, 100), ("u", "b", 2, 900), ("u", "c", 4.5, 500), ("v", "a", 2, 300)]
    report = checked(read, rows, "user,item,rating,timestamp", scale=(0.5, 5.0))
    assert (report.users, report.items, report.ratings) == (2, 3, 4)
    assert report.scale == (0.5, 5.0)
    assert report.density == 4 / 6
    assert report.mean == 9.5 / 4
    assert report.histogram == [(1.0, 1.0, 1), (2.0, 2.0, 2), (4.5, 4.5, 1)]
    assert report.per_user == [1.0, 1.5, 2.0, 2.5, 3.0]
    assert report.per_item == [1.0, 1.0, 1.0, 1.5, 2.0]
    assert report.times == (100, 900)
    assert report.duplicates == 0


def test_the_density_counts_pairs_once(read: Read) -> None:
    report = checked(read, [("u", "a", 1), ("u", "a", 1), ("v", "b", 2)])
    assert (report.density, report.duplicates, report.ratings) == (0.5, 1, 3)


def test_many_values_share_bars(read: Read) -> None:
    rows = [("u", f"i{n}", n / 10) for n in range(101)]
    histogram = checked(read, rows).histogram
    assert len(histogram) == 20
    assert (histogram[0][0], histogram[-1][1]) == (0.0, 10.0)
    assert sum(count for _, _, count in histogram) == 101
    assert len(checked(read, rows[:21]).histogram) == 21


def test_bad_rows_that_were_set_aside(read: Read) -> None:
    report = checked(read, [*SOUND, ("u0", "x", "good"), ("u1",)], on_bad="skip")
    assert problems(report) == {"bad-rows": 2}
    assert advice(report, "bad-rows") == (
        "set aside, the first: line 38: rating 'good' is not a finite number"
    )


def test_duplicates_and_contradictions(read: Read) -> None:
    same = ("u0", "i0", 1)
    report = checked(read, [*SOUND, same, same])
    assert (problems(report), report.duplicates) == ({"duplicates": 2}, 2)
    assert "--duplicates first, last or mean" in advice(report, "duplicates")
    report = checked(read, [*SOUND, same, ("u0", "i0", 5), ("u1", "i1", 5)])
    assert problems(report) == {"duplicates": 3, "contradictions": 2}
    assert "--duplicates" in advice(report, "contradictions")


def test_one_user_and_one_item(read: Read) -> None:
    found = problems(checked(read, [("u", f"i{n}", n) for n in range(1, 6)]))
    assert found == {"one-user": 1, "rare-items": 5}
    found = problems(checked(read, [(f"u{n}", "i", n) for n in range(1, 6)]))
    assert found == {"one-item": 1, "rare-users": 5}


def test_one_rating(read: Read) -> None:
    report = checked(read, [("u", "i", 3)])
    assert problems(report) == {
        "one-user": 1,
        "one-item": 1,
        "rare-users": 1,
        "rare-items": 1,
        "constant-ratings": 1,
    }
    assert (report.density, report.mean, report.histogram) == (1.0, 3.0, [(3.0, 3.0, 1)])


def test_rare_users_and_items(read: Read) -> None:
    four = [("rare", f"i{i}", 1 + i) for i in range(4)]
    assert problems(checked(read, [*SOUND, *four])) == {"rare-users": 1}
    assert problems(checked(read, [*SOUND, *four, ("rare", "i4", 5)])) == {}
    four = [(f"u{u}", "rare", 1 + u) for u in range(4)]
    assert problems(checked(read, [*SOUND, *four])) == {"rare-items": 1}
    assert problems(checked(read, [*SOUND, *four, ("u4", "rare", 5)])) == {}


def test_constant_ratings(read: Read) -> None:
    report = checked(read, [(user, item, 1) for user, item, _ in SOUND])
    assert problems(report) == {"constant-ratings": 36}
    assert "click" in advice(report, "constant-ratings")


def test_constant_users(read: Read) -> None:
    robot = [("robot", f"i{i}", 5) for i in range(5)]
    assert problems(checked(read, [*SOUND, *robot])) == {"constant-users": 1}
    assert problems(checked(read, [*SOUND, *robot[:4], ("robot", "i4", 4)])) == {}


@pytest.mark.parametrize("sentinel", [-9999, -999, -99, -1, 99, 255, 999, 9999])
def test_a_value_far_off_the_others_is_a_sentinel(read: Read, sentinel: int) -> None:
    rows = [*SOUND[:-2], ("u5", "i4", sentinel), ("u5", "i5", sentinel)]
    report = checked(read, rows)
    assert problems(report) == {"sentinel": 2}
    text = advice(report, "sentinel")
    assert f"ratings are {sentinel}," in text
    assert "--scale 1:5 --on-bad skip" in text


STARS = [(f"u{n // 20}", f"i{n % 20}", 1 + n % 5) for n in range(200)]


@pytest.mark.parametrize("sentinel", [0, 255, -1, 99])
@pytest.mark.parametrize("halves", [False, True])
def test_a_twentieth_off_the_stars(read: Read, sentinel: int, halves: bool) -> None:
    rows = [(u, i, sentinel if n % 20 == 7 else r) for n, (u, i, r) in enumerate(STARS)]
    if halves:
        rows += [(f"u{n // 20}", f"j{n % 20}", (1 + n % 10) / 2) for n in range(200)]
    report = checked(read, rows)
    assert problems(report) == {"sentinel": 10}
    low = "0.5" if halves else "1"
    assert f"ratings are {sentinel}," in advice(report, "sentinel")
    assert f"--scale {low}:5 --on-bad skip" in advice(report, "sentinel")


def test_a_total_below_the_rows(read: Read) -> None:
    total = sum(int(str(row[2])) for row in SOUND)
    found = checked(read, [*SOUND, ("Grand Total", "all", total)])
    assert problems(found)["total-row"] == 1
    assert "'Grand Total'" in advice(found, "total-row")
    assert "total-row" not in problems(checked(read, [*SOUND, ("u", "i", total - 1)]))


def test_days_of_a_spreadsheet(read: Read) -> None:
    """43830 is 2019-12-31 there."""
    rows = [(*row, 43830 + place) for place, row in enumerate(SOUND)]
    found = checked(read, rows, "user,item,rating,date", time_unit="s")
    assert problems(found) == {"implausible-times": len(SOUND)}
    assert "spreadsheet" in advice(found, "implausible-times")


def test_a_value_below_a_scale_of_wide_steps_is_a_sentinel(read: Read) -> None:
    rows: list[Row] = [
        (f"u{u}", f"i{i}", -1 if (u + i) % 6 == 5 else 2 + 2 * ((u + i) % 6))
        for u in range(6)
        for i in range(6)
    ]
    assert problems(checked(read, rows)) == {"sentinel": 6}


def test_two_sentinels_in_one_table(read: Read) -> None:
    off = {3: -1, 50: -1, 99: 255}
    rows = [(u, i, off.get(n, r)) for n, (u, i, r) in enumerate(STARS)]
    report = checked(read, rows)
    assert [(p.kind, p.count) for p in report.problems] == [("sentinel", 2), ("sentinel", 1)]
    assert all("--scale 1:5 --on-bad skip" in problem.advice for problem in report.problems)


def test_a_zero_is_a_rating_where_somebody_says_so(read: Read) -> None:
    rows = [(u, i, 0 if n % 20 == 7 else r) for n, (u, i, r) in enumerate(STARS)]
    assert problems(checked(read, rows, scale=(0.0, 5.0))) == {}


@pytest.mark.parametrize("highest", [4, 6, 9, 10])
def test_a_zero_that_is_the_lowest_of_another_scale(read: Read, highest: int) -> None:
    n_items = highest + 2
    rows = [(f"u{n // n_items}", f"i{n % n_items}", n % (highest + 1)) for n in range(10 * n_items)]
    assert problems(checked(read, rows)) == {}


def test_the_advice_for_a_sentinel_helps(read: Read) -> None:
    rows = [*SOUND[:-2], ("u5", "i4", 99), ("u5", "i5", 99)]
    report = checked(read, rows, scale=(1.0, 5.0), on_bad="skip")
    assert problems(report) == {"bad-rows": 2, "rare-users": 1}


def test_zeros_that_are_most_of_the_ratings(read: Read) -> None:
    """57 of 100 are 0, and others 1 to 10, as in tables of books."""
    rows = [(f"u{n // 10}", f"i{n % 10}", 0 if n % 7 < 4 else 1 + n % 10) for n in range(100)]
    zeros = sum(rating == 0 for *_, rating in rows)
    assert 0.55 < zeros / 100 < 0.6
    report = checked(read, rows)
    assert problems(report) == {"sentinel": zeros}
    assert "'not rated'" in advice(report, "sentinel")
    assert "--scale 1:10 --on-bad skip" in advice(report, "sentinel")


def test_a_zero_that_is_a_rating(read: Read) -> None:
    """One in eleven on a scale of 0 to 10, as in MovieTweetings."""
    rows = [(f"u{n // 11}", f"i{n % 11}", (n // 11 + n) % 11) for n in range(121)]
    assert problems(checked(read, rows)) == {}


def test_a_ninety_nine_among_hundreds_is_a_rating(read: Read) -> None:
    rows = [(f"u{n // 10}", f"i{n % 10}", 1 + n) for n in range(100)]
    assert problems(checked(read, rows)) == {}


def test_a_minus_one_on_a_scale_below_zero_is_a_rating(read: Read) -> None:
    rows = [(user, item, rating - 3) for user, item, rating in SOUND]
    assert problems(checked(read, rows)) == {}


def test_implausible_times(read: Read) -> None:
    header = "user,item,rating,timestamp"
    now = int(time.time())
    sound = [(*row, 1_000_000_000) for row in SOUND]
    assert problems(checked(read, sound, header)) == {}
    assert problems(checked(read, [*sound[:-1], (*SOUND[-1], now)], header)) == {}
    wrong = [(*SOUND[0], 12), *sound[1:-1], (*SOUND[-1], now + 400_000)]
    report = checked(read, wrong, header)
    assert problems(report) == {"implausible-times": 2}
    assert report.times == (12, now + 400_000)
    tenths = [(*row[:3], f"{row[3]}.1") for row in wrong]
    report = checked(read, tenths, header)
    assert problems(report) == {"implausible-times": 2}
    assert report.times == (12, now + 400_000)
    assert "--time-unit" in advice(report, "implausible-times")
    assert problems(checked(read, [row[:3] for row in wrong])) == {}


@pytest.mark.parametrize(("n_described", "expected"), [(6, {}), (4, {"undescribed-items": 2})])
def test_items_without_a_description(
    write: Write, n_described: int, expected: dict[str, int]
) -> None:
    write('[ratings]\nfile = "r.csv"\n[items]\nfile = "m.csv"\nid = "id"', "d/dataset.toml")
    write("id,title\n" + "".join(f"i{n},Title\n" for n in range(n_described)), "d/m.csv")
    rows = "\n".join(",".join(map(str, row)) for row in SOUND)
    path = write(f"user,item,rating\n{rows}", "d/r.csv")
    assert problems(check(load(str(path.parent)))) == expected


@pytest.mark.parametrize(
    ("described", "expected"),
    [
        ("012345", {}),
        ("0123", {"undescribed-users": 2}),
        ("01234567", {"unrated-users": 2}),
        ("6", {"undescribed-users": 6, "unrated-users": 1}),
        (None, {"absent-user-table": 6}),
    ],
)
def test_users_and_their_table(
    write: Write, described: str | None, expected: dict[str, int]
) -> None:
    toml = (
        'name = "d"\n[ratings]\nfile = "r.csv"\n[users]\nfile = "people.csv"\nid = "id"\n'
        '[download]\nurl = "https://example.org/x"\nmembers = {}\n'
    )
    rows = "\n".join(",".join(map(str, row)) for row in SOUND)
    folder = write(toml, "d/dataset.toml").parent
    write(f"user,item,rating\n{rows}", "d/r.csv")
    if described is not None:
        write("id,age\n" + "".join(f"u{n},30\n" for n in described), "d/people.csv")
    report = check(load(str(folder)))
    assert problems(report) == expected
    if described is None:
        assert "people.csv is not in the dataset's folder" in advice(report, "absent-user-table")
        assert "'recli data download d'" in advice(report, "absent-user-table")


def test_the_embedded_data_is_sound() -> None:
    report = check(load())
    assert (report.users, report.items, report.ratings, report.duplicates) == (
        671,
        9066,
        100_004,
        0,
    )
    assert sum(count for _, _, count in report.histogram) == 100_004
    assert [low for low, _, _ in report.histogram] == [n / 2 for n in range(1, 11)]
    assert report.per_user[0] == 20
    assert set(problems(report)) == {"rare-items"}
    assert all(isinstance(problem, Problem) and problem.advice for problem in report.problems)
