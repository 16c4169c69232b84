"""`recli export function`: the folder, run by the real functions-framework and asked over loopback."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from recli import registry
from recli.cli import main

pytestmark = pytest.mark.skipif(
    not (registry.installed("serve") and registry.installed("function")),
    reason="the extras 'serve' and 'function' are not installed",
)
KEY = "a key of this test alone"
PATIENCE = 60.0


@pytest.fixture(scope="module")
def place(tiny, tmp_path_factory) -> Path:
    """A folder with results, and in `cloud` the function of the model `films`."""
    place = tmp_path_factory.mktemp("function")
    results = ["--results", place / "results", "-q"]
    for typed in (
        ["train", "-a", "svd", "-d", tiny, "--name", "films", *results],
        ["export", "function", place / "cloud", "--model", "films", *results],
    ):
        done = CliRunner().invoke(main, list(map(str, typed)), catch_exceptions=False)
        assert done.exit_code == 0, done.output
    return place


@pytest.fixture(scope="module")
def url(place) -> Iterator[str]:
    """Where functions-framework runs it, as the cloud does."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    command = [sys.executable, "-m", "functions_framework", "--target", "recommend"]
    process = subprocess.Popen(
        [*command, "--host", "127.0.0.1", "--port", port],
        cwd=place / "cloud",
        env=os.environ | {"RECLI_API_KEY": KEY},
        stdin=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            assert process.poll() is None
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", int(port))) == 0:
                    break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(PATIENCE)


def ask(url: str, body: bytes | None = None, key: str = KEY) -> tuple[int, str, dict]:
    """Status, type and document of the answer."""
    headers = {"X-API-Key": key, "Content-Type": "application/json"}
    request = urllib.request.Request(url, body, headers)
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return answer.status, answer.headers["Content-Type"], json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers["Content-Type"], json.load(error)


def test_the_folder(place):
    cloud = place / "cloud"
    names = {path.name for path in cloud.iterdir()} - {"__pycache__"}
    assert names == {".gcloudignore", "README.md", "main.py", "models", "requirements.txt"}
    lines = (cloud / "requirements.txt").read_text().splitlines()
    assert lines[0].startswith("recli[function,serve]==")
    assert [line for line in lines if line.startswith("functions-framework==")]


def test_a_known_user_gets_what_the_command_prints(recli, place, url):
    typed = ("recommend", "--user", "2", "-n", "3", "--format", "json", "--model", "films")
    printed = json.loads(recli(*typed, "--results", place / "results").stdout)
    assert ask(f"{url}/?user_id=2&n=3") == (200, "application/json", printed)


def test_somebody_new_gets_what_the_command_prints(recli, place, url):
    ids = json.loads((place / "results/models/films/ids.json").read_text())["items"]
    typed = (
        "recommend",
        "--rate",
        f"{ids[0]}=5",
        "-n",
        "3",
        "--format",
        "json",
        "--model",
        "films",
    )
    printed = json.loads(recli(*typed, "--results", place / "results").stdout)
    body = json.dumps({"ratings": [{"item_id": ids[0], "rating": 5}], "n": 3}).encode()
    assert ask(f"{url}/", body) == (200, "application/json", printed)


@pytest.mark.parametrize(
    ("path", "body", "status", "said"),
    [
        ("/?user_id=nobody", None, 404, "There is no user 'nobody'"),
        ("/?user_id=2&n=0", None, 422, "n: "),
        ("/?user_id=2&m=1", None, 422, "There is no field 'm'"),
        ("/", b"{", 400, "The body is no JSON"),
        ("/", b'{"n": NaN}', 422, "n: "),
        ("/", b" " * (1 << 21), 413, "The body is more than"),
        ("/events", b'{"events": []}', 404, "only recommends"),
        ("/models", None, 404, "only recommends"),
    ],
)
def test_problems(url, path, body, status, said):
    code, media_type, document = ask(f"{url}{path}", body)
    assert (code, media_type, document["status"]) == (status, "application/problem+json", status)
    assert said in document["detail"]


def test_without_the_key(url):
    assert ask(f"{url}/?user_id=2", key="wrong")[0] == 401


def test_an_extra_that_is_not_installed(recli, place, monkeypatch):
    monkeypatch.setattr(registry, "installed", lambda extra: extra != "function")
    typed = ("export", "function", "cloud", "--model", "films", "--results", place / "results")
    assert "pip install 'recli[function]'" in recli(*typed, code=5).stderr
