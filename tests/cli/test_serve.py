"""`recli serve` as a process: start, ready, stop; and what keeps it from starting."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request

import pytest

from recli import registry
from recli.events.log import FILE_NAME, EventLog

SIGNALS = pytest.mark.skipif(sys.platform == "win32", reason="signals are sent by POSIX")


class Server:
    """A server in a process of its own."""

    def __init__(self, process, first_line):
        self.process = process
        self.line = first_line
        self.address = re.search(r"http://\S+", first_line)[0]

    def ask(self, path, body=None):
        """The answer as text; a body is sent as JSON."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(self.address + path, data, headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.read().decode()

    def end(self, number):
        """Send a signal; the exit code, and what was said besides the first line."""
        self.process.send_signal(number)
        rest = self.process.stderr.read()
        return self.process.wait(60), rest


@contextlib.contextmanager
def running(*options):
    typed = [sys.executable, "-m", "recli", "serve", "--port", "0", *map(str, options)]
    process = subprocess.Popen(typed, stderr=subprocess.PIPE, encoding="utf-8")
    try:
        yield Server(process, process.stderr.readline())
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


@pytest.fixture
def model(recli, tiny):
    recli("train", "-a", "svd", "-d", tiny, "--name", "mine")


@pytest.fixture(autouse=True)
def _no_keys(monkeypatch):
    for name in ("RECLI_API_KEY", "RECLI_EVENTS_KEY", "RECLI_ADMIN_KEY"):
        monkeypatch.delenv(name, raising=False)


@SIGNALS
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_answers_until_it_is_told_to_stop(number, model, recli):
    with running() as server:
        told = (
            r"Serving model 'mine' \(svd, tiny\) on http://127\.0\.0\.1:\d+ — .* Ctrl-C stops\.\n"
        )
        assert re.fullmatch(told, server.line)
        assert json.loads(server.ask("/readyz"))["status"] == "ready"
        typed = ("recommend", "--user", 42, "--model", "mine", "--format", "json")
        assert json.loads(server.ask("/recommend?user_id=42")) == json.loads(recli(*typed).stdout)
        code, rest = server.end(number)
        assert code == 0
        assert re.fullmatch(
            r"Lists by svd: nDCG@10 0\.\d+, .*; most-popular 0\.\d+\.\n(Warning: .*\n)?Stopped\.\n",
            rest,
        )


@SIGNALS
def test_several_workers_share_port_and_counts(model):
    with running("--workers", 2, "--remember", 0) as server:
        for user in (42, 47, 42, 47):
            server.ask(f"/recommend?user_id={user}")
        metrics = server.ask("/metrics")
        assert 'recli_lists_total{kind="known"} 4.0' in metrics
        assert metrics.count('recli_model_info{algorithm="svd"') == 1
        code, rest = server.end(signal.SIGINT)
        assert (code, rest.splitlines()[-1]) == (0, "Stopped.")


@SIGNALS
def test_what_was_accepted_is_there_after_kill_9(model, tmp_path):
    accepted = []
    with running("--workers", 2) as server:
        children = _children(server.process.pid)
        for batch in range(40):
            events = [
                {"event_id": f"{batch}-{n}", "type": "click", "user_id": 1, "item_id": n}
                for n in range(25)
            ]
            answer = json.loads(server.ask("/events", {"events": events}))
            assert answer == {"accepted": 25, "duplicates": 0}
            accepted += [event["event_id"] for event in events]
        for process in (server.process.pid, *children):
            os.kill(process, signal.SIGKILL)
    with EventLog(tmp_path / "results" / FILE_NAME) as log:
        assert [one.event.event_id for one in log.after(0)] == accepted


def _children(process):
    import psutil

    return [child.pid for child in psutil.Process(process).children(recursive=True)]


def test_a_port_that_is_taken(model, recli):
    with socket.create_server(("127.0.0.1", 0)) as place:
        port = place.getsockname()[1]
        told = recli("serve", "--port", port, code=2).stderr
    assert told.startswith(f"Error: Port {port} is taken")
    assert "Choose another with '--port', 0 for any." in told
    if sys.platform == "linux":  # elsewhere not everybody may know
        assert f"(process {os.getpid()})" in told


def test_an_address_that_is_not_this_machines(model, recli, monkeypatch):
    monkeypatch.setenv("RECLI_API_KEY", "secret")
    told = recli("serve", "--host", "192.0.2.1", "--port", 0, code=2).stderr
    assert told.startswith("Error: There is no listening at 192.0.2.1, port 0: ")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org"])
def test_beyond_this_machine_a_key_is_wanted(host, model, recli):
    told = recli("serve", "--host", host, code=2).stderr
    assert told.startswith(f"Error: --host {host} lets other machines ask")
    assert "RECLI_API_KEY" in told


