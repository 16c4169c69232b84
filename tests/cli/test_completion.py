"""Completion scripts, and what they complete."""

from __future__ import annotations

import os

import pytest
from click.shell_completion import ShellComplete

from recli.cli import main


def complete(*typed: str) -> list[str]:
    *before, incomplete = typed
    found = ShellComplete(main, {}, "recli", "_RECLI_COMPLETE").get_completions(before, incomplete)
    return [item.value for item in found]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
@pytest.mark.filterwarnings("ignore:Couldn't detect Bash version")
def test_the_script_asks_recli(recli, shell):
    script = recli("completion", shell).stdout
    assert "_RECLI_COMPLETE" in script
    assert f"{shell}_complete" in script


def test_commands():
    assert complete("ev") == ["evaluate"]
    assert complete("data", "ch") == ["check"]
    assert complete("list", "algo") == ["algorithms"]


def test_algorithms():
    names = ["knn-baseline", "knn-basic", "knn-with-means", "knn-with-zscore"]
    assert complete("evaluate", "-a", "kn") == names
    assert complete("show", "algorithm", "svd") == ["svd", "svdpp"]


def test_metrics():
    assert complete("evaluate", "--metric", "nd") == ["ndcg"]
    assert complete("show", "metric", "rm") == ["rmse"]


def test_splits():
    assert complete("show", "split", "cold") == ["cold-items", "cold-users"]


def test_datasets(recli, tiny):
    recli("data", "add", tiny / "ratings.csv", "--name", "mine")
    assert complete("evaluate", "-d", "mi") == ["mind-small", "mine"]
    assert complete("evaluate", "-d", "ml-") == [
        *("ml-100k", "ml-10m", "ml-1m", "ml-20m", "ml-25m", "ml-32m"),
        *("ml-latest", "ml-latest-small"),
    ]
    assert complete("data", "check", "movielens") == ["movielens-small"]


def test_models(recli, tiny, monkeypatch):
    assert complete("recommend", "--model", "") == []
    recli("train", "-a", "baseline-only", "-d", tiny, "--name", "first")
    recli("train", "-a", "baseline-only", "-d", tiny, "--name", "other", "--results", "elsewhere")
    assert complete("recommend", "--model", "") == ["first"]
    assert complete("recommend", "--results", "elsewhere", "--model", "") == ["other"]
    monkeypatch.setenv("RECLI_RESULTS", "elsewhere")
    assert complete("recommend", "--model", "") == ["other"]


def test_through_the_shell(recli):
    env = {"COMP_WORDS": "recli evaluate -a slo", "COMP_CWORD": "3"}
    result = recli(env={**os.environ, **env, "_RECLI_COMPLETE": "bash_complete"})
    assert result.stdout == "plain,slope-one\n"
