"""Click log of MIND."""

from __future__ import annotations

import csv
from collections.abc import Callable

from recli.data.dataset import Dataset
from recli.data.formats._base import TextTable

Read = Callable[..., Dataset]
Refuse = Callable[..., str]
Cells = Callable[..., TextTable]
Triples = Callable[[Dataset], list[tuple[str, str, float]]]

LOG = """1\tU13740\t11/11/2019 9:05:58 AM\tN55189 N42782 N34694\tN55689-1 N35729-0
2\tU91836\t11/12/2019 6:11:30 PM\t\tN20678-0 N39317-1 N58114-1
3\tU13740\t11/14/2019 12:00:00 AM\tN55189\tN50014-0 N23877-0
4\tU13740\t11/14/2019 12:30:00 PM\tN55189\tN55689-1
"""


def test_clicks_are_interactions(cells: Cells) -> None:
    table = cells(LOG, "behaviors.tsv")
    columns = {name: column.to_pylist() for name, column in table.columns.items()}
    by_hand = [
        (user, shown.removesuffix("-1"))
        for _, user, _, _, impression in (line.split("\t") for line in LOG.splitlines())
        for shown in impression.split()
        if shown.endswith("-1")
    ]
    assert list(zip(columns["user"], columns["item"], strict=True)) == by_hand
    assert columns["time"] == [
        "2019-11-11T09:05:58",
        *["2019-11-12T18:11:30"] * 2,
        "2019-11-14T12:30:00",
    ]
    assert table.lines.tolist() == [1, 2, 2, 4]
    assert table.notes == [
        "4 clicks on 8 news shown; what was not clicked and the histories are left out."
    ]


def test_news_are_a_plain_table(cells: Cells) -> None:
    news = (
        'N55528\tlifestyle\troyals\tThe "brands" they swear by\tShop the books\thttp://x/A.html\t'
        '[{"Label": "Prince", "Type": "P"}]\t[]\n'
        'N19639\thealth\tweightloss\t"50 habits\t\thttp://x/B.html\t[{"Label": "Fat"}]\t[]\n'
    )
    table = cells(news, "news.tsv")
    by_hand = list(csv.reader(news.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))
    columns = [column.to_pylist() for column in table.columns.values()]
    assert [list(row) for row in zip(*columns, strict=True)] == by_hand
    assert not table.malformed


def test_bad_impressions(cells: Cells) -> None:
    table = cells(LOG.replace("N35729-0", "N35729") + "5\tU1\n", "behaviors.tsv")
    assert [(row.line, row.reason) for row in table.malformed] == [
        (1, "what was shown should end in -0 or -1 each"),
        (5, "2 columns where 5 are expected"),
    ]
    assert table.lines.tolist() == [2, 2, 4]


def test_times_that_cannot_be_read_stay(cells: Cells) -> None:
    table = cells(LOG.replace("11/12/2019", "13/12/2019"), "behaviors.tsv")
    assert table.columns["time"][1].as_py() == "13/12/2019 6:11:30 PM"


def test_the_test_set_says_no_clicks(refuse: Refuse) -> None:
    message = refuse(LOG.replace("-0", "").replace("-1", ""), "behaviors.tsv")
    assert "does not say what was clicked" in message
