"""Killed, or refused by the disk, at every change of the file system: nothing finished is lost.

Whatever happened, what is listed can be read, the command can be given again, and then ends with the same
numbers as one that nobody disturbed.
"""

from __future__ import annotations

import csv
import json
import os
import random
import runpy
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from recli.cli import main

PROGRAM = Path(__file__).with_name("faults.py")
FAULTS = runpy.run_path(str(PROGRAM))["Faults"]()
sys.addaudithook(FAULTS)
posix = pytest.mark.skipif(sys.platform == "win32", reason="kills of POSIX")
RATINGS = "user,item,rating\n" + "".join(
    f"u{user},i{item},{1 + (user * item + user) % 5}\n"
    for user in range(14)
    for item in range(9)
    if (user + item) % 4
)
EVENTS = "user_id,item_id,value,event_id\n" + "".join(
    f"u{n},i{n % 4},{1 + n % 5},e{n}\n" for n in range(14)
)


def metrics() -> object:
    """Of the newest run, without times."""
    path = max(Path("results/runs").glob("*/metrics.csv"), key=lambda path: path.stat().st_mtime_ns)
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    return [
        {k: v for k, v in row.items() if not k.endswith(("seconds", "_mib", "ms"))} for row in rows
    ]


def trials() -> object:
    """How many there are: one that was lost in the middle is drawn anew, by another number."""
    [path] = Path("results/studies").glob("*/study.json")
    return len(json.loads(path.read_text())["trials"])


def state(name: str) -> Callable[[], object]:
    def of_model() -> object:
        document = json.loads(Path("results/models", name, "model.json").read_text())
        return document["sha256"]

    return of_model


def lists() -> object:
    """Without the time at which they were made."""
    return [line.rpartition(",")[0] for line in Path("lists.csv").read_text().splitlines()]


def gone() -> object:
    return Path("results/models/mine").exists()


D = ("-d", "ratings.csv", "-q")
TRAIN = ("train", "-a", "svd", *D, "--name", "mine")
BEFORE: dict[str, list[tuple[str, ...]]] = {
    "recommend": [TRAIN],
    "export": [TRAIN],
    "import": [TRAIN, ("models", "export", "mine", "-o", "mine.zip", "-q")],
    "rm": [TRAIN],
    "replace": [("train", "-a", "most-popular", *D, "--name", "mine")],
    "refresh": [TRAIN],
}
COMMANDS: dict[str, tuple[tuple[str, ...], Callable[[], object]]] = {
    "train": (TRAIN, state("mine")),
    "replace": (TRAIN, state("mine")),
    "evaluate": (
        ("evaluate", "-a", "svd", "-a", "most-popular", *D, "--cv", "2", "-j", "1"),
        metrics,
    ),
    "tune": (("tune", "-a", "svd", *D, "--trials", "2", "--cv", "2", "-j", "1"), trials),
    "recommend": (("recommend", "--model", "mine", "--all-users", "-o", "lists.csv", "-q"), lists),
    "export": (
        ("models", "export", "mine", "-o", "mine.zip", "-q"),
        lambda: Path("mine.zip").exists(),
    ),
    "import": (("models", "import", "mine.zip", "--name", "theirs", "-q"), state("theirs")),
    "rm": (("models", "rm", "mine", "--yes", "-q"), gone),
    "refresh": (
        (
            "refresh",
            "--model",
            "mine",
            "--events",
            "events.csv",
            "--min-events",
            "1",
            "--tolerance",
            "9",
            "-q",
        ),
        lambda: state("mine")()["ratings.safetensors"],  # type: ignore[index]
    ),
}
# What was done before the end cannot be done again: there is nothing to remove, the name is taken.
DONE = {"rm": (0, 4), "import": (0, 2)}


def recli(*typed: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, list(typed), prog_name="recli", catch_exceptions=True)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


def prepare(name: str, folder: Path) -> None:
    """Files and models before the command, from a copy where they are there already."""
    kept = folder.parent / f"before-{name}"
    if not kept.exists():
        kept.mkdir()
        os.chdir(kept)
        Path("ratings.csv").write_text(RATINGS)
        Path("events.csv").write_text(EVENTS)
        for typed in BEFORE.get(name, []):
            code, said = recli(*typed)
            assert code == 0, said
    if folder.exists():
        shutil.rmtree(folder)
    shutil.copytree(kept, folder)
    os.chdir(folder)


def check_and_repeat(name: str, expected: object, codes: tuple[int, ...]) -> None:
    for kind in ("runs", "studies", "models"):
        code, said = recli(kind, "list")
        assert code == 0, said
        assert "amaged" not in said, said
    typed, outcome = COMMANDS[name]
    code, said = recli(*typed)
    assert code in codes, said
    assert outcome() == expected, said


def undisturbed(name: str, folder: Path) -> tuple[object, int]:
    """What comes out, and how many changes that takes."""
    prepare(name, folder)
    FAULTS.count = FAULTS.at = 0
    FAULTS.folder = str(folder)
    try:
        code, said = recli(*COMMANDS[name][0])
    finally:
        FAULTS.folder = ""
    assert code == 0, said
    return COMMANDS[name][1](), FAULTS.count


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path / "work"


def places(n: int, name: str, chosen: int) -> list[int]:
    every = list(range(1, n + 1))
    return every if chosen >= n else sorted(random.Random(name).sample(every, chosen))


@pytest.mark.parametrize("error", ["ENOSPC", "EACCES", "EIO"])
@pytest.mark.parametrize("name", COMMANDS)
def test_refused(name, error, folder, rounds):
    if error != "ENOSPC" and not rounds(0, 1) and not os.environ.get("X"):
        pytest.skip("in the long version")
    expected, n_changes = undisturbed(name, folder)
    assert n_changes > 0
    for at in places(n_changes, name, rounds(2, 10**6)):
        prepare(name, folder)
        FAULTS.count, FAULTS.at, FAULTS.what, FAULTS.folder = 0, at, error, str(folder)
        try:
            code, said = recli(*COMMANDS[name][0])
        finally:
            FAULTS.folder = ""
        assert "Traceback" not in said, (at, said)
        assert code in (0, 2, 3), (at, said)
        check_and_repeat(name, expected, DONE.get(name, (0,)))


@posix
@pytest.mark.parametrize("name", COMMANDS)
def test_killed(name, folder, rounds):
    if name not in ("replace", "evaluate") and not rounds(0, 1):
        pytest.skip("in the long version")
    expected, n_changes = undisturbed(name, folder)
    for at in places(n_changes, name, rounds(1, 10**6)):
        prepare(name, folder)
        command = [sys.executable, str(PROGRAM), str(at), "kill", *COMMANDS[name][0]]
        ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
        assert ended.returncode in (0, -9), ended.stderr
        check_and_repeat(name, expected, DONE.get(name, (0,)))
