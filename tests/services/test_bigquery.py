"""Ratings from BigQuery and lists into it, by an emulator that is in an environment of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from recli import errors
from recli.cli import main
from recli.data.load import load

pytestmark = [
    pytest.mark.services,
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
# The emulator loads this extension of DuckDB from the user's folder, which has to have it.
LAY_DOWN = """
import glob, os, shutil, duckdb, duckdb_extension_spatial as spatial
[(platform,)] = duckdb.connect().execute("pragma platform").fetchall()
folder = os.path.expanduser(f"~/.duckdb/extensions/v{duckdb.__version__}/{platform}")
os.makedirs(folder)
[found] = glob.glob(os.path.dirname(spatial.__file__) + "/extensions/*/spatial.duckdb_extension")
shutil.copy(found, folder)
"""
N_USERS, N_ITEMS = 40, 30
ROWS = [
    (u, i, 1 + (u * 7 + i * 3) % 5) for u in range(N_USERS) for i in range(N_ITEMS) if (u + i) % 4
]


@pytest.fixture(scope="module")
def emulator(running, free_port, tmp_path_factory) -> str:
    program = shutil.which("bqemulator")
    if program is None:
        pytest.skip("bqemulator is not installed: 'make test-services' does it")
    pytest.importorskip("google.cloud.bigquery")
    home = tmp_path_factory.mktemp("home")
    python = Path(program).with_name("python")
    environment = os.environ | {"HOME": str(home)}
    subprocess.run([python, "-c", LAY_DOWN], check=True, env=environment)
    port = free_port()
    command = [program, "start", "--rest-port", port, "--grpc-port", free_port()]
    with running(command, f"http://127.0.0.1:{port}/healthz", HOME=str(home)):
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def shop(emulator, monkeypatch) -> str:
    """The URL of a dataset with a table of ratings and an empty one."""
    from google.auth.credentials import AnonymousCredentials
    from google.cloud import bigquery

    monkeypatch.setenv("BIGQUERY_EMULATOR_HOST", emulator)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    client = bigquery.Client("tests", AnonymousCredentials())
    client.delete_dataset("shop", delete_contents=True, not_found_ok=True)
    client.create_dataset("shop")
    for statement in (
        "create table shop.stars (user_id int64, item_id string, rating float64)",
        "create table shop.nothing (user_id int64, item_id string, rating float64)",
        "insert into shop.stars values " + ", ".join(f"({u}, 'i{i}', {r})" for u, i, r in ROWS),
    ):
        client.query(statement).result()
    client.close()
    return "bigquery://tests/shop"


def refused(spec: str, query: str | None = None) -> str:
    with pytest.raises(errors.RecliError) as caught:
        load(spec, {"query": query} if query else {})
    return str(caught.value)


def test_a_table_and_a_query_give_what_a_file_would(shop, monkeypatch) -> None:
    monkeypatch.setattr("recli.data.sources.bigquery._BATCH", 100)
    lines = ["user_id,item_id,rating", *(f"{u},i{i},{r}" for u, i, r in ROWS)]
    Path("stars.csv").write_text("\n".join(lines), encoding="utf-8")
    expected = load("stars.csv")
    assert len(expected.ratings) == 900
    query = "select * from stars order by user_id, cast(substr(item_id, 2) as int64)"
    assert load(shop, {"query": query}).fingerprint == expected.fingerprint
    assert len(load(f"{shop}::stars").ratings) == 900


def test_what_is_not_there(shop) -> None:
    assert refused(f"{shop}::absent").startswith(f"{shop}::absent: Not found: Table")
    assert "Syntax error" in refused(shop, "selct 1")
    assert refused(f"{shop}::nothing") == f"{shop}::nothing: there is no row in the answer."
    message = refused(shop)
    assert message.startswith(f"{shop}: has 2 tables. Name one of them")
    assert f"\n  {shop}::stars" in message
    assert "is not of the form bigquery://PROJECT/DATASET" in refused("bigquery://tests::stars")


def test_lists_go_into_it_whole_or_not_at_all(shop, monkeypatch) -> None:
    from click.testing import CliRunner

    from recli.data.sources.bigquery import connected
    from recli.ranking.writers.jsonl import JSONLines

    typed = ["recommend", "-d", f"{shop}::stars", "--all-users", "-n", "3", "-o", shop]
    for times in (1, 2):
        done = CliRunner().invoke(main, typed, catch_exceptions=False)
        assert done.exit_code == 0, done.output
        with connected(shop) as (client, _):
            answer = client.query(
                "select count(*), count(distinct user), min(rank), max(rank), min(item) "
                "from shop.recommendations"
            ).result()
            [found] = [row.values() for row in answer]
        assert found == (times * N_USERS * 3, N_USERS, 1, 3, found[4])
        assert found[4].startswith("i")
    real = JSONLines._into

    def broken(self, file, schema):
        into = real(self, file, schema)
        file.write(b'{"user": "half')
        return into

    monkeypatch.setattr(JSONLines, "_into", broken)
    done = CliRunner().invoke(main, typed, catch_exceptions=False)
    assert done.exit_code == 2
    with connected(shop) as (client, _):
        [row] = client.query("select count(*) from shop.recommendations").result()
    assert row.values() == (2 * N_USERS * 3,)
    elsewhere = [*typed[:-1], "bigquery://tests/absent"]
    done = CliRunner().invoke(main, elsewhere, catch_exceptions=False)
    assert done.exit_code == 4
    assert "bigquery://tests/absent: Not found" in done.output
