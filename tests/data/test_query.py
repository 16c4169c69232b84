"""Tables and queries of a database: SQLite, which is always there."""

from __future__ import annotations

import sqlite3
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import exc

from recli import errors
from recli.data.add import add
from recli.data.dataset import Dataset
from recli.data.load import load
from recli.experiments.reading import Reading

Triples = Callable[[Dataset], list[tuple[str, str, float]]]

EXPECTED = [("u", "7", 4.0), ("v", "8", 2.5)]
SELECT = "select who as user, what as item, stars as rating from stars order by stars desc"


@pytest.fixture(autouse=True)
def _database(tmp_path: Path) -> Iterator[None]:
    """The file shop.db with a table of ratings and one of items."""
    database = sqlite3.connect("shop.db")
    database.executescript(
        """
        create table stars (who text, what integer, stars real, at text);
        insert into stars values ('u', 7, 4, '2020-01-01 10:00:00'), ('v', 8, 2.5, '2021-05-06');
        create table things (id integer, title text, "two words" text);
        insert into things values (7, 'Seven', 'x'), (8, '100 % Eight', null);
        """
    )
    database.close()
    yield


def refused(spec: str, kind: type[errors.RecliError] = errors.DataError, **options: Any) -> str:
    with pytest.raises(errors.RecliError) as caught:
        load(spec, options)
    assert type(caught.value) is kind
    return str(caught.value)


def test_a_query(triples: Triples) -> None:
    dataset = load("sqlite:///shop.db", {"query": SELECT})
    assert triples(dataset) == EXPECTED
    assert dataset.name == "shop"
    assert {what for what, _, _ in dataset.sniffed} == {"user", "item", "rating", "scale"}


def test_a_table(triples: Triples) -> None:
    roles = {"user": "who", "item": "what", "rating": "stars", "time": "at"}
    dataset = load("sqlite:///shop.db::stars", roles)
    assert triples(dataset) == EXPECTED
    assert dataset.name == "stars"
    assert dataset.ratings.times is not None
    assert dataset.ratings.times.tolist() == [1577872800, 1620259200]
    absolute = f"sqlite:///{Path('shop.db').resolve().as_posix()}::stars"
    assert load(absolute, roles).fingerprint == dataset.fingerprint


def test_signs_that_mean_something_to_drivers(triples: Triples) -> None:
    query = "select 'a:b' as user, '5%' as item, 3 as rating where '10:30' like '%:30'"
    assert triples(load("sqlite:///shop.db", {"query": query})) == [("a:b", "5%", 3.0)]


def test_a_file_that_a_description_names(triples: Triples, monkeypatch) -> None:
    Path("dataset.toml").write_text(
        f'[ratings]\nfile = "sqlite:///shop.db"\nquery = "{SELECT}"\n'
        '[items]\nfile = "sqlite:///shop.db::things"\ntitle = "title"\n',
        encoding="utf-8",
    )
    here = str(Path().resolve())
    Path("elsewhere").mkdir()
    monkeypatch.chdir("elsewhere")
    dataset = load(here)
    assert triples(dataset) == EXPECTED
    assert [dataset.title(code) for code in range(2)] == ["Seven", "100 % Eight"]


def test_added_under_a_name(triples: Triples, monkeypatch) -> None:
    first = load("sqlite:///shop.db", {"query": SELECT})
    add("mine", "sqlite:///shop.db", first, "sqlite:///shop.db::things")
    Path("elsewhere").mkdir()
    monkeypatch.chdir("elsewhere")
    again = load("mine")
    assert triples(again) == EXPECTED
    assert again.title(0) == "Seven"


def test_a_reading_is_found_from_anywhere(triples: Triples, monkeypatch) -> None:
    reading = Reading("sqlite:///shop.db", {"query": SELECT})
    document = reading.document()
    Path("elsewhere").mkdir()
    monkeypatch.chdir("elsewhere")
    assert triples(Reading.of(document).load()) == EXPECTED
    secret = Reading("postgresql://me:hush@host/shop?sslpassword=hush2::stars").document()
    assert secret["spec"] == "postgresql://me@host/shop?sslpassword=***::stars"


def test_bad_rows_are_named_by_their_number() -> None:
    query = "select 'u' as user, 1 as item, 'x' as rating union all select 'v', 2, null"
    message = refused("sqlite:///shop.db", query=query)
    assert "sqlite:///shop.db: 2 of 2 rows cannot be used" in message


