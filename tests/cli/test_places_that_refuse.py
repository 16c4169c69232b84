"""Full disks, closed and full streams, names that are no text, and memory that runs out."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import safetensors.numpy
from safetensors import SafetensorError

FULL = Path("/dev/full")  # of Linux: nothing can be written to it
needs_full = pytest.mark.skipif(not FULL.exists(), reason="there is no /dev/full")
posix = pytest.mark.skipif(sys.platform == "win32", reason="a shell of POSIX")
RATINGS = "user,item,rating\n" + "".join(
    f"u{user},i{item},{1 + (user * item) % 5}\n" for user in range(12) for item in range(8)
)


def shell(line: str) -> subprocess.CompletedProcess[str]:
    """What a shell makes of `recli` in a line."""
    command = line.replace("recli", f"'{sys.executable}' -m recli")
    return subprocess.run(
        ["sh", "-c", command], capture_output=True, text=True, check=False, timeout=300
    )


@needs_full
@pytest.mark.parametrize(
    "typed", ["list algorithms", "data check", "--help", "train --help", "--version"]
)
def test_nothing_can_be_printed(typed, tiny):
    where = f"'{tiny}'" if typed == "data check" else ""
    ended = shell(f"recli {typed} {where} > {FULL}")
    assert ended.returncode == 2
    last = ended.stderr.splitlines()[-1]
    assert last == "Error: the output cannot be written: No space left on device."
    assert "Traceback" not in ended.stderr


@needs_full
@pytest.mark.parametrize("stream", [f"2> {FULL}", "2>&-"])
def test_a_mistake_that_cannot_be_told_has_its_code(stream):
    ended = shell(f"recli train -a svdd {stream}")
    assert (ended.returncode, ended.stdout, ended.stderr) == (2, "", "")


@posix
def test_what_is_printed_into_a_closed_stream_is_for_nobody():
    Path("ratings.csv").write_text(RATINGS)
    ended = shell("recli evaluate -a most-popular -d ratings.csv --scale 1:5 >&- 2>&-")
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
    assert shell("recli runs list").stdout.count("most-popular") == 2  # the line-up and the best


@posix
def test_a_reader_that_has_seen_enough():
    ended = shell("(recli list algorithms; echo $? >&2) | head -c 1")
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("typed", ["data check", "train -a svd -d", "runs list --results"])
def test_a_name_that_is_not_utf_8(recli, typed):
    name = os.fsdecode(b"r\xff.csv")
    said = recli(*typed.split(), name, code=2).stderr
    assert "is not UTF-8" in said and "Rename the file or folder, or name a link to it." in said


@posix
def test_a_folder_whose_name_is_not_utf_8():
    folder = os.fsdecode(b"r\xff")
    try:
        Path(folder).mkdir()
    except OSError:
        pytest.skip("these files have names of characters only")
    Path(folder, "ratings.csv").write_text(RATINGS)
    for typed in (
        "evaluate -a most-popular -d ratings.csv --scale 1:5",
        "runs show latest",
        "reproduce latest",
        "train -a most-popular -d ratings.csv --scale 1:5 --name mine",
        "recommend --model mine --user u3",
    ):
        ended = subprocess.run(
            [sys.executable, "-m", "recli", *typed.split()],
            cwd=folder,
            capture_output=True,
            check=False,
        )
        assert ended.returncode == 0, ended.stderr


def test_a_disk_that_is_full_when_a_model_is_written(recli, tiny, monkeypatch):
    recli("train", "-a", "most-popular", "-d", tiny, "--name", "mine")
    before = recli("models", "show", "mine").stdout

    def full(*_):
        raise SafetensorError("I/O error: No space left on device (os error 28)")

    with monkeypatch.context() as patch:
        patch.setattr(safetensors.numpy, "save_file", full)
        said = recli("train", "-a", "svd", "-d", tiny, "--name", "mine", code=2).stderr
    assert "models/mine cannot be written: I/O error: No space left on device" in said.replace(
        "\\", "/"
    )
    assert recli("models", "show", "mine").stdout == before
    assert os.listdir("results/models") == ["mine"]


def test_memory_that_runs_out(recli, tiny, monkeypatch):
    from recli.algorithms.most_popular import MostPopular

    def greedy(self, trainset):
        raise MemoryError("Unable to allocate 9.31 GiB for an array")

    monkeypatch.setattr(MostPopular, "fit", greedy)
    advice = (
        "Memory ran out: Unable to allocate 9.31 GiB for an array. Give the process more, or ask"
    )
    assert advice in recli("train", "-a", "most-popular", "-d", tiny, code=2).stderr
    said = recli("evaluate", "-a", "most-popular", "-d", tiny, "-j", "1", code=2).stderr
    assert advice in said and "Traceback" not in said


@pytest.mark.parametrize("number", ["1e308", "99999999999999999999", "9223372036854775807"])
def test_more_epochs_than_can_be_counted(recli, tiny, number):
    said = recli("train", "-a", "svd", "-d", tiny, "-p", f"n_epochs={number}", code=2).stderr
    assert f"Parameter n_epochs={number} is not valid: a whole number is at most" in said


TOO_LONG = "a" * 5000
LONG_NAMES = [
    f"data check {TOO_LONG}",
    f"evaluate -d {TOO_LONG}.csv",
    f"models show {TOO_LONG}",
    f"runs show {TOO_LONG}",
    f"studies show {TOO_LONG}",
    f"compare {TOO_LONG} {TOO_LONG}",
    f"models import {TOO_LONG}",
    f"evaluate -a most-popular -d ratings.csv --predictions x={TOO_LONG}",
    f"train -a most-popular -d ratings.csv --results {TOO_LONG}",
]


@pytest.mark.parametrize(
    "typed", LONG_NAMES, ids=[typed.replace(TOO_LONG, "…") for typed in LONG_NAMES]
)
def test_a_name_that_no_file_can_have(recli, typed):
    Path("ratings.csv").write_text(RATINGS, encoding="utf-8")
    said = recli(*typed.split(), code=2).stderr.partition("Error: ")[2]
    assert said.startswith("…aaa") and ": File name too long." in said
