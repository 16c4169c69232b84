"""Several categories in a cell, written as a list or between separators."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from recli.data import add, find
from recli.data.description import Feature
from recli.data.load import load
from recli.data.tables.features import matrix
from recli.data.tables.items import parts

Write = Callable[..., Path]
GENRES = Feature("genres", "categories", "genres")


@pytest.mark.parametrize(
    "text",
    [
        '["Sci-Fi", "War, cold", "It\'s"]',
        "['Sci-Fi', 'War, cold', \"It's\"]",
        '[u"Sci-Fi", "War, cold", "It\'s"]',
        ' ["Sci-Fi",["War, cold","It\'s"], null] ',
        '[{"id": 1, "name": "Sci-Fi"}, {"id": 2, "name": "War, cold"}, {"name": "It\'s"}]',
        "[{'id': 1, 'name': 'Sci-Fi'}, {'id': 2, 'name': 'War, cold'}, {'name': \"It's\"}]",
        "Sci-Fi|War, cold| It's |",
    ],
)
def test_lists_of_any_kind(text: str) -> None:
    assert parts(text, GENRES) == ["Sci-Fi", "War, cold", "It's"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", []),
        ("[]", []),
        ("[None]", []),
        ("[1, 2.5]", ["1", "2.5"]),
        ("['Action' 'Sci Fi']", ["Action", "Sci Fi"]),  # as NumPy prints an array
        ("['Action'\n 'Drama']", ["Action", "Drama"]),
        ("[REC]", ["[REC]"]),
        ("[open|x]", ["[open", "x]"]),
        ("[__import__('os').getcwd()]", ["[__import__('os').getcwd()]"]),
        ("[" * 10_000 + "]" * 10_000, ["[" * 10_000 + "]" * 10_000]),
    ],
)
def test_what_is_a_list_and_what_is_not(text: str, wanted: list[str]) -> None:
    assert parts(text, GENRES) == wanted


@pytest.mark.parametrize(
    ("separator", "written"),
    [
        ("|", "|".join),
        (";", ";".join),
        (",", ", ".join),
        (" / ", " / ".join),
        ("|", lambda labels: str(labels)),
        ("|", lambda labels: "[" + ", ".join(f'""{label}""' for label in labels) + "]"),
    ],
)
def test_an_item_table_that_is_added(
    write: Write,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    separator: str,
    written: Callable[[list[str]], str],
) -> None:
    monkeypatch.setenv("RECLI_DATASETS", str(tmp_path / "own"))
    labels = [["A/B", "Crime"], ["Crime"], ["War", "A/B"], ["War"], ["Crime", "War"], ["A/B"]] * 2
    ratings = write("user,item,rating\n" + "".join(f"u{n % 3},{n},{n % 5}\n" for n in range(12)))
    items = write(
        "item,genres\n" + "".join(f'{n},"{written(one)}"\n' for n, one in enumerate(labels)),
        "items.csv",
    )
    add.add("mine", ratings, load(str(ratings)), items)
    toml = tomllib.loads((find.user_folder() / "mine" / "dataset.toml").read_text("utf-8"))
    assert toml["items"]["features"]["genres"] == {"kind": "categories", "separator": separator}
    loaded = load("mine").items
    assert loaded is not None
    found, names = matrix(loaded)
    assert names == ["genres=A/B", "genres=Crime", "genres=War"]
    order = [int(text) for text in loaded.ids.text]
    by_hand = [[name.partition("=")[2] in labels[n] for name in names] for n in order]
    assert np.array_equal(found.toarray() > 0, np.array(by_hand))
