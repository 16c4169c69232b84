"""A named place that is a symbolic link: what it points to is written, by every command."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

COMMANDS = {
    "lists.csv": "recommend --model mine --all-users -o {}",
    "lists.tsv": "recommend --model mine --all-users -o {}",
    "lists.jsonl": "recommend --model mine --user 42 -o {}",
    "lists.parquet": "recommend --model mine --user 42 -o {}",
    "lists.db": "recommend --model mine --user 42 -o {}",
    "mine.zip": "models export mine -o {}",
    "report.html": "report latest --format html --output {}",
    "report.md": "report latest --format markdown --output {}",
    "ratings.csv": "data convert tiny.csv {} --force",
    "ratings.parquet": "data convert tiny.csv {} --force",
    "ratings.tsv": "data convert tiny.csv {} --to surprise --force",
    "dataset": "data convert tiny.csv {} --force",
    "lenskit": "data convert tiny.csv {} --to lenskit --force",
    "recbole": "data convert tiny.csv {} --to recbole --force",
    "folds": "export folds -d tiny.csv --output {}",
    "vectors": "export embeddings --model mine --output {}",
    "container": "export docker {} --model mine",
    "watch": "export monitoring {}",
}


@pytest.mark.parametrize("name", COMMANDS)
def test_what_a_link_points_to_is_written(name, recli):
    rows = [f"u{user},i{item},{1 + (user * item) % 5}\n" for user in range(12) for item in range(8)]
    rows.append("42,i0,5\n")
    Path("tiny.csv").write_text("user,item,rating\n" + "".join(rows), encoding="utf-8")
    if "report" in name:
        recli("evaluate", "-a", "most-popular", "-d", "tiny.csv", "-q")
    if "mine" in COMMANDS[name]:
        recli("train", "-a", "svd", "-p", "n_factors=2", "-d", "tiny.csv", "--name", "mine", "-q")
    link, there = Path(name), Path("elsewhere", name)
    there.parent.mkdir()
    link.symlink_to(there)
    typed = COMMANDS[name].format(name).split()
    recli(*typed)
    assert link.is_symlink()
    assert os.listdir(there.parent) == [name]
    first = there.stat()
    recli(*typed)
    assert link.is_symlink()
    assert os.listdir(there.parent) == [name]
    assert (there.stat().st_ino, there.stat().st_mtime_ns) != (first.st_ino, first.st_mtime_ns)
