"""Conditions on items: what they mean, and where they are wrong."""

from __future__ import annotations

import re
import sqlite3

import hypothesis
import pytest
from hypothesis import strategies

from recli import errors
from recli.data.tables import where
from recli.ranking.fields import field


@pytest.fixture
def chosen(films):
    """The function that gives the ids of the films which fulfil a condition."""

    def choose(text):
        found = where.parse(text)(lambda name: field(films, name))
        assert found.dtype == bool
        return "".join(films.trainset.ratings.item_ids.text[found])

    return choose


MEANS = [
    ("year >= 1965", "234"),
    ("year > 1965", "24"),
    ("year < 1965", "1"),
    ("year <= 1965.0", "13"),
    ("year = 1967", "2"),
    ("year == 1967", "2"),
    ("year = '1967'", "2"),
    ("year != 1967", "134"),
    ("not year = 1967", "13456"),
    ("year in (1927, 2001)", "14"),
    ("not year in (1927, 2001)", "2356"),
    ("year is empty", "56"),
    ("not year is empty", "1234"),
    ("year > -1e3", "1234"),
    ("genres contains 'Comedy'", "246"),
    ("genres contains 'comedy'", "246"),
    ("GENRES CONTAINS 'COMEDY'", "246"),
    ("genres contains 'Com'", ""),
    ("genres contains 'Crime'", "4"),
    ("genres is empty", "5"),
    ("tags contains 'New Wave'", "3"),
    ("tags contains 'Old' or tags contains 'new wave'", "13"),
    ("tags is empty", "2456"),
    ("[New Wave] = 1", "3"),
    ("[New Wave] = '1'", "3"),
    ("decade = '196'", "23"),
    ("decade > 192", "23"),
    ("title contains 'al'", "3"),
    ("title contains 'ÉLAN'", "6"),
    ("title = 'playtime (1967)'", "2"),
    ("title < 'n'", "13"),
    ("title = 'Ocean''s Eleven'", "4"),
    ('title = "Ocean\'s Eleven"', "4"),
    ("country = 'FR'", "2"),
    ("country in ('fr', 'US')", "24"),
    ("country != 'fr'", "4"),
    ("country is empty", "1356"),
    ("year < 1950 or year > 2000 and genres contains 'Crime'", "14"),
    ("(year < 1950 or year > 2000) and genres contains 'Crime'", "4"),
    ("not year < 1950 and genres contains 'Sci-Fi'", "3"),
    ("not (year < 1950 and genres contains 'Sci-Fi')", "23456"),
    ("not not year < 1950", "1"),
    ("year<1950 or(year>2000)", "14"),
    ("  year  <  1950  ", "1"),
]


@pytest.mark.parametrize(("text", "expected"), MEANS, ids=[text for text, _ in MEANS])
def test_what_it_means(chosen, text, expected):
    assert chosen(text) == expected


