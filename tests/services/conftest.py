"""What needs a program of the system runs when it is asked for, and is skipped otherwise."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pytest
from click.testing import CliRunner

from recli.cli import main

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
PATIENCE = 120.0


@dataclass(frozen=True)
class Server:
    """A PostgreSQL of our own, which runs until `stop`; `url` is the address of its database."""

    url: str
    control: Callable[..., object]

    def stop(self) -> None:
        """As by a power cut."""
        self.control("-m", "immediate", "stop")

    def start(self) -> None:
        """Again, with what it had."""
        self.control("start")


@dataclass(frozen=True)
class S3:
    """An object store at `url`, and who may use it."""

    url: str
    key: ClassVar[str] = "recli-tests"
    secret: ClassVar[str] = "not-so-secret-words"

    @property
    def environment(self) -> dict[str, str]:
        """By which its clients find it, and log in."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": self.key,
            "AWS_SECRET_ACCESS_KEY": self.secret,
            "AWS_DEFAULT_REGION": "us-east-1",
            "no_proxy": "127.0.0.1",
        }


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


@pytest.fixture(scope="module")
def s3(running, free_port, tmp_path_factory) -> Iterator[S3]:
    """An S3 that checks secrets, SeaweedFS."""
    if shutil.which("weed") is None:
        pytest.skip("SeaweedFS is not installed: 'make test-services' does it")
    pytest.importorskip("s3fs")
    folder = tmp_path_factory.mktemp("seaweed")
    (folder / "data").mkdir()
    may = ["Admin", "Read", "Write", "List", "Tagging"]
    secrets = [{"accessKey": S3.key, "secretKey": S3.secret}]
    identities = [{"name": "tests", "credentials": secrets, "actions": may}]
    (folder / "s3.json").write_text(json.dumps({"identities": identities}), encoding="utf-8")
    port = free_port()
    command = ["weed", "server", f"-dir={folder / 'data'}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1"]
    for what in ("master", "volume", "filer"):
        command += [f"-{what}.port={free_port()}", f"-{what}.port.grpc={free_port()}"]
    command += ["-filer", "-s3", f"-s3.port={port}", f"-s3.port.grpc={free_port()}"]
    command += [f"-s3.config={folder / 's3.json'}", "-s3.iam=false", "-master.telemetry=false"]
    command += ["-master.volumeSizeLimitMB=64", "-volume.max=8"]
    command += ["-s3.port.iceberg=0", "-s3.port.lance=0"]
    with running(command, f"http://127.0.0.1:{port}/healthz"):
        yield S3(f"http://127.0.0.1:{port}")


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


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A PostgreSQL that runs."""
    if not BINARIES:
        pytest.skip("PostgreSQL is not installed: 'make test-services' does it on Debian")
    if importlib.util.find_spec("psycopg") is None:
        pytest.skip("psycopg is not installed: pip install 'recli[postgres]'")
    binaries = BINARIES[-1]
    # It refuses to run as root, and its user has to reach the folder.
    who = {"user": "postgres"} if os.geteuid() == 0 else {}
    folder = Path(tempfile.mkdtemp())
    if who:
        shutil.chown(folder, "postgres")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data = folder / "data"
    quiet = {"check": True, "stdout": subprocess.DEVNULL, "cwd": "/"}
    try:
        created = [binaries / "initdb", "-D", data, "-U", "recli", "-A", "trust"]
        subprocess.run(created, **quiet, **who)
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        # Who is called guarded needs a password.
        rules = data / "pg_hba.conf"
        guarded = "host all guarded 127.0.0.1/32 scram-sha-256\n"
        rules.write_text(guarded + rules.read_text(encoding="utf-8"), encoding="utf-8")
        control = [binaries / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", options]
        found = Server(
            f"postgresql+psycopg://recli@127.0.0.1:{port}/postgres",
            lambda *words: subprocess.run([*control, *words], **quiet, **who),
        )
        found.start()
        try:
            yield found
        finally:
            found.stop()
    finally:
        shutil.rmtree(folder)


def _wait_for(url: str, process: subprocess.Popen, log: Path) -> None:
    """Until somebody answers at `url`, and is well."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text(errors="replace")
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except urllib.error.HTTPError as error:
            if error.code in (400, 403):  # who asks for a key is there as well
                return
            time.sleep(0.1)
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"{url} does not answer:\n{log.read_text(errors='replace')}")
