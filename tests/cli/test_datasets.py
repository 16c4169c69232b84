"""Your own datasets: added with their tables, and removed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from recli.cli import main
from tests.cli.test_completion import complete

RATINGS = "who,film,stars\nann,10,4\nann,20,3\nbob,10,5\nbob,30,1\ncy,40,2\n"
FILMS = ",title,movie,genre\n0,Heat,10,Crime\n1,Up,20,Family\n2,Ran,30,War\n3,Big,40,Family\n"


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    for name, content in (("mine.csv", RATINGS), ("films.csv", FILMS)):
        Path(name).write_text(content, encoding="utf-8")
    return tmp_path / "own-datasets"


def test_add_says_what_it_found(recli, own):
    said = recli("data", "add", "mine.csv", "--name", "mine", "--items", "films.csv").stderr
    assert "Items: films.csv, ids in movie (100% of the items that were rated)" in said
    assert "Left out: column1 (row numbers)." in said
    shown = json.loads(recli("data", "show", "mine", "--format", "json").stdout)
    assert [row["title"] for row in shown["first"]] == ["Heat", "Up", "Heat", "Ran", "Big"]


def test_add_takes_the_ids_columns_that_are_named(recli, own):
    Path("people.csv").write_text("a,b\nann,bob\nbob,cy\ncy,ann\n", encoding="utf-8")
    add = ("data", "add", "mine.csv", "--name", "mine", "--users", "people.csv")
    assert "which column has the ids of the users who rated?" in recli(*add, code=3).stderr
    assert not own.exists()
    recli(*add, "--users-id", "b", "--items", "films.csv", "--items-id", "3")
    assert 'id = "b"' in (own / "mine" / "dataset.toml").read_text(encoding="utf-8")


def test_an_ids_column_needs_its_table(recli, own):
    for what in ("items", "users"):
        said = recli("data", "add", "mine.csv", "--name", "x", f"--{what}-id", "b", code=2).stderr
        assert f"--{what}-id needs --{what}" in said


def test_bad_rows_of_a_table_are_counted_and_told(recli, own):
    Path("films.csv").write_text(f"{FILMS}4,No,,War\n", encoding="utf-8")
    add = ("data", "add", "mine.csv", "--name", "mine", "--items", "films.csv")
    assert "films.csv: items without an id:\n  line 6" in recli(*add, code=3).stderr
    said = recli(*add, "--on-bad", "skip").stderr
    assert "Set aside whenever it is read with --on-bad skip: 1 bad row." in said
    recli("data", "check", "mine", "--on-bad", "skip")
    kept = Path("results/bad-rows/mine.csv").read_text(encoding="utf-8").splitlines()
    assert kept == ["part,line,reason,row", 'films.csv,6,the item is empty,"4,No,,War"']


def test_rm(recli, own):
    for name in ("mine", "other", "third"):
        recli("data", "add", "mine.csv", "--name", name)
    recli("train", "-a", "baseline-only", "-d", "mine")
    done = recli("data", "rm", "mine", "nine", "--yes", code=4)
    assert "There is no dataset of your own 'nine'. Did you mean 'mine'?" in done.stderr
    assert (
        "Nothing was removed. '--yes' answers for you."
        in recli("data", "rm", "mine", code=2).stderr
    )
    assert (own / "mine").is_dir()
    assert recli("data", "rm", "mine", "--yes").stdout == "Removed: 1 dataset.\n"
    assert recli("data", "rm", "other", input="y\n").stdout == "Removed: 1 dataset.\n"
    found = json.loads(recli("data", "rm", "third", "-y", "--format", "json").stdout)
    assert found == {"removed": ["third"]}
    assert list(own.iterdir()) == []
    assert "There is no dataset or file 'mine'" in recli("data", "show", "mine", code=4).stderr
    assert recli("recommend", "--user", "ann", "-m", "baseline-only").exit_code == 0


def test_rm_leaves_what_is_not_your_own(recli, own):
    shipped = recli("data", "rm", "movielens-small", "--yes", code=2).stderr
    assert "'movielens-small' is not in your own folder" in shipped
    assert "which is left alone" in shipped
    assert recli("data", "show", "movielens-small").exit_code == 0


def test_rm_completes_your_own(recli, own):
    recli("data", "add", "mine.csv", "--name", "mine")
    assert complete("data", "rm", "m") == ["mine"]
    assert "rm" in main.get_command(None, "data").list_commands(None)


@pytest.mark.parametrize(
    ("content", "said", "answer"),
    [
        ("rating,asin,parent_asin,user_id\n5,B1,P1,A1\n4,B2,P1,A2\n3,B3,P2,A1\n2,B4,P2,A2\n",
         "which column is the item? It may be:\n  asin: B1, B2, B3\n  parent_asin: P1, P2\n"
         "Say it with '--columns item=asin' or '--columns item=parent_asin'.",
         ("--columns", "item=parent_asin")),
        ("user,item,much\nu,a,4\nv,b,2\n",
         "is this the rating, or are rows interactions without a rating?\n  much: 4, 2\n"
         "Say it with '--columns rating=much' or '--implicit'.", ("--columns", "rating=much")),
    ],
)  # fmt: skip
def test_a_question_and_its_answer(recli, content, said, answer):
    Path("r.csv").write_text(content, encoding="utf-8")
    assert f"r.csv: {said}" in recli("data", "check", "r.csv", code=3).stderr
    recli("data", "check", "r.csv", "--duplicates", "first", *answer)