WRONG = [
    ("", "the name of a field, 'not' or '(' is missing", 0, 1),
    ("and year > 1", "the name of a field, 'not' or '(' is missing", 0, 3),
    ("year", "here is one of =, !=, <, <=, >, >=, contains, in, is empty missing", 4, 1),
    ("year 1967", "is empty missing", 5, 4),
    ("year >", "a number or a text in quotes is missing", 6, 1),
    ("year > and", "a number or a text in quotes is missing", 7, 3),
    ("genres contains Comedy", "a text stands in quotes: 'Comedy'", 16, 6),
    ("year > 1960 year < 1970", "'and', 'or' or the end is missing", 12, 4),
    ("(year > 1960", "'and', 'or' or ')' is missing", 12, 1),
    ("year > 1960)", "'and', 'or' or the end is missing", 11, 1),
    ("year in 1960", "'(' is missing", 8, 4),
    ("year in (1960", "',' or ')' is missing", 13, 1),
    ("year in ()", "a number or a text in quotes is missing", 9, 1),
    ("year is 1960", "'empty' is missing", 8, 4),
    ("title = 'open", "' is left open", 8, 5),
    ("[New Wave = 1", "[ is left open", 0, 13),
    ("year > 1960 & year < 1970", "& is nothing that a condition has", 12, 1),
    ("year > 19_60", "19_60 is nothing that a condition has", 7, 5),
    ("yeer > 1960", "no item column 'yeer'. Did you mean 'year'?", 0, 4),
    ("genres contains 'x' and wrong = 1", "no item column 'wrong'", 24, 5),
    ("year contains 19", "'year' is a number: compare it with = != < <= > >=", 0, 16),
    ("year > 'new'", "'year' is a number, and 'new' is none", 0, 12),
    ("genres = 'Comedy'", "an item has several 'genres': write genres contains 'Name'", 0, 17),
    ("genres in ('Comedy')", "write genres contains 'Name'", 0, 20),
    ("country > 3", "no item has a number in 'country': put the value in quotes", 0, 11),
    ("not " * 60 + "year > 1", "more than 50 'not' and parentheses inside one another", 200, 3),
]


@pytest.mark.parametrize(("text", "message", "start", "length"), WRONG, ids=[w[0] for w in WRONG])
def test_the_place_is_marked(chosen, text, message, start, length):
    with pytest.raises(errors.UsageError) as caught:
        chosen(text)
    said, line, mark = str(caught.value).split("\n")
    assert said.startswith("`where`: ")
    assert message in said
    assert line == f"  {text}"
    assert mark == "  " + " " * start + "^" * length


def test_without_an_item_table(model_of):
    model = model_of({"1": (1.0, "", {})}, [("a", "1", 3)], table=False)
    with pytest.raises(errors.DataError, match="toy has no item table"):
        where.parse("year > 1")(lambda name: field(model, name))


@hypothesis.given(strategies.text("yearginos'\"[]()<>=!,.0123456789- \n\\é", max_size=40))
def test_whatever_is_typed_it_is_understood_or_refused(text):
    try:
        where.parse(text)
    except errors.UsageError as error:
        assert re.match(r"`where`: .+\n  .*\n  *\^+$", str(error), re.DOTALL)


def numbers(draw):
    return draw(strategies.integers(1920, 2010))


@strategies.composite
def conditions(draw, depth=3):
    """A condition on years and countries that SQL says in the same words."""
    if depth and draw(strategies.booleans()):
        kind = draw(strategies.sampled_from(["and", "or", "not"]))
        one = draw(conditions(depth - 1))
        if kind == "not":
            return f"not ({one})"
        other = draw(conditions(depth - 1))
        return f"{one} {kind} {other}" if draw(strategies.booleans()) else f"({one}) {kind} {other}"
    op = draw(strategies.sampled_from(["=", "!=", "<", "<=", ">", ">="]))
    if draw(strategies.booleans()):
        return f"year {op} {numbers(draw)}"
    return f"country {op} '{draw(strategies.sampled_from(['fr', 'us', 'a']))}'"


@hypothesis.given(conditions())
@hypothesis.settings(suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture])
def test_as_a_database_understands_it(chosen, text):
    # SQL's comparisons with NULL are unknown, and so is their negation: coalesced to false here.
    rows = [(1, 1927, None), (2, 1967, "fr"), (3, 1965, None), (4, 2001, "us"), (5, None, None)]
    rows.append((6, None, None))
    database = sqlite3.connect(":memory:")
    database.execute("create table films (id, year, country)")
    database.executemany("insert into films values (?, ?, ?)", rows)
    in_sql = re.sub(r"(year|country) (\S+) (\d+|'\w+')", r"coalesce(\1 \2 \3, 0)", text)
    found = database.execute(f"select id from films where {in_sql} order by id").fetchall()
    database.close()
    assert chosen(text) == "".join(str(row[0]) for row in found)