def test_several_tables_and_one() -> None:
    message = refused("sqlite:///shop.db")
    assert message == (
        'sqlite:///shop.db: has 2 tables. Name one of them, or ask with `query="select …"`:\n'
        "  sqlite:///shop.db::stars\n  sqlite:///shop.db::things"
    )
    database = sqlite3.connect("one.db")
    database.executescript(
        'create table "my ratings" (user text, item text, rating real);'
        "insert into \"my ratings\" values ('a', 'b', 3), ('a', 'c', 4);"
    )
    database.close()
    assert len(load("sqlite:///one.db").ratings) == 2
    assert len(load("sqlite:///one.db::my ratings").ratings) == 2
    sqlite3.connect("none.db").execute("pragma user_version = 1").connection.close()
    assert "has 0 tables." in refused("sqlite:///none.db")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("select * from absent", "the query fails: no such table: absent."),
        ("select foo from stars", "the query fails: no such column: foo."),
        ("selct 1", 'the query fails: near "selct": syntax error.'),
        ("select who, what, stars from stars where 0", "there is no row in the answer."),
        ("create table x (y)", "the query fails: attempt to write a readonly database."),
        ("begin", "the query gives no table. It should be a SELECT."),
        ("select 'a' as user, 3 as rating", "no column for item. It has 2 columns: user, rating."),
    ],
)
def test_a_query_that_gives_no_ratings(query: str, said: str) -> None:
    message = refused("sqlite:///shop.db", query=query)
    assert message.startswith(f"sqlite:///shop.db: {said}")
    assert "\n" not in message
    database = sqlite3.connect("shop.db")
    names = {row[0] for row in database.execute("select name from sqlite_master")}
    database.close()
    assert names == {"stars", "things"}


def test_a_file_that_is_not_there_is_not_made() -> None:
    message = refused("sqlite:///absent.db::stars", errors.NotFoundError)
    assert message == "sqlite:///absent.db::stars: there is no file absent.db."
    assert not Path("absent.db").exists()
    Path("text.db").write_text("user,item,rating\n" * 100, encoding="utf-8")
    assert "file is not a database" in refused("sqlite:///text.db::stars")


def test_what_is_no_database() -> None:
    message = refused("nosuch://me:hush@host/db", errors.UsageError, query="select 1")
    assert message.startswith(
        "nosuch://me:***@host/db: is neither the URL of a file (https://, s3://"
    )
    assert "hush" not in message
    message = refused("postgresql://me:hush@host:port/db", errors.UsageError)
    assert "hush" not in message
    Path("r.csv").write_text("user,item,rating\nu,a,3\n", encoding="utf-8")
    for spec in ("r.csv", "https://host/r.csv"):
        assert "A query is for a database" in refused(spec, errors.UsageError, query="select 1")
    message = refused("sqlite:///shop.db::stars", errors.UsageError, query="select 1")
    assert "names a table, and there is a query as well" in message


def test_a_driver_that_is_not_installed(monkeypatch) -> None:
    def absent(url: sa.URL) -> sa.Engine:
        raise ModuleNotFoundError("No module named 'psycopg'", name="psycopg")

    monkeypatch.setattr(sa, "create_engine", absent)
    message = refused("postgresql+psycopg://host/db::stars", errors.MissingExtraError)
    assert message == (
        "postgresql+psycopg://host/db::stars needs a package that is not installed or does not work "
        "(No module named 'psycopg'): "
        "pip install 'recli[postgres]'"
    )


def test_a_password_in_the_words_of_a_driver(monkeypatch) -> None:
    def refuse(self: sa.Engine) -> None:
        raise exc.OperationalError("", {}, Exception("no: hush at mysql://me:hush@host\nmore"))

    monkeypatch.setattr(sa.Engine, "connect", refuse)
    url = f"sqlite://me:hush@host/{Path('shop.db').resolve()}"
    monkeypatch.setattr(
        sa, "create_engine", lambda url: sa.engine.create_mock_engine("sqlite://", None)
    )
    monkeypatch.setattr(sa.engine.mock.MockConnection, "dispose", lambda self: None, raising=False)
    monkeypatch.setattr(sa.engine.mock.MockConnection, "connect", refuse)
    message = refused(f"{url}::stars")
    assert message.endswith("::stars: cannot be reached: no: *** at mysql://me:***@host.")
    assert "hush" not in message


def test_the_answer_is_not_twice_in_memory(monkeypatch) -> None:
    monkeypatch.setattr("recli.data.sources.query._BATCH", 1000)
    query = (
        "with recursive n(x) as (select 1 union all select x + 1 from n where x < {}) "
        "select x % 1000 as user, x as item, x % 5 as rating from n"
    )
    load("sqlite:///shop.db", {"query": query.format(2000)})

    def peak(n_rows: int) -> int:
        from recli.data.formats._reader import reader
        from recli.data.sources.locate import locate

        file = locate(Path(), "sqlite:///shop.db", query.format(n_rows))
        source = load("sqlite:///shop.db", {"query": SELECT}).description.ratings
        tracemalloc.start()
        table = reader(file, source).read(file, source)
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert len(table) == n_rows
        return found

    # Arrow's memory, which holds the answer, is not traced: what is traced is a batch.
    assert peak(40_000) < 2 * peak(10_000)
