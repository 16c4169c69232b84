"""What every test has: a folder of its own to stand in, no datasets of the user, a tiny dataset."""

from __future__ import annotations

import csv
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import hypothesis
import pytest

from recli import registry
from recli.cli import main

hypothesis.settings.register_profile("recli", deadline=None)
hypothesis.settings.load_profile("recli")

MOVIELENS = Path(__file__).parents[1] / "datasets" / "movielens-small"
TINY_TOML = """\
name = "tiny"
title = "30 users × 25 films of MovieLens"

[ratings]
file = "ratings.csv"
user = "userId"
item = "movieId"
rating = "rating"
time = "timestamp"
scale = [0.5, 5.0]
time_unit = "s"

[items]
file = "movies.csv"
id = "movieId"
title = "title"

[items.features]
genres = { kind = "categories", separator = "|" }
year = { kind = "number" }
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what is tested of an algorithm whose extra is not installed."""
    extras = {name: registry.extra_of("algorithm", name) for name in registry.names("algorithm")}
    missing = {name: extra for name, extra in extras.items() if not registry.installed(extra)}
    for item in items:
        parameters = item.callspec.params.values() if hasattr(item, "callspec") else ()
        for name in missing.keys() & {value for value in parameters if isinstance(value, str)}:
            reason = f"the extra '{missing[name]}' is not installed"
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RECLI_DATASETS", str(tmp_path / "own-datasets"))
    monkeypatch.delenv("RECLI_RESULTS", raising=False)


@pytest.fixture
def own_module(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[str, str], None]]:
    """Writes a module of the user's own, by name and text, which is forgotten when the test ends."""
    written = []

    def write(name: str, text: str) -> None:
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
        monkeypatch.syspath_prepend(tmp_path)  # which forgets what import has found there
        written.append(name)

    yield write
    for name in written:
        sys.modules.pop(name, None)


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dataset folder: the 25 films rated most, the first 30 users who rated 8 of them or more."""
    ratings, movies = _table("ratings.csv"), _table("movies.csv")
    most = Counter(row["movieId"] for row in ratings).most_common(25)
    items = {item for item, _ in most}
    ratings = [row for row in ratings if row["movieId"] in items]
    rated = Counter(row["userId"] for row in ratings)
    users = [user for user, n in rated.items() if n >= 8][:30]
    folder = tmp_path_factory.mktemp("datasets") / "tiny"
    folder.mkdir()
    _write(folder / "ratings.csv", [row for row in ratings if row["userId"] in users])
    _write(folder / "movies.csv", [row for row in movies if row["movieId"] in items])
    (folder / "dataset.toml").write_text(TINY_TOML, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def commands() -> dict[str, click.Command]:
    """Every command and group, by what is typed: `recli`, `recli data`, `recli data check`, …"""
    return dict(_walk("recli", main))


def _walk(path: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            yield from _walk(f"{path} {name}", inner)


def _table(name: str) -> list[dict[str, str]]:
    with (MOVIELENS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
