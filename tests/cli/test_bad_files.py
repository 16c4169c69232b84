"""The files in tests/bad, each with its exit code and what is said of it."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "bad"
EXPECTED = tomllib.loads((FOLDER / "expected.toml").read_text(encoding="utf-8"))
CHECK = "data check FILE"


def test_every_file_is_expected():
    there = {path.name for path in FOLDER.iterdir() if path.name != "expected.toml"}
    assert there == set(EXPECTED["files"])
    assert len(there) >= 60


@pytest.mark.parametrize("name", EXPECTED["files"])
def test_it_is_told(recli, name):
    source = FOLDER / name
    (shutil.copytree if source.is_dir() else shutil.copy)(source, name)
    rows = (f"u{user},i{item},{1 + (user * item) % 5}" for user in range(12) for item in range(8))
    Path("films.csv").write_text("\n".join(["user,item,rating", *rows, ""]), encoding="utf-8")
    [typed] = [line for begin, line in EXPECTED["typed"].items() if name.startswith(begin)] or [
        CHECK
    ]
    if "--model films" in typed:
        recli("train", "-a", "most-popular", "-d", "films.csv", "--name", "films")
    code, said = EXPECTED["files"][name]
    shown = recli(*typed.replace("FILE", name).split(), code=code)
    assert said in shown.stderr.partition("Error: ")[2]
    assert shown.stdout == "" and "Traceback" not in shown.stderr
