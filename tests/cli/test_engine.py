"""`--engine`: what is refused before anything is read."""

from __future__ import annotations

import pytest

from recli import memory, registry


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ("data", "check", "--engine", "sparc"),
            "There is no engine 'sparc'. Did you mean 'spark'?",
        ),
        (
            ("data", "check", "--master", "local[2]"),
            "To this machine '--master' and '--conf' say nothing",
        ),
        (("data", "check", "--engine", "spark", "--conf", "x"), "'x' is not NAME=VALUE"),
        (("train", "--engine", "spark"), "--engine spark learns one algorithm: name it with '-a'"),
        (
            ("recommend", "--engine", "spark", "--user", "1"),
            "--engine spark is for lists of many users",
        ),
        (
            ("recommend", "--engine", "spark", "--all-users"),
            "by a stored model: name it with '--model'",
        ),
        (
            ("recommend", "--engine", "spark", "--all-users", "--model", "m", "-o", "lists.csv"),
            "writes a folder of Parquet files",
        ),
    ],
)
def test_what_cannot_be(recli, arguments, said):
    assert said in recli(*arguments, code=2).stderr


@pytest.mark.skipif(registry.installed("spark"), reason="the extra is installed")
@pytest.mark.parametrize("arguments", [("data", "check"), ("train", "-a", "ease"), ("evaluate",)])
def test_without_the_extra(recli, arguments):
    assert "pip install 'recli[spark]'" in recli(*arguments, "--engine", "spark", code=5).stderr


def test_data_that_need_more_memory_are_for_spark(recli, monkeypatch, tmp_path):
    advised = "--engine spark"
    assert advised not in recli("data", "check").stderr
    for name, content in (("max", 1 << 20), ("current", 0), ("stat", "inactive_file 0")):
        (tmp_path / f"memory.{name}").write_text(f"{content}\n", encoding="ascii")
    monkeypatch.setattr(memory, "_CGROUP", tmp_path)
    done = recli("data", "check")
    [first, *_] = done.stderr.splitlines()
    assert first.startswith(
        "Note: To read about 100,000 ratings takes some 13.4 MiB of memory here"
    )
    assert "1 MiB are free. Add '--engine spark', which does not hold" in first
    assert recli("data", "check", "-q").stderr == ""
