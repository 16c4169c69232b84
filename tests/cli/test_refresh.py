"""`recli refresh`: what it says, its errors, and the loop."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from recli.events import event_file
from recli.events.log import EventLog


@pytest.fixture
def model(recli, tiny):
    recli("train", "-a", "svd", "-p", "n_factors=4", "-d", tiny)


def write_events(tiny: Path, name: str, n_users: int, prefix: str = "new") -> Path:
    """Ratings of new users, each of the films of a known one; a click, and one off the scale."""
    with (tiny / "ratings.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    users = list(dict.fromkeys(row["userId"] for row in rows))[:n_users]
    now = int(time.time()) - 10_000
    lines = ["user_id,item_id,value,time"]
    for n, row in enumerate(row for row in rows if row["userId"] in users):
        lines.append(f"{prefix}{row['userId']},{row['movieId']},{row['rating']},{now + n}")
    lines += [f"{prefix},1,,{now}", f"{prefix},1,99,{now}"]
    Path(name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return Path(name)


def test_events_from_a_file_are_learned(recli, model, tiny):
    events = write_events(tiny, "new.csv", 10)
    done = recli("refresh", "--events", events, "--min-events", 20, "--tolerance", 9)
    for said in (
        "1 click",
        "1 set aside (results",
        "compared on",
        "rmse",
        "published",
        "mean rating",
    ):
        assert said in done.stdout
    assert "new events, 0 that the log has already" in done.stderr
    user = events.read_text(encoding="utf-8").splitlines()[1].split(",")[0]
    assert recli("recommend", "--model", "svd", "--user", user, "-n", 3).stdout
    assert recli("evaluate", "-d", "results/datasets/svd", "-a", "damped-mean", "--cv", 2).stdout
    again = recli("refresh", "--events", events, "--min-events", 20, "--tolerance", 9)
    assert again.stdout == ""
    assert "0 new events" in again.stderr
    assert "Nothing new for model 'svd' since event" in again.stderr


def test_formats_and_history(recli, model, tiny):
    assert "There is no refresh in" in recli("refresh", "--history").stderr
    events = write_events(tiny, "new.csv", 10)
    options = ("--min-events", 20, "--tolerance", 9)
    document = json.loads(recli("refresh", "--events", events, *options, "--format", "json").stdout)
    assert document["decision"]["decision"] == "publish"
    nothing = json.loads(recli("refresh", *options, "--format", "json").stdout)
    assert nothing["decision"] is None
    assert "Nothing new" in nothing["told"][0]
    [listed] = json.loads(recli("refresh", "--history", "--format", "json").stdout)
    assert listed["id"] == document["decision"]["id"]
    [row] = csv.DictReader(recli("refresh", "--history", "--format", "csv").stdout.splitlines())
    assert (row["model"], row["metric"], row["decision"]) == ("svd", "rmse", "published")
    assert "published" in recli("refresh", "--history", "--model", "svd").stdout
    assert recli("refresh", "--history", "--model", "other", "--format", "json").stdout == "[]\n"


def test_too_little_is_told(recli, model, tiny):
    told = recli("refresh", "--events", write_events(tiny, "new.csv", 2)).stderr
    assert "of the 100 ratings of new pairs" in told
    assert not Path("results/refreshes").is_dir() or not list(Path("results/refreshes").glob("*/"))


@pytest.mark.parametrize(
    ("typed", "code", "said"),
    [
        (("--model", "svt"), 4, "There is no model 'svt' in results/models. There are: svd"),
        (("--every", "soon"), 2, "'soon' is no time"),
        (("--every", "0s"), 2, "'0s' is no time"),
        (("--slice", "0"), 2, "0"),
        (("--tolerance", "-1"), 2, "-1"),
        (("--events", "absent.csv"), 4, "absent.csv: no such file"),
    ],
)
def test_what_is_wrong_is_told(recli, model, typed, code, said):
    assert said in recli("refresh", *typed, code=code).stderr.replace("\\", "/")


def test_without_a_model_and_with_several_it_asks_which(recli, tiny):
    assert "'recli train' makes one" in recli("refresh", code=4).stderr
    for name in ("one", "two"):
        recli("train", "-a", "damped-mean", "-d", tiny, "--name", name)
    assert "choose with '--model'" in recli("refresh", code=2).stderr


def test_a_wrong_file_of_events_leaves_the_log_as_it_is(recli, model):
    Path("bad.csv").write_text("user_id,item_id,value\n1,2,3\n1,2,good\n")
    assert "line 3: value is 'good'" in recli("refresh", "--events", "bad.csv", code=3).stderr
    assert not Path("results/events.sqlite3").exists()


def test_a_damaged_log_is_told(recli, model):
    Path("results/events.sqlite3").write_text("no database" * 1000)
    assert "is damaged or no event log" in recli("refresh", code=3).stderr


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_every_goes_on_until_ctrl_c_and_over_a_failed_round(recli, model, tiny):
    events, broken = write_events(tiny, "new.csv", 10), Path("results/models/svd/model.json")
    typed = ("refresh", "--every", "1s", "--min-events", "20", "--tolerance", "9")
    process = subprocess.Popen(
        [sys.executable, "-m", "recli", *typed],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        assert "Nothing new" in process.stderr.readline()
        assert "Next round in 1s; Ctrl-C stops." in process.stderr.readline()
        whole = broken.read_text()
        broken.write_text("{")
        assert wait_for(process, "This round failed")
        broken.write_text(whole)
        with EventLog(Path("results/events.sqlite3")) as log:
            log.append(event_file.read(events))
        assert any("published" in line for line in iter(process.stdout.readline, ""))
    finally:
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=60)
    assert process.returncode == 6
    assert "Stopped. What was decided is kept." in told


def wait_for(process: subprocess.Popen, said: str) -> bool:
    return any(said in line for line in iter(process.stderr.readline, ""))
