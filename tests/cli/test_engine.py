"""`--engine`: what is refused before anything is read."""

from __future__ import annotations

import pytest

from recli import registry


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
