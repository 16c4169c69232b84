"""`recli recommend` for one, some and all users, and what it leaves out."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

RATINGS = (
    "user,item,rating,time\n"
    "007,1,5,100\n007,2,4,200\n 8,2,3,300\n 8,3,1,400\né,4,2,500\né,1,5,600\n"
)


@pytest.fixture
def model(recli, tiny):
    """A model `mine` of the tiny dataset: 30 users, 25 films, all rated."""
    recli("train", "-a", "baseline-only", "-d", tiny, "--name", "mine")
    return "mine"


@pytest.fixture
def tiny_ids(tiny):
    with (tiny / "ratings.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return sorted({int(row["userId"]) for row in rows}), sorted({int(r["movieId"]) for r in rows})


def rows_of(path):
    with Path(path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_one_user_has_the_same_list_on_screen_and_in_the_file(recli, model):
    done = recli("recommend", "--user", 42, "-m", model, "-n", 5, "--format", "json")
    shown = json.loads(done.stdout)["items"]
    rows = rows_of("results/recommendations/mine-user-42.csv")
    assert [(r["rank"], r["item"], r["title"], float(r["score"])) for r in rows] == [
        (str(p["rank"]), str(p["item"]), p["title"], p["score"]) for p in shown
    ]
    assert {row["user"] for row in rows} == {"42"}
    assert "Written to results/recommendations/mine-user-42.csv\n" in done.stderr
    again = recli("recommend", "--user", 42, "-m", model, "-n", 5, "--explore", 0.2)
    replaced = (
        "mine-user-42.csv, in place of what was there\nLists by baseline-only, without the options"
    )
    assert replaced in again.stderr


def test_a_column_of_titles_that_there_are_not_is_left_out(recli):
    Path("bare.csv").write_text(RATINGS, encoding="utf-8")
    recli("train", "-a", "baseline-only", "-d", "bare.csv", "--name", "mine")
    header = recli("recommend", "--user", "007", "-m", "mine").stdout.splitlines()[1]
    assert header.split() == ["rank", "item", "rating", "score"]


def test_a_list_is_made_into_rows_once_and_its_writer_is_found_once(recli, tiny, monkeypatch):
    """What is written, shown and sent is asked of the model once for each place."""
    recli("train", "-a", "content-based", "-d", tiny, "--name", "mine")
    from recli.ranking import rows
    from recli.ranking.writers import _base

    calls = []
    for module, name in ((rows, "predicted"), (rows, "explained"), (_base, "_writer")):
        original = getattr(module, name)

        def counted(*arguments, original=original, name=name):
            calls.append(name)
            return original(*arguments)

        monkeypatch.setattr(module, name, counted)
    typed = ("-m", "mine", "-n", 4, "--include-seen", "--explain", "-o", "out.jsonl")
    shown = json.loads(recli("recommend", "-u", 42, *typed, "--format", "json").stdout)["items"]
    lines = Path("out.jsonl").read_text(encoding="utf-8").splitlines()
    assert [(row["item"], row["why"]) for row in map(json.loads, lines)] == [
        (place["item"], place["why"]) for place in shown
    ]
    assert sorted(calls) == ["_writer", *["explained"] * 4, "predicted"]


def test_all_users(recli, model, tiny_ids):
    users, _ = tiny_ids
    typed = ("-m", model, "-n", 3, "--include-seen")
    done = recli("recommend", "--all-users", *typed, "-o", "lists.csv")
    rows = rows_of("lists.csv")
    assert [int(row["user"]) for row in rows if row["rank"] == "1"] == users
    assert done.stdout.startswith("30 users, 90 places, by baseline-only: ")
    written, quality, warning = done.stderr.splitlines()
    assert written == "Written to lists.csv"
    assert quality.startswith(
        "Lists by baseline-only, without the options of lists given here: nDCG"
    )
    assert warning.startswith("Warning: most-popular makes better lists")
    alone = json.loads(recli("recommend", "-u", 42, *typed, "--format", "json").stdout)
    listed = [int(row["item"]) for row in rows if row["user"] == "42"]
    assert listed == [place["item"] for place in alone["items"]]


def test_all_users_as_json(recli, model):
    typed = ("-m", model, "-n", 3, "--include-seen")
    done = recli("recommend", "--all-users", *typed, "--format", "json")
    found = json.loads(done.stdout)
    assert found.pop("seconds") >= 0
    assert 1 <= found.pop("items") <= 25
    assert found == {
        "model": "mine",
        "users": 30,
        "places": 90,
        "catalogue": 25,
        "short_lists": 0,
    }
    assert len(rows_of("results/recommendations/mine-all-users.csv")) == 90


def test_lists_that_are_short_are_counted(recli, model):
    done = recli("recommend", "--all-users", "-m", model, "-n", 20, "-o", "lists.csv")
    assert "of 30 got fewer than 20 items: that is all there is to recommend" in done.stderr
    done = recli("recommend", "--user", 42, "-m", model, "-n", 25)
    assert "that is all there is to recommend" in done.stderr


def test_some_users(recli, model, tiny_ids):
    users, _ = tiny_ids
    lines = [users[3], *range(90_000, 90_011), users[1]]
    Path("some.txt").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    done = recli("recommend", "--users", "some.txt", "-m", model, "-n", 2)
    rows = rows_of("results/recommendations/mine-some.csv")
    assert [int(row["user"]) for row in rows] == [users[3]] * 2 + [users[1]] * 2
    assert "some.txt: 11 users that the model does not know, left out:\n  90000\n" in done.stderr
    assert "… and 1 more" in done.stderr


def test_candidates_and_exclusions(recli, model, tiny_ids):
    _, items = tiny_ids
    Path("yes.txt").write_text("".join(f"{item}\n" for item in [*items[:9], "x", "y"]))
    Path("no.txt").write_text("".join(f"{item}\n" for item in items[:7]))
    typed = ("recommend", "--user", 42, "-m", model, "--include-seen", "--format", "json")
    done = recli(*typed, "--candidates", "yes.txt", "--exclude", "no.txt")
    found = json.loads(done.stdout)["items"]
    assert sorted(place["item"] for place in found) == items[7:9]
    assert "yes.txt: 2 items that the model does not know, left out:\n  x\n  y\n" in done.stderr
    assert "gets 2 items: that is all there is to recommend" in done.stderr


def test_conditions_and_caps_need_no_dataset(recli, model, tiny):
    with (tiny / "movies.csv").open(encoding="utf-8") as file:
        films = {int(row["movieId"]): row for row in csv.DictReader(file)}
    typed = ("recommend", "--user", 42, "-m", model, "--include-seen", "-n", 25, "--format", "json")
    found = json.loads(recli(*typed, "--where", "genres contains 'comedy' and year < 1995").stdout)
    expected = {
        item
        for item, film in films.items()
        if "Comedy" in film["genres"].split("|") and int(film["year"]) < 1995
    }
    assert {place["item"] for place in found["items"]} == expected
    capped = json.loads(recli(*typed, "--max-per", "genres=1", "--max-per", "year=1").stdout)
    years = [films[place["item"]]["year"] for place in capped["items"]]
    assert len(set(years)) == len(years) > 1


@pytest.mark.parametrize(
    ("since", "expected"), [("1970-01-01", "1234"), ("1970-01-02", ""), ("1969-12-31", "1234")]
)
def test_fresh_items(recli, since, expected):
    Path("mine.csv").write_text(RATINGS, encoding="utf-8")
    typed = ("recommend", "--user", "007", "-d", "mine.csv", "--include-seen", "--format", "json")
    code = 0 if expected else 4
    done = recli(*typed, "--since", since, code=code)
    if expected:
        found = json.loads(done.stdout)["items"]
        assert "".join(sorted(str(place["item"]) for place in found)) == expected
    else:
        assert "None of the 4 items of the catalogue is left" in done.stderr


def test_odd_ids_on_the_way_through(recli):
    Path("mine.csv").write_text(RATINGS, encoding="utf-8")
    Path("some.txt").write_text("é\n 8\n007\n", encoding="utf-8")
    recli("recommend", "--users", "some.txt", "-d", "mine.csv", "-o", "out.jsonl")
    lines = Path("out.jsonl").read_text(encoding="utf-8").splitlines()
    places = [json.loads(line) for line in lines]
    assert [place["user"] for place in places] == ["é", "é", " 8", " 8", "007", "007"]
    assert {place["item"] for place in places} == {1, 2, 3, 4}


def test_a_model_and_its_dataset(recli, model, tiny, tmp_path):
    recli("recommend", "--user", 42, "-m", model, "-d", tiny)
    other = tmp_path / "other" / "tiny"
    other.mkdir(parents=True)
    for file in tiny.iterdir():
        (other / file.name).write_bytes(file.read_bytes())
    with (other / "ratings.csv").open("a", encoding="utf-8") as file:
        file.write("4711,1,4.0,1000000000\n")
    done = recli("recommend", "--user", 42, "-m", model, "-d", other, code=2)
    assert "tiny is no longer what model 'mine' has learned from" in done.stderr


WRONG = [
    ("", 2, "For whom? Say one of --user ID, --users FILE, --all-users."),
    ("--user 42 --all-users", 2, "--user, --users and --all-users exclude one another"),
    (
        "--user 42 --where year>>3",
        2,
        "a number or a text in quotes is missing.\n  year>>3\n       ^",
    ),
    ("--user 42 --where yeer=3", 2, "no item column 'yeer'. Did you mean 'year'?"),
    ("--user 42 --where year>3000", 4, "None of the 25 items of the catalogue is left"),
    ("--user 42 --max-per genres", 2, "'--max-per genres' is not name=value"),
    ("--user 42 --max-per genres=0", 2, "0 is not a whole number ≥ 1"),
    ("--user 42 --max-per genres=x", 2, "x is not a whole number ≥ 1"),
    ("--user 42 --max-per genre=3", 2, "no item column 'genre'. Did you mean 'genres'?"),
    ("--user 42 --since yesterday", 2, "does not match the format '%Y-%m-%d'"),
    ("--user 42 --min-ratings -1", 2, "not in the range"),
    ("--user 42 --output lists.xls", 2, "by its suffix it is none of .csv, "),
    ("--all-users --output nosuch://x/y", 2, "nosuch://x/y"),
    ("--users absent.txt", 4, "absent.txt: no such file"),
    ("--user 42 --candidates absent.txt", 4, "absent.txt: no such file"),
    ("--user 42 -d movielens-small", 2, "has learned from the dataset tiny, not from"),
    ("--all-users --memory-limit 1K", 2, "the limit is 1 KiB. Raise '--memory-limit'."),
]


@pytest.mark.parametrize(("typed", "code", "message"), WRONG, ids=[typed for typed, *_ in WRONG])
def test_what_is_typed_wrong(recli, model, typed, code, message):
    done = recli("recommend", "-m", model, *typed.split(), code=code)
    assert done.stdout == ""
    assert message in done.stderr
    assert done.stderr.count("Error: ") == 1
    assert not Path("results/recommendations").exists()


def test_a_model_without_an_item_table(recli):
    Path("mine.csv").write_text(RATINGS, encoding="utf-8")
    typed = ("recommend", "--user", "007", "-d", "mine.csv")
    done = recli(*typed, "--where", "year > 3", code=3)
    assert "The dataset mine has no item table" in done.stderr
    Path("mine.csv").write_text("user,item,rating\na,x,3\na,y,4\nb,x,5\n", encoding="utf-8")
    done = recli("recommend", "-u", "b", "-d", "mine.csv", "--since", "2020-01-01", code=3)
    assert "The ratings of mine have no times" in done.stderr


def test_the_grammar_is_explained(recli):
    shown = recli("show", "where").stdout
    for word in ("contains", "in (VALUE", "is empty", "not", "and", "or", "!= < <= > >="):
        assert word in shown


def test_a_stored_model_recommends_without_what_is_slow_to_import(recli, tiny):
    recli("train", "-a", "svd", "-d", tiny, "--name", "m")
    program = (
        "import sys\n"
        "from recli.cli import main\n"
        "main(['recommend', '--model', 'm', '--user', '42'], standalone_mode=False)\n"
        "slow = {'pandas', 'numba', 'sklearn', 'optuna', 'sqlalchemy', 'joblib', 'asyncio',"
        " 'pyarrow.compute', 'scipy'}\n"
        "print(sorted(slow & set(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, encoding="utf-8", check=True
    )
    assert done.stderr.splitlines()[-1] == "[]"
