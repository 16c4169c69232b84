"""Titles and ids that a spreadsheet would take for formulas."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pandas as pd
import pytest

from recli.spreadsheet import as_text

FILMS = {  # id, title, and both as a spreadsheet is to have them
    "=a": ("=1+1", "'=a", "'=1+1"),
    "+b": ("+49 89", "'+b", "'+49 89"),
    "-7": ("-1.5", "-7", "-1.5"),
    "@d": ("@SUM(A1)", "'@d", "'@SUM(A1)"),
    "e": ("Heat (1995)", "e", "Heat (1995)"),
    "f": ("'quoted'", "f", "'quoted'"),
}
AS_IT_IS = {item: title for item, (title, *_) in FILMS.items()}
SAFE = {item: title for _, item, title in FILMS.values()}
DESCRIPTION = """
[ratings]
file = "ratings.csv"

[items]
file = "items.csv"
title = "title"
"""


@pytest.fixture
def model(recli):
    """A model of films with such titles, for the user `=me` among others."""
    Path("films").mkdir()
    pairs = [(f"{user}", item) for user in ("=me", "b", "c", "d") for item in FILMS]
    lines = [f"{user},{item},{1 + n % 5}\n" for n, (user, item) in enumerate(pairs)]
    Path("films/ratings.csv").write_text("user,item,rating\n" + "".join(lines), encoding="utf-8")
    lines = [f"{item},{title}\n" for item, title in AS_IT_IS.items()]
    Path("films/items.csv").write_text("item,title\n" + "".join(lines), encoding="utf-8")
    Path("films/dataset.toml").write_text(DESCRIPTION, encoding="utf-8")
    recli("train", "-a", "svd", "-p", "n_factors=2", "-d", "films", "--name", "mine", "-q")
    return ("--model", "mine", "-q")


def titles(text, delimiter=","):
    """The titles by item, and the users, of what was written."""
    rows = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))
    return {row["item"]: row["title"] for row in rows}, {row.get("user") for row in rows}


@pytest.mark.parametrize(("suffix", "delimiter"), [("csv", ","), ("tsv", "\t")])
def test_lists_in_a_file(suffix, delimiter, model, recli):
    typed = ("recommend", "--user", "=me", "--include-seen", *model, "-o", f"lists.{suffix}")
    for option, wanted in (((), (AS_IT_IS, {"=me"})), (["--spreadsheet-safe"], (SAFE, {"'=me"}))):
        recli(*typed, *option)
        text = Path(f"lists.{suffix}").read_text(encoding="utf-8")
        assert titles(text, delimiter) == wanted


def test_a_list_on_screen_beside_one_for_programs(model, recli):
    typed = ("recommend", "--user", "=me", "--include-seen", *model, "--format", "csv")
    shown = recli(*typed, "-o", "lists.parquet", "--spreadsheet-safe")
    assert titles(shown.stdout)[0] == SAFE
    assert titles(recli(*typed).stdout)[0] == AS_IT_IS
    written = pd.read_parquet("lists.parquet")
    assert dict(zip(written["item"], written["title"], strict=True)) == AS_IT_IS


def test_what_is_alike(model, recli):
    typed = ("similar", "--item", "e", "--min-ratings", 0, *model, "--format", "csv")
    others = {item: title for item, title in SAFE.items() if item != "e"}
    shown = recli(*typed, "--spreadsheet-safe").stdout
    assert titles(shown)[0] == others
    exact = [float(row["similarity"]) for row in csv.DictReader(io.StringIO(shown))]
    assert exact == sorted(exact, reverse=True)
    assert min(exact) < 0  # and no apostrophe


@pytest.mark.parametrize(
    "typed",
    [
        "recommend --user e -o lists.parquet",
        "recommend --user e -o lists.jsonl --format json",
        "similar --item e",
        "similar --item e --format json",
    ],
)
def test_where_it_would_change_nothing(typed, recli):
    done = recli(*typed.split(), "--spreadsheet-safe", "--model", "mine", code=2)
    assert "--spreadsheet-safe is for " in done.stderr


@pytest.mark.parametrize(
    ("cell", "safe"),
    [
        *(
            ("=1", "'=1"),
            ("+a", "'+a"),
            ("-a", "'-a"),
            ("@a", "'@a"),
            ("\ta", "'\ta"),
            ("\ra", "'\ra"),
        ),
        *(("\na", "'\na"), ("＝1", "'＝1"), ("-", "'-"), ("-1+1", "'-1+1"), ("+1 2", "'+1 2")),
        *(("", ""), ("a=1", "a=1"), (" =1", " =1"), ("'=1", "'=1"), ("1", "1"), ("Ü", "Ü")),
        *(("-1", "-1"), ("+1.5", "+1.5"), ("-.5", "-.5"), ("-1e-05", "-1e-05"), ("-inf", "'-inf")),
    ],
)
def test_cells(cell, safe):
    assert as_text(cell) == safe
