"""How lists are made, as it is written and read."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from recli import errors
from recli.algorithms import Configured
from recli.ranking.list_options import PARAMETERS, ListOptions
from recli.ranking.recommender import Recommender, lists_of, recommender

READ = [
    ({}, ListOptions(), ""),
    ({"sort": "Lower_Bound"}, ListOptions(sort="lower-bound"), "sort=lower-bound"),
    ({"exclude_seen": "no"}, ListOptions(exclude_seen=False), "exclude_seen=false"),
    ({"candidates": [7, "8", "7"]}, ListOptions(candidates=("7", "8")), "candidates=2-items"),
    ({"exclude": "ids.txt"}, ListOptions(exclude=("b", "a")), "exclude=2-items"),
    ({"where": "year > 1990"}, ListOptions(where="year > 1990"), 'where="year > 1990"'),
    ({"min_ratings": "10"}, ListOptions(min_ratings=10), "min_ratings=10"),
    ({"since": "2001-02-03"}, ListOptions(since=date(2001, 2, 3)), "since=2001-02-03"),
    (
        {"max_per": "genres = 3,year=2"},
        ListOptions(max_per={"genres": 3, "year": 2}),
        "max_per.genres=3 max_per.year=2",
    ),
    ({"max_per": {"a=b, c": 1}}, ListOptions(max_per={"a=b, c": 1}), "max_per.a=b, c=1"),
    ({"diversify": "0.30000001"}, ListOptions(diversify=0.30000001), "diversify=0.3"),
    ({"calibrate": "genres"}, ListOptions(calibrate=("genres", 0.5)), "calibrate.genres=0.5"),
    ({"calibrate": "a, b=0.2"}, ListOptions(calibrate=("a, b", 0.2)), "calibrate.a, b=0.2"),
    ({"explore": 1}, ListOptions(explore=1.0), "explore=1"),
    # What is as by default, or nothing, so that a grid may hold it.
    ({"diversify": 0, "min_ratings": 0, "exclude_seen": True}, ListOptions(), ""),
    ({"calibrate": "none", "max_per": "none", "where": "none"}, ListOptions(), ""),
    ({"calibrate": {"genres": 0}}, ListOptions(), ""),
]


@pytest.mark.parametrize(("given", "expected", "text"), READ, ids=lambda value: str(value))
def test_read(given, expected, text):
    Path("ids.txt").write_text("b\na\nb\n", encoding="utf-8")
    assert ListOptions.of(given) == expected
    assert str(expected) == text
    assert ListOptions.of(expected.document()) == expected


def test_every_option_is_declared():
    assert {parameter.name for parameter in PARAMETERS} == set(ListOptions.__dataclass_fields__)
    defaults = {parameter.name: parameter.default for parameter in PARAMETERS}
    plain = ListOptions()
    for name, default in defaults.items():
        assert getattr(plain, name) == default or (default is None and not getattr(plain, name))


WRONG = [
    ({"min_rating": 3}, "no option of lists 'min_rating'. Did you mean 'min_ratings'?"),
    ({"diversify": 2}, "diversify=2 is not valid: it takes a number from 0 to 1"),
    ({"explore": "much"}, "explore=much is not valid"),
    ({"min_ratings": -1}, "a whole number ≥ 0"),
    ({"sort": "best"}, "Valid: score, lower-bound"),
    ({"exclude_seen": "perhaps"}, "it takes true or false"),
    ({"since": "yesterday"}, "a date as 2001-12-31"),
    ({"where": "year >"}, "a number or a text in quotes is missing"),
    ({"where": 3}, "a condition on the item table, as \"genres contains 'Comedy'\""),
    ({"max_per": "genres"}, "max_per = 'genres=3'"),
    ({"max_per": {}}, "max_per = 'genres=3'"),
    ({"max_per": "a=1,a=2"}, "is not valid"),
    ({"max_per": {"genres": 0}}, "max_per: 'genres=0' is not valid: 0 is not a whole number ≥ 1"),
    ({"max_per": "genres="}, "nothing is not a whole number"),
    ({"calibrate": "genres=1.5"}, "1.5 is not a number from 0 to 1"),
    ({"calibrate": {"genres": 0.1, "year": 0.1}}, "a column of the item table"),
    ({"calibrate": "=0.2"}, "is not valid"),
    ({"candidates": 3}, "a list of ids, or a file with an id a line"),
    ({"diversify": 0.7, "calibrate": "genres=0.4"}, "nothing is left for the scores"),
]


@pytest.mark.parametrize(("given", "message"), WRONG, ids=lambda value: str(value))
def test_wrong(given, message):
    with pytest.raises(errors.UsageError) as caught:
        ListOptions.of(given)
    assert message in str(caught.value)


def test_files_of_ids_that_are_none():
    with pytest.raises(errors.NotFoundError, match="nowhere: no such file"):
        ListOptions.of({"candidates": "nowhere"})


def test_a_recommender_is_its_algorithm_with_lists():
    svd, diverse = Configured.of("svd", {"n_factors": 20}), ListOptions(diversify=0.3)
    made = recommender(svd, diverse)
    assert isinstance(made, Recommender)
    assert (made.name, made.params, lists_of(made)) == ("svd", svd.params, diverse)
    assert made.label == "svd (n_factors=20) diversify=0.3"
    assert made.whole_label == made.label
    assert made != svd
    assert made != recommender(svd, ListOptions(diversify=0.4))


def test_an_algorithm_with_the_usual_lists_is_itself():
    svd = Configured.of("svd")
    assert recommender(svd, ListOptions()) == svd
    assert recommender(recommender(svd, ListOptions(explore=0.1)), ListOptions()) == svd
    assert lists_of(svd) == ListOptions()
