"""`recli recommend --explain`."""

from __future__ import annotations

import csv
import io
import json

ASKED = ("recommend", "--user", "3", "-n", "4", "--explain", "--quiet")


def test_under_each_item_stands_why(recli, tiny):
    lines = recli(*ASKED, "-d", tiny).stdout.splitlines()
    assert lines[1].split() == ["rank", "item", "title", "score"]
    assert len(lines) == 2 + 2 * 4
    assert [line.split()[0] for line in lines[2::2]] == ["1", "2", "3", "4"]
    assert all(line.lstrip().startswith(("because ", "nothing ")) for line in lines[3::2])
    assert any("because you liked " in line for line in lines[3::2])


def test_json_and_csv_have_what_scores_are_made_of(recli, tiny):
    items = json.loads(recli(*ASKED, "-d", tiny, "--format", "json").stdout)["items"]
    for item in items:
        assert abs(sum(reason["amount"] for reason in item["reasons"]) - item["score"]) < 1e-9
    rows = list(csv.DictReader(io.StringIO(recli(*ASKED, "-d", tiny, "--format", "csv").stdout)))
    assert [row["why"] for row in rows] == [item["why"] for item in items]
    for row in rows:
        amounts = [float(reason.split()[-1]) for reason in row["reasons"].split("; ")]
        assert abs(sum(amounts) - float(row["score"])) < 0.001


def test_it_is_for_a_single_user(recli, tiny):
    said = recli("recommend", "--all-users", "--explain", "-d", tiny, code=2).stderr
    assert "'--explain' is for a single user" in said


def test_what_is_written_has_why_too(recli, tiny):
    said = recli(*ASKED, "-d", tiny, "--format", "json", "-o", "lists.csv")
    with open("lists.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["why"] for row in rows] == [
        item["why"] for item in json.loads(said.stdout)["items"]
    ]


def test_without_it_there_is_no_such_column(recli, tiny):
    recli(*(part for part in ASKED if part != "--explain"), "-d", tiny, "-o", "lists.csv")
    with open("lists.csv", newline="") as file:
        assert "why" not in next(csv.reader(file))
