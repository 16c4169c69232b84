"""What needs a program of the system runs when it is asked for, and is skipped otherwise."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from recli.cli import main

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PATIENCE = 120.0


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.option.markexpr == "services":
        return
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.skip(reason="'make test-services' runs it"))


@pytest.fixture(scope="module")
def browser():
    """A browser without a window."""
    playwright_api = pytest.importorskip(
        "playwright.sync_api", reason="playwright is not installed: 'make test-services' does it"
    )
    if CHROMIUM is None:
        pytest.skip("chromium is not installed: 'make test-services' does it")
    with playwright_api.sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture(scope="session")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A results folder with the model `films`: what SVD has learned from MovieLens."""
    folder = tmp_path_factory.mktemp("service") / "results"
    typed = ["train", "-a", "svd", "--name", "films", "-q", "--results", str(folder)]
    done = CliRunner().invoke(main, typed)
    assert done.exit_code == 0, done.output
    return folder


@pytest.fixture(scope="session")
def free_port() -> Callable[[], int]:
    """A port that nobody listens on."""

    def port() -> int:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return probe.getsockname()[1]

    return port


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory):
    """`with running(command, url)`: a program that answers at `url`, and is ended afterwards."""

    @contextmanager
    def run(command: list[object], url: str, **environment: str) -> Iterator[subprocess.Popen]:
        log = tmp_path_factory.mktemp("log") / "log.txt"
        with log.open("wb") as file:
            process = subprocess.Popen(
                [str(part) for part in command],
                env=os.environ | environment,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
            )
            try:
                _wait_for(url, process, log)
                yield process
            finally:
                if process.poll() is None:
                    process.send_signal(signal.SIGTERM)
                process.wait(PATIENCE)

    return run


@pytest.fixture(scope="session")
def serving(running, free_port, results):
    """`with serving() as url`: `recli serve` with the model `films`."""

    @contextmanager
    def serve(*options: object, **environment: str) -> Iterator[str]:
        url = f"http://127.0.0.1:{(port := free_port())}"
        command = [sys.executable, "-m", "recli", "serve", "--model", "films", "--port", port]
        command += ["--results", results, *options]
        with running(command, f"{url}/readyz", **environment):
            yield url

    return serve


def _wait_for(url: str, process: subprocess.Popen, log: Path) -> None:
    """Until somebody answers at `url`, and is well."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text(errors="replace")
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"{url} does not answer:\n{log.read_text(errors='replace')}")
