"""Bad rows and duplicates, row by row."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recli.data.columns.parsing import pick
from recli.data.dataset import Dataset

Read = Callable[..., Dataset]
Refuse = Callable[..., str]
Triples = Callable[[Dataset], list[tuple[str, str, float]]]

HEADER = "user,item,rating\n"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("good", "rating 'good' is not a finite number"),
        ("nan", "rating 'nan' is not a finite number"),
        ("NaN", "rating 'NaN' is not a finite number"),
        ("inf", "rating 'inf' is not a finite number"),
        ("-Infinity", "rating '-Infinity' is not a finite number"),
        ("1e400", "rating '1e400' is not a finite number"),
        ("0x10", "rating '0x10' is not a finite number"),
        ("1_000", "rating '1_000' is not a finite number"),
        ("٤", "rating '٤' is not a finite number"),
        ("True", "rating 'True' is not a finite number"),
        ("3f", "rating '3f' is not a finite number"),
        ("1e", "rating '1e' is not a finite number"),
        ("+-3", "rating '+-3' is not a finite number"),
        (".", "rating '.' is not a finite number"),
        ("NA", "rating 'NA' is not a finite number"),
        ("null", "rating 'null' is not a finite number"),
        ('"3,5"', "rating '3,5' has a decimal comma, which `decimal=\",\"` reads"),
        ('" -3,5 "', "rating ' -3,5 ' has a decimal comma, which `decimal=\",\"` reads"),
        ('"3,5,1"', "rating '3,5,1' is not a finite number"),
        ("", "the rating is empty"),
        ("  ", "the rating is empty"),
        ("x" * 1000, f"rating '{'x' * 39}…' is not a finite number"),
    ],
)
def test_what_is_no_number_is_a_bad_row(
    read: Read, refuse: Refuse, triples: Triples, text: str, reason: str
) -> None:
    content = f"{HEADER}u,a,4\nu,b,{text}\nu,c,2.5\n"
    assert refuse(content) == (
        "ratings.csv: 1 of 3 rows cannot be used:\n"
        f"  line 3: {reason}\n"
        'Mend the file, or set such rows aside with `on_bad="skip"`.'
    )
    dataset = read(content, on_bad="skip")
    assert triples(dataset) == [("u", "a", 4.0), ("u", "c", 2.5)]
    assert [str(row) for row in dataset.bad_rows] == [f"line 3: {reason}"]
    assert dataset.bad_rows[0].text == f"u,b,{text.strip(chr(34))}"


NUMBERS = {
    "3": 3.0,
    "+3": 3.0,
    "-3": -3.0,
    "007": 7.0,
    "5.": 5.0,
    ".5": 0.5,
    "1e1": 10.0,
    "2.5E-1": 0.25,
    " 4.5 ": 4.5,
    "4.5\t": 4.5,
    "1e-400": 0.0,
    "0.30000000000000004": 0.30000000000000004,
    "3.1415926535897931": 3.141592653589793,
}


@pytest.mark.parametrize("text", NUMBERS)
def test_what_a_number_is_does_not_depend_on_the_other_rows(
    read: Read, triples: Triples, text: str
) -> None:
    alone = read(f"{HEADER}u,a,{text}\n")
    beside = read(f"{HEADER}u,a,{text}\nu,b,bad\nu,c, 1\n", on_bad="skip")
    assert triples(alone) == [("u", "a", NUMBERS[text])]
    assert triples(beside) == [("u", "a", NUMBERS[text]), ("u", "c", 1.0)]


def test_the_first_ten_bad_rows_are_listed(refuse: Refuse) -> None:
    rows = "".join(f"u,{n},x\n" for n in range(1234))
    message = refuse(f"{HEADER}{rows}u,good,3\n")
    assert message.startswith("ratings.csv: 1,234 of 1,235 rows cannot be used:\n  line 2: rating")
    assert message.count("\n  line ") == 10
    assert "\n  line 11: rating 'x' is not a finite number\n  … and 1,224 more\n" in message


@pytest.mark.parametrize(
    ("cells", "advice"),
    [
        ("4/5,2020-01-01", "write stars, words, fractions"),
        ("4,12/31/2019", '`time_format="%m/%d/%Y"`'),
    ],
)
def test_rows_that_fail_for_one_reason_are_no_other_layout(
    refuse: Refuse, cells: str, advice: str
) -> None:
    rows = "".join(f"u{row},i,{cells}\n" for row in range(12))
    last = refuse(f"user,item,rating,date\n,i,4,2020-01-01\n{rows}").splitlines()[-1]
    assert advice in last
    assert "`format` " not in last


def test_no_good_row_is_left(refuse: Refuse) -> None:
    message = refuse(f"{HEADER}u,a,x\nu,b,y\n", on_bad="skip")
    assert message == (
        "ratings.csv: holds no rating: all 2 rows are bad, the first on line 2: "
        "rating 'x' is not a finite number."
    )


def test_a_rating_off_the_declared_scale(read: Read, refuse: Refuse, triples: Triples) -> None:
    content = f"{HEADER}u,a,0.5\nu,b,1\nu,c,5\nu,d,5.01\nu,e,-7\n"
    assert refuse(content, scale=(1.0, 5.0)).splitlines()[:4] == [
        "ratings.csv: 3 of 5 rows cannot be used:",
        "  line 2: rating 0.5 is off the scale 1 to 5",
        "  line 5: rating 5.01 is off the scale 1 to 5",
        "  line 6: rating -7 is off the scale 1 to 5",
    ]
    dataset = read(content, on_bad="skip", scale=(1.0, 5.0))
    assert triples(dataset) == [("u", "b", 1.0), ("u", "c", 5.0)]
    assert dataset.ratings.scale == (1.0, 5.0)
    assert [row.line for row in dataset.bad_rows] == [2, 5, 6]


def test_a_bad_row_is_not_asked_for_its_scale(read: Read) -> None:
    dataset = read(f"{HEADER}u,a,inf\nu,b,3\n", on_bad="skip", scale=(1.0, 5.0))
    assert [row.reason for row in dataset.bad_rows] == ["rating 'inf' is not a finite number"]


def test_empty_ids(refuse: Refuse) -> None:
    message = refuse(f"{HEADER},a,3\nu, ,3\nu,b,3\n,,\n")
    assert message.splitlines()[:4] == [
        "ratings.csv: 2 of 3 rows cannot be used:",
        "  line 2: the user is empty",
        "  line 3: the item is empty",
        'Mend the file, or set such rows aside with `on_bad="skip"`.',
    ]


@pytest.mark.parametrize("blank", [",,\n", ",,\n,,,,\n,\n", '"",,""\n'])
def test_rows_of_delimiters_alone_are_blank(read: Read, triples: Triples, blank: str) -> None:
    dataset = read(f"{HEADER}u,a,4\n{blank}v,b,2\n{blank}")
    assert triples(dataset) == [("u", "a", 4.0), ("v", "b", 2.0)]
    assert dataset.bad_rows == ()


def test_only_the_first_reason_of_a_row_is_told(read: Read) -> None:
    dataset = read(f"{HEADER},,x\nu,b,3\n", on_bad="skip")
    assert [str(row) for row in dataset.bad_rows] == ["line 2: the user is empty"]


def test_columns_too_few_and_too_many(read: Read, refuse: Refuse, triples: Triples) -> None:
    content = f"{HEADER}u,a,1\nu,b\n\nu,c,2,x\nu,d,3\nu,e,y\n"
    assert refuse(content).splitlines() == [
        "ratings.csv: 3 of 5 rows cannot be used:",
        "  line 3: 2 columns where 3 are expected",
        "  line 5: 4 columns where 3 are expected",
        "  line 7: rating 'y' is not a finite number",
        'Mend the file, or set such rows aside with `on_bad="skip"`.',
    ]
    dataset = read(content, on_bad="skip")
    assert triples(dataset) == [("u", "a", 1.0), ("u", "d", 3.0)]
    assert [(row.line, row.text) for row in dataset.bad_rows] == [
        (3, "u,b"),
        (5, "u,c,2,x"),
        (7, "u,e,y"),
    ]


def test_lines_of_a_file_without_header(refuse: Refuse) -> None:
    message = refuse("\n  \n1,2,3\n\n4,5\n   \n6,7,x\n")
    assert message.splitlines()[1:3] == [
        "  line 5: 2 columns where 3 are expected",
        "  line 7: rating 'x' is not a finite number",
    ]


def test_lines_below_a_header_that_follows_blank_lines(refuse: Refuse) -> None:
    message = refuse(f"\n\n{HEADER}1,2,3\n\n4,5\n6,7,x\n")
    assert message.splitlines()[:3] == [
        "ratings.csv: 2 of 3 rows cannot be used:",
        "  line 6: 2 columns where 3 are expected",
        "  line 7: rating 'x' is not a finite number",
    ]


def test_lines_after_a_quoted_line_break(read: Read, triples: Triples) -> None:
    content = f'{HEADER}u,"a\nb\nc",1\n"u",c,2\nu,"d\nd"\nu,e,x\n'
    dataset = read(content, on_bad="skip")
    assert triples(dataset) == [("u", "c", 2.0)]
    assert [str(row) for row in dataset.bad_rows] == [
        "line 2: the item goes over several lines: is a quote left open?",
        "line 6: 2 columns where 3 are expected; a quote that opens there is closed on line 7",
        "line 8: rating 'x' is not a finite number",
    ]


@pytest.mark.parametrize("n_rows", [10, 300_000])
def test_a_quote_left_open_swallows_nothing_in_silence(read: Read, n_rows: int) -> None:
    above = "".join(f"{n},a,{n % 5}\n" for n in range(n_rows))
    below = "".join(f"{n},c,{n % 5}\n" for n in range(n_rows))
    content = f'{HEADER}{above}u,"b,3\n{below}'
    dataset = read(content)
    assert len(dataset.ratings) == 2 * n_rows + 1
    assert ("quote", "none", "quote") in dataset.sniffed
    dataset = read(content, on_bad="skip", quote="double")
    (bad,) = dataset.bad_rows
    assert (len(dataset.ratings), bad.line) == (n_rows, n_rows + 2)
    assert bad.reason == f"a quote that opens there is never closed, up to line {2 * n_rows + 2:,}"
    assert bad.text.count("\n") == n_rows


def test_lines_of_many_blocks_are_counted_on(read: Read) -> None:
    bad_rows = {7, 200_000, 399_999}
    rows = [f"user {n},item {n},{'x' if n in bad_rows else 3}" for n in range(400_000)]
    rows[300_000] = "cut"
    dataset = read(HEADER + "\n".join(rows), on_bad="skip")
    assert len(dataset.ratings) == 400_000 - 4
    assert [row.line for row in dataset.bad_rows] == [9, 200_002, 300_002, 400_001]


# u1 rates a three times: 1, 4 and 3.5; b is rated once by each.
REPEATED = f"{HEADER}u1,a,1\nu2,b,5\nu1,a,4\nu1,b,2\nu1,a,3.5\n"


def test_duplicates_are_refused(refuse: Refuse) -> None:
    assert refuse(REPEATED) == (
        "ratings.csv: 2 ratings repeat a pair of user and item:\n"
        "  line 4: user u1, item a is on line 2 already\n"
        "  line 6: user u1, item a is on line 2 already\n"
        "Choose with `duplicates=\"first\"`, 'last' or 'mean'."
    )


@pytest.mark.parametrize(
    ("how", "expected", "merged"),
    [
        ("first", [("u1", "a", 1.0), ("u2", "b", 5.0), ("u1", "b", 2.0)], 2),
        ("last", [("u2", "b", 5.0), ("u1", "b", 2.0), ("u1", "a", 3.5)], 2),
        ("mean", [("u1", "a", 8.5 / 3), ("u2", "b", 5.0), ("u1", "b", 2.0)], 2),
        (
            "keep",
            [
                ("u1", "a", 1.0),
                ("u2", "b", 5.0),
                ("u1", "a", 4.0),
                ("u1", "b", 2.0),
                ("u1", "a", 3.5),
            ],
            0,
        ),
    ],
)
def test_duplicates_are_merged(
    read: Read, triples: Triples, how: str, expected: list[tuple[str, str, float]], merged: int
) -> None:
    dataset = read(REPEATED, duplicates=how)
    assert triples(dataset) == expected
    assert dataset.merged == merged


def test_more_duplicates_than_are_listed(refuse: Refuse) -> None:
    message = refuse(HEADER + "u,a,1\n" * 1013)
    assert message.startswith("ratings.csv: 1,012 ratings repeat")
    assert message.count(" already\n") == 10
    assert "  line 12: user u, item a is on line 2 already\n  … and 1,002 more\n" in message


def test_a_bad_row_is_no_duplicate(read: Read, triples: Triples) -> None:
    dataset = read(f"{HEADER}u,a,x\nu,a,2\n", on_bad="skip")
    assert triples(dataset) == [("u", "a", 2.0)]


def test_ids_that_only_look_alike_are_no_duplicates(read: Read, triples: Triples) -> None:
    content = f"{HEADER}1,a,1\n01,a,2\n1.0,a,3\n1 ,a,4\nU,a,5\nu,a,5\n"
    assert [user for user, _, _ in triples(read(content))] == ["1", "01", "1.0", "1 ", "U", "u"]


SECOND = 1_577_836_800  # 2020-01-01 UTC


@pytest.mark.parametrize(
    ("times", "unit", "expected", "kept"),
    [
        ([f"{SECOND}", f"{SECOND + 1}"], "s", [SECOND, SECOND + 1], "s"),
        ([f"{SECOND}.0", f"{SECOND + 1}.9"], "s", [SECOND * 1000, SECOND * 1000 + 1900], "ms"),
        ([f"{SECOND}000", f"{SECOND + 1}000"], "ms", [SECOND, SECOND + 1], "s"),
        ([f"{SECOND}000", f"{SECOND}001"], "ms", [SECOND * 1000, SECOND * 1000 + 1], "ms"),
        ([f"{SECOND}000001", f"{SECOND}000003"], "us", [SECOND * 10**6 + n for n in (1, 3)], "us"),
        (
            [f"{SECOND}000000001", f"{SECOND}000000003"],
            "ns",
            [SECOND * 10**9 + 1, SECOND * 10**9 + 3],
            "ns",
        ),
        (["2020-01-01", "2020-01-01T00:00:01"], "date", [SECOND, SECOND + 1], "s"),
        (
            ["2020-01-01T00:00:00Z", "2020-01-01 01:00:01.5+01:00"],
            "date",
            [SECOND * 1000, SECOND * 1000 + 1500],
            "ms",
        ),
        (["20200101", "20200102"], "date", [SECOND, SECOND + 86_400], "s"),
        (["2020", "2021"], "date", [SECOND, SECOND + 366 * 86_400], "s"),
    ],
)
def test_time_units_are_sniffed(
    read: Read, times: list[str], unit: str, expected: list[int], kept: str
) -> None:
    dataset = read(f"user,item,rating,timestamp\nu,a,1,{times[0]}\nu,b,2,{times[1]}\n")
    assert dataset.ratings.times is not None
    assert dataset.ratings.times.dtype == np.int64
    assert dataset.ratings.times.tolist() == expected
    assert dataset.ratings.time_unit == kept
    assert ("time unit", unit, "time_unit") in dataset.sniffed


def test_times_before_1970(read: Read) -> None:
    content = "user,item,rating,time\nu,a,1,-1\nu,b,2,-1.5\nu,c,3,0\n"
    assert read(content).ratings.times.tolist() == [-1000, -1500, 0]
    assert read(content, time_unit="ms").ratings.times.tolist() == [-1000, -1500, 0]
    assert read(content, time_unit="ms").ratings.time_unit == "us"
    assert read("user,item,rating,time\nu,a,1,1969-12-31T23:59:59Z\n").ratings.times.tolist() == [
        -1
    ]


@pytest.mark.parametrize(
    ("time", "unit", "reason"),
    [
        ("noon", "s", "time 'noon' cannot be read as seconds since 1970"),
        ("", "s", "time '' cannot be read as seconds since 1970"),
        ("nan", "s", "time 'nan' cannot be read as seconds since 1970"),
        (f"{SECOND}000", "s", f"time '{SECOND}000' cannot be read as seconds since 1970"),
        ("1e300", "ms", "time '1e300' cannot be read as milliseconds since 1970"),
        ("x", "us", "time 'x' cannot be read as microseconds since 1970"),
        (
            "31/12/2020",
            "date",
            "time '31/12/2020' cannot be read as an ISO 8601 date (see `time_format`)",
        ),
        (
            "1e21",
            "ns",
            "time '1e21' cannot be read as nanoseconds since 1970",
        ),
        (
            "2020-13-01",
            "date",
            "time '2020-13-01' cannot be read as an ISO 8601 date (see `time_format`)",
        ),
    ],
)
def test_a_time_that_cannot_be_read(read: Read, time: str, unit: str, reason: str) -> None:
    good = "2020-01-01" if unit == "date" else "1000000000"
    dataset = read(
        f"user,item,rating,time\nu,a,1,{good}\nu,b,2,{time}\n", on_bad="skip", time_unit=unit
    )
    assert len(dataset.ratings) == 1
    assert [str(row) for row in dataset.bad_rows] == [f"line 3: {reason}"]


def test_dates_in_another_form(read: Read, refuse: Refuse) -> None:
    content = "user,item,rating,when\nu,a,1,31.12.2019 23:59\nu,b,2,01.01.2020 00:00\n"
    options = {"time": "when", "time_format": "%d.%m.%Y %H:%M"}
    assert read(content, **options).ratings.times.tolist() == [SECOND - 60, SECOND]
    wrong = content + "u,c,3,2020-01-01\n"
    assert "line 4: time '2020-01-01' cannot be read as a date as '%d.%m.%Y %H:%M'" in refuse(
        wrong, **options
    )


SHUFFLED = (
    "user,item,rating,time\na,x,5,1600000900\na,x,1,1600000100\nb,x,2,1600000500\n"
    "a,x,3,1600000500\nb,x,4,1600000500\n"
)


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ("last", [("a", 5.0, 1600000900), ("b", 4.0, 1600000500)]),
        ("first", [("a", 1.0, 1600000100), ("b", 2.0, 1600000500)]),
        ("mean", [("a", 3.0, 1600000900), ("b", 3.0, 1600000500)]),
    ],
)
def test_duplicates_go_by_time_and_of_one_time_by_row(
    read: Read, how: str, expected: list[tuple[str, float, int]]
) -> None:
    ratings = read(SHUFFLED, duplicates=how).ratings
    users = ratings.user_ids.text[ratings.users]
    assert [*zip(users, ratings.values.tolist(), ratings.times.tolist(), strict=True)] == expected


def test_tenths_of_a_second_decide_which_is_the_last(read: Read) -> None:
    content = "user,item,rating,time\na,x,5,1600000000.9\na,x,1,1600000000.2\n"
    assert read(content, duplicates="last").ratings.values.tolist() == [5.0]
    assert read(content, duplicates="first").ratings.values.tolist() == [1.0]


def test_whole_numbers_with_and_without_a_point_are_one_id(read: Read, triples: Triples) -> None:
    dataset = read(f"{HEADER}1.0,10,1\n1,11.0,2\n2,10.0,3\n")
    assert triples(dataset) == [("1", "10", 1.0), ("1", "11", 2.0), ("2", "10", 3.0)]
    assert dataset.notes == (
        "The user ids are whole numbers, some of them written with .0: 42.0 is the user 42.",
        "The item ids are whole numbers, some of them written with .0: 42.0 is the item 42.",
    )


@pytest.mark.parametrize("other", ["01", "a", "1.5", "1e3", "-0", "+1", " 1", "1.00"])
def test_a_point_stays_beside_what_is_no_whole_number(
    read: Read, triples: Triples, other: str
) -> None:
    dataset = read(f"{HEADER}1.0,x,1\n{other},x,2\n")
    assert [user for user, _, _ in triples(dataset)] == ["1.0", other]
    assert dataset.notes == ()


def test_an_absent_id_makes_fractions_of_the_others(read: Read, triples: Triples) -> None:
    """As pandas writes a column of integers with a gap."""
    dataset = read(f"{HEADER}1.0,x,1\n,x,2\n-2.0,x,3\n", on_bad="skip")
    assert [user for user, _, _ in triples(dataset)] == ["1", "-2"]
    assert len(dataset.bad_rows) == 1


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(1, 5), st.integers(0, 4)), min_size=1, max_size=30
    ),
    st.sampled_from(["first", "last", "mean"]),
    st.booleans(),
)
def test_one_row_of_each_pair(rows: list[tuple[int, int, int]], how: str, timed: bool) -> None:
    """Against the rows of each pair, sorted by Python."""
    pairs, values, times = (np.array(column, np.int64) for column in zip(*rows, strict=True))
    expected = {}
    for pair in set(pairs.tolist()):
        own = [row for row in range(len(rows)) if pairs[row] == pair]
        by_time = sorted(own, key=lambda row: times[row]) if timed else own
        chosen = {"first": by_time[0], "last": by_time[-1], "mean": own[0]}[how]
        value = np.mean([values[row] for row in own]) if how == "mean" else values[chosen]
        newest = by_time[-1] if how == "mean" else chosen
        expected[chosen] = (value, times[newest] if timed else None)
    kept, merged, at = pick(pairs, values.astype(float), times if timed else None, how)
    assert kept.tolist() == sorted(expected)
    found = zip(kept.tolist(), merged, [None] * len(kept) if at is None else at, strict=True)
    for row, value, time in found:
        assert value == pytest.approx(expected[row][0])
        assert time == expected[row][1]


@pytest.mark.parametrize("gap", ["NULL", "NA", "nan", "None", "\\N", " null "])
def test_among_numbers_a_word_for_none_is_no_id(
    read: Read, triples: Triples, refuse: Refuse, gap: str
) -> None:
    content = f"{HEADER}1,10,4\n{gap},11,3\n2,{gap},5\n3,10,2\n"
    dataset = read(content, on_bad="skip")
    assert triples(dataset) == [("1", "10", 4.0), ("3", "10", 2.0)]
    assert [str(row) for row in dataset.bad_rows] == [
        f"line 3: the user {gap!r} stands for none",
        f"line 4: the item {gap!r} stands for none",
    ]
    assert "2 of 4 rows cannot be used" in refuse(content)


def test_among_names_a_word_for_none_may_be_one(read: Read, triples: Triples) -> None:
    dataset = read(f"{HEADER}ann,NA,4\nNone,DE,3\nbob,DE,5\n")
    assert [(user, item) for user, item, _ in triples(dataset)] == [
        ("ann", "NA"),
        ("None", "DE"),
        ("bob", "DE"),
    ]