@SIGNALS
def test_without_a_model_the_best_list_maker_is_trained_and_kept(tiny, tmp_path):
    typed = [sys.executable, "-m", "recli", "serve", "--port", "0", "--dataset", str(tiny)]
    process = subprocess.Popen(typed, stderr=subprocess.PIPE, encoding="utf-8")
    try:
        said = []
        while not said or not said[-1].startswith("Serving"):
            said.append(process.stderr.readline())
            assert said[-1], said
        [stored] = (tmp_path / "results" / "models").iterdir()
        assert f"training {stored.name}" in "".join(said)
        assert said[-1].startswith(f"Serving model '{stored.name}'")
        address = re.search(r"http://\S+", said[-1])[0]
        with urllib.request.urlopen(f"{address}/readyz", timeout=30) as answer:
            assert json.load(answer)["status"] == "ready"
        process.send_signal(signal.SIGINT)
        rest = process.stderr.read()
        assert rest.startswith(f"Lists by {stored.name}: nDCG@10 ")
        assert process.wait(60) == 0
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


def test_a_model_and_a_dataset_are_one_too_many(model, recli, tiny):
    told = recli("serve", "-m", "mine", "--dataset", tiny, code=2).stderr
    assert "leave out '--dataset', or '--model' to train on that" in told


def test_a_dataset_that_there_is_not(recli):
    told = recli("serve", "--dataset", "absent.csv", code=4).stderr
    assert "There is no dataset or file 'absent.csv'" in told


def test_another_name(model, recli):
    told = recli("serve", "-m", "mien", code=4).stderr
    assert told == (
        "Error: There is no model 'mien' in results/models. There are: mine. 'latest' is the newest.\n"
    )


@pytest.mark.parametrize("workers", [1, 2])
def test_a_model_that_is_damaged(workers, model, recli, tmp_path):
    (tmp_path / "results" / "models" / "mine" / "ids.json").write_text("{}", encoding="utf-8")
    told = recli("serve", "--port", 0, "--workers", workers, code=3).stderr
    assert "SHA-256 differs" in told


def test_without_the_extra(model, recli, monkeypatch):
    monkeypatch.setattr(registry, "installed", lambda extra: not extra)
    told = recli("serve", code=5).stderr
    assert (
        told
        == "Error: This needs packages that are not installed. Install them: pip install 'recli[serve]'\n"
    )


@SIGNALS
def test_several_models_answer_the_same_users_after_another_start(model, recli, tiny, tmp_path):
    recli("train", "-a", "ease", "-d", tiny, "--name", "other")
    users = sorted(
        {line.split(",")[0] for line in (tiny / "ratings.csv").read_text().splitlines()[1:]}
    )
    found = []
    for models in (("mine=3", "other=1"), ("other=1", "mine=3")):
        typed = [part for name in models for part in ("--model", name)]
        with running(*typed, "--workers", 2) as server:
            assert (
                server.line.startswith("Serving models '") and "'other' (ease, tiny)" in server.line
            )
            asked = [json.loads(server.ask(f"/recommend?user_id={user}")) for user in users]
            found.append([answer["model"] for answer in asked])
            code, rest = server.end(signal.SIGINT)
            assert code == 0 and "'mine' answers 75.0% of the users." in rest
    assert found[0] == found[1] and set(found[0]) == {"mine", "other"}
    told = json.loads(recli("compare", "--clicks", "--format", "json").stdout)
    assert sum(each["lists"] for each in told["models"]) == 2 * len(users)


@SIGNALS
def test_several_models_of_different_data_are_told(model, recli, tiny, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "others.csv").write_bytes((tiny / "ratings.csv").read_bytes())
    recli("train", "-a", "most-popular", "-d", elsewhere / "others.csv", "--name", "other")
    with running("--model", "mine", "--model", "other") as server:
        code, rest = server.end(signal.SIGINT)
    assert code == 0 and "They have learned from different data" in rest


@pytest.mark.parametrize(
    ("typed", "code", "said"),
    [
        (("mine", "mine"), 2, "Model 'mine' is named twice"),
        (("mine", "results/models/mine"), 2, "Model 'mine' is named twice"),
        (("mine", "nobody"), 4, "nobody"),
        (("mine=1", "half"), 2, "Some models have a weight"),
        (("mine", "half"), 4, "half"),
        (("mine=0", "mine2=1"), 2, "number above 0"),
        (("mine=1", "mine2=1"), 4, "mine2"),
    ],
)
def test_models_that_cannot_be_served_together(typed, code, said, model, recli, tmp_path):
    (tmp_path / "results" / "models" / "half").mkdir()  # published by half: without its manifest
    options = [part for name in typed for part in ("--model", name)]
    assert said in recli("serve", *options, code=code).stderr
