"""`recli runs`: what it prints, what it removes, and what it says to a wrong name."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
from pathlib import Path

import pytest

from recli import memory


@pytest.fixture
def two(recli, tiny):
    """Two runs in `results`; their names, the older first."""

    def run(*typed: str) -> str:
        given = ("-d", tiny, "--cv", 2, "-j", 1, "--metric", "rmse", "--metric", "ndcg@5")
        return json.loads(recli("evaluate", *typed, *given, "--format", "json").stdout)["run"]

    runs = [
        run("-a", "baseline-only"),
        run("-a", "baseline-only", "-a", "slope-one", "--seed", "1"),
    ]
    # Within a second the random end of the name decides which is newer: make it the second.
    for name, begin in zip(runs, ("20260101", "20260102"), strict=True):
        folder = Path("results/runs", name)
        document = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        document["id"] = begin + name[8:]
        del document["seal"]
        (folder / "run.json").write_text(json.dumps(document), encoding="utf-8")
        folder.rename(folder.with_name(document["id"]))
    return [begin + name[8:] for name, begin in zip(runs, ("20260101", "20260102"), strict=True)]


def test_a_repeated_command_says_what_was_there(recli, tiny):
    typed = ("evaluate", "-a", "baseline-only", "-d", tiny, "--cv", 2, "-j", 1)
    first, second = recli(*typed), recli(*typed)
    told = "2 of 2 cells were there already (--fresh computes anew)"
    assert told not in first.stderr
    assert told in second.stderr
    assert first.stdout == second.stdout  # times too: they are those of the making
    assert told not in recli(*typed, "--fresh").stderr


def test_list(recli, two):
    rows = recli("runs", "list").stdout.splitlines()
    header = ["run", "when", "dataset", "split", "algorithms", "best", "status", "seconds"]
    assert rows[0].split() == header
    assert [row.split()[0] for row in rows[1:]] == two[::-1]
    assert "k-fold:n_splits=2" in rows[1]
    assert "slope-one" in rows[1]
    assert "finished" in rows[1]
    newest, oldest = json.loads(recli("runs", "list", "--format", "json").stdout)
    assert newest["algorithms"] == ["baseline-only", "slope-one"]
    shown = json.loads(recli("runs", "show", two[0], "--format", "json").stdout)
    mean = shown["results"][0]["metrics"]["rmse"]["mean"]
    assert oldest["best"] == {"algorithm": "baseline-only", "metric": "rmse", "value": mean}
    assert (
        len(list(csv.DictReader(io.StringIO(recli("runs", "list", "--format", "csv").stdout)))) == 2
    )
    assert recli("runs", "list", "--format", "markdown").stdout.startswith("| run")


def test_list_of_none(recli):
    result = recli("runs", "list", "--format", "json")
    assert json.loads(result.stdout) == []
    assert "There is no run in results/runs yet" in result.stderr.replace("\\", "/")


def test_list_names_what_it_cannot_read(recli, two):
    path = Path("results/runs", two[0], "run.json")
    path.write_text('{"schema": 99}', encoding="utf-8")
    result = recli("runs", "list")
    assert "Damaged: " in result.stderr
    assert "format 99" in result.stderr
    assert two[1] in result.stdout
    assert f"{two[0]}  damaged" in result.stdout


def test_show(recli, two):
    shown = recli("runs", "show", "latest").stdout
    assert f"run          {two[1]}\nstatus       finished\n" in shown
    assert "30 users × 25 items" in shown
    assert "algorithm" in shown
    document = json.loads(recli("runs", "show", two[1], "--format", "json").stdout)
    assert document["configuration"]["seed"] == 1
    assert {"label", "algorithm", "params", "metrics"} == set(document["results"][0])
    [first, _] = csv.DictReader(
        io.StringIO(recli("runs", "show", two[1], "--format", "csv").stdout)
    )
    assert list(first) == ["algorithm", "rmse", "rmse std", "ndcg@5", "ndcg@5 std"]
    measured = document["results"][0]["metrics"]["rmse"]
    assert (float(first["rmse"]), float(first["rmse std"])) == (measured["mean"], measured["std"])


def test_show_nothing(recli, two):
    said = recli("runs", "show", "20260103", code=4).stderr
    assert said.startswith("Error: There is no run '20260103' in")
    assert all(name in said for name in two)


def test_diff(recli, two):
    shown = recli("runs", "diff", *two).stdout
    assert "What differs" in shown
    assert "Means over folds" in shown
    found = json.loads(recli("runs", "diff", *two, "--format", "json").stdout)
    assert (found["first"], found["second"]) == tuple(two)
    assert {"part": "protocol", "what": "seed", "first": 0, "second": 1} in found["differences"]
    assert [row["metric"] for row in found["metrics"]] == ["rmse", "ndcg@5"]
    table = csv.DictReader(io.StringIO(recli("runs", "diff", *two, "--format", "csv").stdout))
    rows = [(row["part"], row["what"]) for row in table]
    assert ("protocol", "seed") in rows
    assert ("metrics", "baseline-only, rmse") in rows


def test_diff_of_the_same(recli, two):
    shown = recli("runs", "diff", two[0], two[0]).stdout
    assert "Data, split, protocol, line-up and environment are the same." in shown
    assert shown.count("same\n") == 2


def test_rm_asks(recli, two):
    said = recli("runs", "rm", two[0], code=2, input="n\n").stderr
    assert f"{two[0]}\nRemove 1 run? [y/N]" in said
    assert "Nothing was removed" in said
    assert recli("runs", "rm", two[0], code=2).stderr.count("Nothing was removed") == 1
    assert Path("results/runs", two[0]).is_dir()
    assert "Removed: 1 run, 2 cells" in recli("runs", "rm", two[0], input="y\n").stdout
    assert not Path("results/runs", two[0]).exists()
    assert Path("results/runs", two[1]).is_dir()


def test_rm_without_asking(recli, two):
    removed = json.loads(recli("runs", "rm", *two, two[0], "--yes", "--format", "json").stdout)
    assert removed == {"removed": two, "cells": 6}
    assert [path for path in Path("results").rglob("*") if path.is_file()] == []


def test_rm_of_a_run_that_is_going_on(recli, two):
    path = Path("results/runs", two[0], "run.json")
    document = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**document, "status": "running"}), encoding="utf-8")
    assert "is still running" in recli("runs", "rm", *two, "-y", code=2).stderr
    assert Path("results/runs", two[1]).is_dir()


def test_a_metric_more_a_cut_off_and_groups_compute_nothing(recli, tiny):
    typed = ("evaluate", "-a", "baseline-only", "-d", tiny, "--cv", 2, "-j", 1, "--metric", "rmse")
    recli(*typed, "--metric", "ndcg@5")
    told = "2 of 2 cells were there already"
    assert told in recli(*typed, "--metric", "recall@20", "--metric", "fcp").stderr
    assert told in recli(*typed, "--by", "activity").stderr
    assert told in recli(*typed, "--threshold", "2").stderr  # by which it does not go


def test_groups_are_in_the_report_and_shown_again(recli, tiny):
    line_up = ("-a", "slope-one", "-a", "baseline-only", "--metric", "rmse", "-j", 1)
    typed = ("evaluate", "-d", tiny, "--cv", 2, "--by", "activity", "--by", "popularity")
    printed = recli(*typed, *line_up).stdout
    shown = recli("runs", "show", "latest").stdout
    [report] = Path("results/runs").glob("*/report.md")
    for by in ("activity", "popularity"):
        table = printed[printed.index(f"rmse by {by}\n") :].partition("\n\n")[0]
        assert table.splitlines()[-1].startswith("gap")
        assert table in shown
        in_report = report.read_text(encoding="utf-8").partition(f"## rmse by {by}\n\n")[2]
        cells = [line.strip("|").split("|") for line in in_report.partition("\n\n")[0].splitlines()]
        words = [" ".join("".join(row).split()) for row in [cells[0], *cells[2:]]]
        assert words == [" ".join(line.split()) for line in table.splitlines()[1:]]


def test_of_what_only_ranks_no_empty_table_is_shown(recli, tiny):
    done = recli("evaluate", "-d", tiny, "-a", "ease", "--cv", 2, "-j", 1)
    [report] = Path("results/runs").glob("*/report.md")
    shown = recli("runs", "show", "latest").stdout
    for text in (done.stdout, report.read_text(encoding="utf-8").partition("## Protocol")[0]):
        assert "Ranked catalogue" in text
        assert "Predicted ratings" not in text
    assert "rmse" not in shown
    told = "Not tested: rmse, mae, mse, fcp: no algorithm of the line-up predicts ratings"
    assert told in done.stderr
    assert told in report.read_text(encoding="utf-8")
    alone = recli("evaluate", "-d", tiny, "-a", "ease", "--cv", 2, "-j", 1, "--metric", "rmse")
    assert "Predicted ratings" in alone.stdout  # it was asked for


def cells() -> int:
    return len(list(Path("results/cells").glob("*/*.parquet")))


def test_show_says_what_it_takes_on_disk(recli, two):
    run_folder = Path("results/runs", two[1])
    sizes = [
        memory.shown(sum(path.stat().st_size for path in paths))
        for paths in (run_folder.iterdir(), map(cell_file, run_cells(run_folder)))
    ]
    expected = f"{sizes[0]}, and {sizes[1]} of kept outcomes"
    assert expected in recli("runs", "show", two[1]).stdout


def run_cells(folder: Path) -> list[str]:
    document = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    return [cell["key"] for cell in document["cells"]]


def cell_file(key: str) -> Path:
    return Path("results/cells", key[:2], f"{key}.parquet")


def test_prune(recli, two):
    assert recli("prune").stdout.startswith("Removed: 0 cells, 0 B\nKept: 6 cells, ")
    shutil.rmtree(Path("results/runs", two[1]))  # by hand
    shown = recli("prune", "--dry-run").stdout
    assert shown.startswith("Would go: 4 cells, ")
    assert cells() == 6
    found = json.loads(recli("prune", "--format", "json").stdout)
    assert (found["unneeded"]["cells"], found["kept"]["cells"], cells()) == (4, 2, 2)
    size = sum(path.stat().st_size for path in Path("results/cells").glob("*/*"))
    assert found["kept"]["bytes"] == size
    shown = recli("prune", "--max-size", 10).stdout
    assert "of these beyond the limit: 2 cells" in shown
    assert cells() == 0
    assert "Identical" in recli("reproduce", two[0]).stdout


def test_prune_removes_what_killed_processes_have_left(recli, two):
    old, young = (
        Path("results/models", f".mine.recli-{name}") for name in ("aaaaaaaa", "bbbbbbbb")
    )
    for folder in (old, young):
        folder.mkdir(parents=True)
        (folder / "state.safetensors").write_bytes(bytes(2048))
    file = Path("results/cells/ab/.abc.parquet.recli-cccccccc")
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(bytes(1024))
    for path in (old, file):
        os.utime(path, (0, 0))
    assert "  and 2 leftovers of killed processes, 3 KiB" in recli("prune", "--dry-run").stdout
    assert old.exists() and file.exists()
    found = json.loads(recli("prune", "--format", "json").stdout)["leftovers"]
    assert (found["paths"], found["bytes"]) == ([str(file), str(old)], 3072)
    assert (old.exists(), file.exists(), young.exists()) == (False, False, True)
    assert recli("runs", "list").stdout.count("-evaluate-") == 2


def test_a_limit_for_what_is_kept(recli, tiny, monkeypatch):
    typed = ("evaluate", "-a", "baseline-only", "-d", tiny, "--cv", 2, "-j", 1)
    assert "Removed" not in recli(*typed, "--cells-limit", "1G").stderr
    assert cells() == 2
    said = recli(*typed, "--cells-limit", 10).stderr
    assert "2 of 2 cells were there already" in said
    assert "Removed 2 cells, " in said
    assert cells() == 0
    monkeypatch.setenv("RECLI_CELLS_LIMIT", "10")
    assert "Removed 2 cells, " in recli(*typed).stderr
    assert "is not a size" in recli(*typed, "--cells-limit", "much", code=2).stderr
