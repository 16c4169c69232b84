"""A study of `recli tune` in optuna-dashboard, as it is."""

from __future__ import annotations

import importlib.util
import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from recli.cli import main

pytestmark = pytest.mark.services

PATIENCE = 120.0


@pytest.fixture
def dashboard(tiny):
    """`dashboard(path)` is what it answers at that path, as JSON."""
    if importlib.util.find_spec("optuna_dashboard") is None:
        pytest.skip("optuna-dashboard is not installed: 'make test-services' does it")
    tune = ["tune", "-a", "svd", "-p", "n_epochs=2", "-d", str(tiny), "-j", "1", "-q"]
    done = CliRunner().invoke(main, [*tune, "--trials", "4", "--study", "seen"])
    assert done.exit_code == 0, done.output
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = Path(sys.executable).with_name("optuna-dashboard")
    command = [program, "sqlite:///results/studies/seen/study.db", "--server", "wsgiref"]
    process = subprocess.Popen(
        [*command, "--port", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield lambda path: _answer(f"http://127.0.0.1:{port}/api/{path}")
    finally:
        process.kill()
        process.wait()


def _answer(url: str) -> Any:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            with urllib.request.urlopen(url) as answer:
                return json.load(answer)
        except urllib.error.URLError:
            assert time.monotonic() < end, "it does not start"
            time.sleep(0.2)


def test_it_shows_the_study_and_its_trials(dashboard):
    [summary] = dashboard("studies")["study_summaries"]
    assert (summary["study_name"], summary["directions"]) == ("seen/svd", ["minimize"])
    shown = dashboard(f"studies/{summary['study_id']}")
    kept = json.loads(Path("results/studies/seen/study.json").read_text(encoding="utf-8"))
    for trial, ours in zip(shown["trials"], kept["trials"], strict=True):
        assert trial["state"] == "Complete"
        params = {about["name"]: about["param_external_value"] for about in trial["params"]}
        assert params == {name: str(value) for name, value in ours["varied"].items()}
        if ours["state"] == "complete":
            assert trial["values"] == [ours["value"]]
