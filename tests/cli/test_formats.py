"""Every command in every format: results on stdout alone, messages on stderr."""

from __future__ import annotations

import csv
import io
import json

import pytest

FORMATS = ("table", "json", "csv", "markdown")
EVALUATE = ("evaluate", "-a", "baseline-only", "-a", "svd", "--cv", "2", "--jobs", "1")
TUNE = ("tune", "-a", "svd", "-p", "n_epochs=2", "--cv", "2", "--trials", "2", "--jobs", "1")


def check_format(text: str, output_format: str) -> None:
    if output_format == "json":
        json.loads(text)
    elif output_format == "csv":
        rows = list(csv.reader(io.StringIO(text)))
        assert len(rows) > 1
        assert len({len(row) for row in rows}) == 1
    elif output_format == "markdown":
        lines = text.splitlines()
        assert set(lines[1]) <= set("|-")
        assert all(line.startswith("| ") and line.endswith(" |") for line in [lines[0], *lines[2:]])
    assert "\x1b" not in text
    assert not any(line.endswith(" ") for line in text.splitlines())


@pytest.mark.parametrize("output_format", FORMATS)
@pytest.mark.parametrize(
    "command",
    [EVALUATE, TUNE, ("recommend", "--user", "42", "-n", "3")],
    ids=lambda command: command[0],
)
def test_jobs(recli, tiny, command, output_format):
    command = (*command, "-d", tiny, "--format", output_format)
    result = recli(*command)
    check_format(result.stdout, output_format)
    assert "tiny: 30 users × 25 items" in result.stderr
    assert "Written to results" in result.stderr
    assert "Written" not in result.stdout
    assert recli(*command, "--quiet").stderr == ""


@pytest.mark.parametrize("output_format", FORMATS)
@pytest.mark.parametrize(
    "command",
    [
        *(("list", what) for what in ("algorithms", "metrics", "splits", "datasets", "formats")),
        ("data", "list"),
        ("show", "algorithm", "SVD++"),
        ("show", "split", "KFold"),
    ],
    ids=" ".join,
)
def test_listings(recli, command, output_format):
    result = recli(*command, "--format", output_format)
    check_format(result.stdout, output_format)
    assert result.stderr == ""


@pytest.mark.parametrize("output_format", ("table", "json"))
@pytest.mark.parametrize(
    "command",
    [
        ("train", "-a", "svd", "-d"),
        ("data", "check"),
        ("data", "show"),
        ("data", "add", "--name", "mine"),
    ],
    ids=lambda command: " ".join(command[:2]),
)
def test_documents(recli, tiny, command, output_format):
    place = tiny / "ratings.csv" if "add" in command else tiny
    result = recli(*command, place, "--format", output_format)
    check_format(result.stdout, output_format)
    assert "30 users × 25 items" in result.stderr


@pytest.mark.parametrize(
    "command", [("train", "-a", "svd", "-d"), ("data", "check"), ("data", "show")], ids=" ".join
)
def test_quiet_documents(recli, tiny, command):
    result = recli(*command, tiny, "-q")
    assert result.stderr == ""
    assert result.stdout


def test_show_metric(recli):
    assert (
        json.loads(recli("show", "metric", "nDCG", "--format", "json").stdout)["metric"] == "ndcg"
    )
    assert ">>>" not in recli("show", "metric", "ndcg").stdout


def test_lists_name_everything_registered(recli):
    from recli import registry

    for kind in ("algorithm", "metric", "format"):
        listed = json.loads(recli("list", f"{kind}s", "--format", "json").stdout)
        assert tuple(row[kind] for row in listed) == registry.names(kind)


def test_parameters_of_an_algorithm_are_shown(recli):
    from recli.algorithms import declared

    document = json.loads(recli("show", "algorithm", "KNNBaseline", "--format", "json").stdout)
    names = [parameter["name"] for parameter in document["parameters"]]
    assert names == [parameter.name for parameter in declared("knn-baseline")]


def test_a_pipe_gets_no_rules_and_no_narrow_columns(recli):
    text = recli("list", "algorithms").stdout
    lines = [line for line in text.splitlines() if line]
    assert len(lines) == len(set(lines))
    assert "─" not in text
    assert "…" not in text
