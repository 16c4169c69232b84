"""`recli recommend` for somebody new, with other lists than the scores give; `recli similar`."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest


@pytest.fixture
def trained(recli, tiny):
    """A model of the tiny dataset, in the results folder of the test."""
    recli("train", "-a", "svd", "-p", "n_factors=5", "-d", tiny, "--name", "m")
    return "m"


def items(result):
    return [place["item"] for place in json.loads(result.stdout)["items"]]


def recommended(recli, *arguments, **extra):
    return recli("recommend", "-m", "m", "-n", 5, "--format", "json", *arguments, **extra)


def test_somebody_new_by_her_ratings(recli, trained):
    result = recommended(recli, "--rate", "318=5", "--rate", "pulp fiction=4.5")
    document = json.loads(result.stdout)
    assert document["user"] is None
    assert not {318, 296} & set(items(result))
    assert "Folded in: 2 ratings as a new user's ratings, no retraining." in result.stderr
    with Path("results/recommendations/m-new-user.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {row["user"] for row in rows} == {""}
    assert [int(row["item"]) for row in rows] == items(result)


def test_the_same_from_a_file_and_from_stdin(recli, trained):
    table = "item,rating\n318,5\n296,4.5\n"
    Path("mine.csv").write_text(table, encoding="utf-8")
    typed = items(recommended(recli, "--rate", "318=5", "--rate", "296=4.5"))
    assert items(recommended(recli, "--ratings", "mine.csv")) == typed
    assert items(recommended(recli, "--ratings", "-", input=table)) == typed


def test_a_known_user_with_new_ratings(recli, trained):
    before = recommended(recli, "--user", 42)
    [first, *_] = items(before)
    after = recommended(recli, "--user", 42, "--rate", f"{first}=0.5")
    assert json.loads(after.stdout)["user"] == 42
    assert first not in items(after)
    assert set(items(after)) & set(items(before))


def test_what_she_likes_is_the_highest_rating(recli, trained):
    liked = items(recommended(recli, "--like-item", "318"))
    assert liked == items(recommended(recli, "--rate", "318=5"))


def test_of_whom_nothing_is_known(recli, trained):
    result = recommended(recli, "--new-user")
    document = json.loads(result.stdout)
    assert document["model"] == "most-popular"
    scores = [place["score"] for place in document["items"]]
    assert scores == sorted(scores, reverse=True)
    assert "Nothing is known of a new user: they get what most users like." in result.stderr


def test_somebody_new_is_told_why(recli, trained):
    result = recommended(recli, "--rate", "318=5", "--explain")
    for place in json.loads(result.stdout)["items"]:
        assert place["why"]
        amounts = [reason["amount"] for reason in place["reasons"]]
        assert sum(amounts) == pytest.approx(place["score"], abs=1e-9)


def test_filters_go_by_the_ratings_of_all(recli, trained):
    assert items(recommended(recli, "--rate", "318=5", "--min-ratings", 5))


def test_unknown_items_of_a_file_are_told(recli, trained):
    Path("mine.csv").write_text("318,5\n99999,4\n", encoding="utf-8")
    result = recommended(recli, "--ratings", "mine.csv")
    assert "Left out: 1 rating of what the model does not know:" in result.stderr
    assert "mine.csv, line 2: There is no item '99999'." in result.stderr


WRONG = [
    ("--rate 318", 2, "'--rate 318' is not ITEM=RATING, as in '--rate 318=5'."),
    ("--rate =5", 2, "'--rate =5' is not ITEM=RATING"),
    ("--rate 318=", 2, "'--rate 318=' is not ITEM=RATING"),
    ("--rate 318=6", 2, "--rate 318=6: '6' is no rating from 0.5 to 5"),
    ("--rate 318=good", 2, "'good' is no rating from 0.5 to 5"),
    ("--rate 31800=5", 4, "There is no item '31800'. Nearest: "),
    ("--like-item star", 2, "'star' fits 3 items:"),
    ("--ratings absent.csv", 4, "absent.csv: no such file"),
    ("--ratings empty.csv", 3, "empty.csv: holds no ratings"),
    ("--ratings unknown.csv", 4, "None of the 1 rated items is known"),
    ("--ratings latin.csv", 3, "latin.csv: is no UTF-8 text"),
    ("--ratings .", 3, ".: cannot be read"),
    ("--new-user --rate 318=5", 2, "--new-user is somebody of whom nothing is known."),
    ("--new-user --user 42", 2, "--new-user is somebody of whom nothing is known."),
    ("--all-users --rate 318=5", 2, "--rate is about one user"),
    ("--user nobody --rate 318=5", 4, "There is no user 'nobody'"),
    ("--user 42 --diversify 1.5", 2, "1.5 is not in the range"),
    ("--user 42 --calibrate genre", 2, "There is no item column 'genre'. Did you mean 'genres'?"),
    ("--user 42 --calibrate genres=2", 2, "2 is not a number from 0 to 1"),
    ("--user 42 --calibrate genres=x", 2, "x is not a number from 0 to 1"),
    ("--user 42 --calibrate genres=0.8 --diversify 0.3", 2, "are more than 1 together"),
]


@pytest.mark.parametrize(("arguments", "code", "message"), WRONG, ids=lambda value: str(value))
def test_bad_input(recli, trained, arguments, code, message):
    Path("empty.csv").write_text("\n", encoding="utf-8")
    Path("unknown.csv").write_text("nothing,5\n", encoding="utf-8")
    Path("latin.csv").write_bytes(b"caf\xe9,5\n")
    result = recli("recommend", "-m", "m", *arguments.split(), code=code)
    assert message in result.stderr


@pytest.mark.parametrize(
    "arguments",
    ["--diversify 0.5", "--calibrate genres", "--calibrate genres=0.8", "--explore 0.4"],
)
def test_other_lists_say_what_they_cost(recli, trained, arguments):
    result = recommended(recli, "--user", 42, *arguments.split())
    changes = json.loads(result.stdout)["reranking"]
    assert changes["score"]["after"] <= changes["score"]["before"]
    assert 0 <= changes["others"] <= 1
    assert "Re-ranked: " in result.stderr
    assert "Mean score " in result.stderr
    again = recommended(recli, "--user", 42, *arguments.split())
    assert again.stdout == result.stdout


def test_exploration_is_by_seed(recli, trained):
    found = {
        tuple(items(recommended(recli, "--user", 42, "--explore", 1, "--seed", seed)))
        for seed in range(4)
    }
    assert len(found) > 1


def test_all_users_re_ranked(recli, trained):
    result = recli(
        *("recommend", "-m", "m", "--all-users", "-n", 3, "--diversify", 0.6),
        *("--max-per", "genres=2", "--format", "json"),
    )
    document = json.loads(result.stdout)
    assert document["reranking"]["diversity"].keys() == {"before", "after"}


# recli similar


def test_similar_items(recli, trained):
    result = recli("similar", "--item", "pulp fiction", "-m", "m", "-n", 3, "--format", "json")
    document = json.loads(result.stdout)
    assert (document["item"], document["model"]) == (296, "m")
    assert document["title"].startswith("Pulp Fiction")
    assert document["similarity"] == "cosine of factors"
    assert [place["rank"] for place in document["items"]] == [1, 2, 3]
    assert 296 not in [place["item"] for place in document["items"]]


def test_similar_users(recli, trained):
    table = recli("similar", "--user", 42, "-m", "m", "-n", 2).stdout.splitlines()
    assert table[0] == "Like user 42, by svd (n_factors=5): cosine of factors"
    assert table[1].split() == ["rank", "user", "similarity"]
    assert len(table) == 4


def test_similar_needs_one_of_them(recli, trained):
    message = "Like what? Say --item ID or TITLE, or --user ID, one of them."
    assert message in recli("similar", "-m", "m", code=2).stderr
    assert message in recli("similar", "-m", "m", "--item", 1, "--user", 42, code=2).stderr


def test_similar_of_the_unknown(recli, trained):
    result = recli("similar", "-m", "m", "--item", "pulp ficton", code=4)
    assert "There is no item 'pulp ficton'. Nearest: " in result.stderr
    assert "(Pulp Fiction" in result.stderr
    assert "There is no user '0'" in recli("similar", "-m", "m", "--user", 0, code=4).stderr
