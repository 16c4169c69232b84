"""Dates whose parts stand in columns of their own."""

from __future__ import annotations

import csv
import datetime
from collections.abc import Callable

from recli.data.columns import date_columns
from recli.data.dataset import Dataset
from recli.data.formats._base import TextTable

Cells = Callable[..., TextTable]
Read = Callable[..., Dataset]
Refuse = Callable[..., str]

# The layout of user_ratedmovies.dat of HetRec 2011.
HETREC = (
    "userID\tmovieID\trating\tdate_day\tdate_month\tdate_year\tdate_hour\tdate_minute\tdate_second\n"
    "75\t3\t1\t29\t10\t2006\t23\t17\t16\n"
    "75\t32\t4.5\t9\t1\t2007\t0\t5\t6\n"
    "78\t3\t2\t28\t2\t2008\t12\t0\t59\n"
)


def seconds(*parts: str) -> int:
    moment = datetime.datetime(*map(int, parts), tzinfo=datetime.UTC)  # type: ignore[misc, arg-type]
    return int(moment.timestamp())


def test_hetrec(read: Read) -> None:
    dataset = read(HETREC, "user_ratedmovies.dat")
    rows = list(csv.reader(HETREC.splitlines(), delimiter="\t"))[1:]
    assert dataset.ratings.values.tolist() == [float(row[2]) for row in rows]
    assert dataset.ratings.times is not None
    assert dataset.ratings.times.tolist() == [
        seconds(year, month, day, *clock) for _, _, _, day, month, year, *clock in rows
    ]
    assert dataset.notes == (
        "'date' was put together from date_day, date_month, date_year, date_hour, date_minute, "
        "date_second.",
    )
    assert dataset.description.ratings.time == "date"


def test_days_alone(read: Read) -> None:
    dataset = read("user,item,rating,Year,Month,Day\n1,2,5,2009,3,7\n2,2,4,2009,12,31\n")
    assert dataset.ratings.times is not None
    assert dataset.ratings.times.tolist() == [
        seconds("2009", "3", "7"),
        seconds("2009", "12", "31"),
    ]


def test_a_day_that_there_is_not(read: Read, refuse: Refuse) -> None:
    content = HETREC.replace("28\t2\t2008", "31\t2\t2008")
    assert "line 4: time '2008-02-31T12:00:59' cannot be read" in refuse(content, "r.dat")
    assert len(read(content, "r.dat", on_bad="skip").ratings) == 2


def test_columns_that_are_called_by_name_stay(cells: Cells) -> None:
    table = cells(HETREC, "r.dat")
    assert date_columns.joined(table, ("userID", "date_day")) is table
    assert "date" in date_columns.joined(table, ("userID", "movieID")).names


def test_a_year_alone_is_no_date(read: Read) -> None:
    assert read("user,item,rating,year\n1,2,5,2009\n2,2,4,2010\n").notes == ()
