"""Ratings from a real PostgreSQL and from DuckDB by query, and lists into them."""

from __future__ import annotations

import gc
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from recli import errors
from recli.data.load import load
from recli.data.sources.locate import locate

pytestmark = [
    pytest.mark.services,
    # What a connection that breaks leaves open.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
QUERY = "select user_id, item_id, rating, at from stars where rating > 1 order by at"


@pytest.fixture(scope="module")
def shop(server) -> str:
    """The address of a database with a table of 120,000 ratings."""
    engine = sa.create_engine(server.url)
    with engine.begin() as connection:
        for statement in (
            "create table stars (user_id integer, item_id uuid, rating numeric(3, 1), at timestamptz)",
            "insert into stars select n %% 600, md5((n / 600)::text)::uuid, 1 + (n * 7 %% 9) * 0.5, "
            "'2020-01-01 00:00:00.25+00'::timestamptz + n * interval '1 second' "
            "from generate_series(0, 119999) n",
            "create role guarded login password 'right'",
            "grant select on stars to guarded",
        ):
            connection.exec_driver_sql(statement)
    engine.dispose()
    return server.url


def refused(spec: str, query: str | None = QUERY, kind: type[Exception] = errors.DataError) -> str:
    with pytest.raises(errors.RecliError) as caught:
        load(spec, {"query": query})
    assert type(caught.value) is kind
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_query_gives_what_a_file_would(shop) -> None:
    engine = sa.create_engine(shop)
    with engine.connect() as connection:
        rows = connection.exec_driver_sql(QUERY).all()
    engine.dispose()
    assert len(rows) > 100_000
    lines = ["user_id,item_id,rating,at", *(f"{u},{i},{r},{t.isoformat()}" for u, i, r, t in rows)]
    Path("stars.csv").write_text("\n".join(lines), encoding="utf-8")
    expected = load("stars.csv", {"scale": (1.0, 5.0)})
    found = load(shop, {"query": QUERY, "scale": (1.0, 5.0)})
    assert found.fingerprint == expected.fingerprint
    assert load(f"{shop}::public.stars").ratings.n_users == 600


def test_rows_come_in_batches(shop) -> None:
    batches = locate(Path(), shop, QUERY).batches()
    names, first = next(batches)
    assert names == ["user_id", "item_id", "rating", "at"]
    engine = sa.create_engine(shop)
    with engine.connect() as connection:
        cursors = connection.exec_driver_sql("select statement from pg_cursors").all()
        waiting = connection.exec_driver_sql(
            "select query from pg_stat_activity where query like '%%FETCH%%' and pid <> pg_backend_pid()"
        ).all()
    engine.dispose()
    assert cursors == []  # of another session
    assert len(waiting) == 1
    assert len(first) == 50_000
    assert sum(len(rows) for _, rows in batches) > 50_000


def test_a_wrong_password(shop) -> None:
    url = shop.replace("recli@", "guarded:right@")
    assert load(url, {"query": QUERY}).ratings.n_users == 600
    message = refused(url.replace("right", "hush-hush"))
    assert "cannot be reached: " in message
    assert 'password authentication failed for user "guarded"' in message
    assert "hush-hush" not in message
    assert "guarded:***@" in message


def test_what_is_not_there(shop, free_port) -> None:
    assert 'relation "absent" does not exist' in refused(shop, "select * from absent")
    assert 'column "foo" does not exist' in refused(shop, "select foo from stars")
    assert 'database "nowhere" does not exist' in refused(shop.replace("/postgres", "/nowhere"))
    assert "there is no row in the answer" in refused(
        shop, f"{QUERY.partition(' order')[0]} limit 0"
    )
    away = f"postgresql+psycopg://me:hush@127.0.0.1:{free_port()}/db"
    message = refused(away)
    assert message.startswith(f"{away.replace('hush', '***')}: cannot be reached: ")
    assert "hush" not in message


def test_a_query_changes_nothing(shop) -> None:
    message = refused(shop, "delete from stars returning user_id, item_id, rating")
    assert "the query fails" in message
    assert load(f"{shop}::stars").ratings.n_users == 600


def test_lists_go_into_it(shop) -> None:
    typed = ["recommend", "-d", shop, "--query", QUERY, "--all-users", "-n", "3", "-o", shop]
    done = subprocess.run(
        [sys.executable, "-m", "recli", *typed], capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    engine = sa.create_engine(shop)
    with engine.connect() as connection:
        [(n_rows, n_users)] = connection.exec_driver_sql(
            'select count(*), count(distinct "user") from recommendations'
        ).all()
    engine.dispose()
    # The others have rated all 200 items above 1: of n * 7 % 9, they meet no 0.
    assert (n_rows, n_users) == (600, 200)


def test_duckdb() -> None:
    duckdb = pytest.importorskip("duckdb")
    pytest.importorskip("duckdb_engine")
    with duckdb.connect("shop.duckdb") as database:
        database.execute(
            "create table stars as select n % 20 as user_id, n // 20 as item_id, "
            "(1 + n % 5)::decimal(3, 1) as rating, timestamp '2020-01-01' + to_seconds(n) as at "
            "from range(600) t(n)"
        )
        database.execute("copy stars to 'stars.parquet'")
    found = load("duckdb:///shop.duckdb::stars")
    assert (found.ratings.n_users, found.ratings.n_items, len(found.ratings)) == (20, 30, 600)
    assert found.ratings.values[:6].tolist() == [1, 2, 3, 4, 5, 1]
    files = load("duckdb:///:memory:", {"query": "select * from 'stars.parquet' where user_id < 7"})
    assert files.ratings.n_users == 7
    assert "does not exist" in refused("duckdb:///shop.duckdb", "select * from absent")
    message = refused("duckdb:///shop.duckdb", "drop table stars")
    assert "read-only" in message
    missing = refused("duckdb:///absent.duckdb::x", kind=errors.NotFoundError, query=None)
    assert missing.endswith("there is no file absent.duckdb.")
    assert not Path("absent.duckdb").exists()


def test_a_server_that_goes_away_in_the_middle(shop, server) -> None:
    batches = locate(Path(), shop.replace("recli@", "recli:hush@"), QUERY).batches()
    next(batches)
    server.stop()
    try:
        with pytest.raises(errors.DataError, match="the answer broke off: ") as caught:
            for _ in batches:
                pass
    finally:
        server.start()
    assert "hush" not in str(caught.value)
    assert load(f"{shop}::stars").ratings.n_users == 600
    del caught, batches
    gc.collect()
