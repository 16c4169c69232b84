"""Many workers on one study, in a real PostgreSQL; some of them are killed."""

from __future__ import annotations

import gc
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import optuna
import pytest

pytestmark = [
    pytest.mark.services,
    # What this process looks with, Optuna keeps open until the end.
    pytest.mark.filterwarnings("ignore:<psycopg.Connection object:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
PATIENCE = 240.0
N_WORKERS, N_KILLED, N_TRIALS = 8, 2, 40
SLOW = """\
import time

from recli.algorithms import Algorithm
from recli.params import Float


class Slow(Algorithm):
    parameters = (Float("shift", 0.0, "added to the mean", tune=(-1, 1)),)

    def __init__(self, shift=0.0):
        super().__init__()
        self.shift = shift

    def estimate(self, user, item):
        return self.trainset.global_mean + self.shift

    def fit(self, trainset):
        super().fit(trainset)
        time.sleep(0.4)
        return self
"""


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    """The address of a database of our own."""
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
        control = [binaries / "pg_ctl", "-D", data]
        log = folder / "log"
        subprocess.run([*control, "-w", "-l", log, "-o", options, "start"], **quiet, **who)
        try:
            yield f"postgresql+psycopg://recli@127.0.0.1:{port}/postgres"
        finally:
            subprocess.run([*control, "-m", "immediate", "stop"], **quiet, **who)
    finally:
        shutil.rmtree(folder)


@pytest.fixture(autouse=True)
def _connections_are_closed() -> Iterator[None]:
    """Those of studies that the test has opened, before the next test hears of them."""
    yield
    gc.collect()


def worker(tiny: Path, url: str, *more: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "recli", "tune", "-a", "slow:Slow", "-d", str(tiny)]
    command += ["--cv", "2", "-j", "1", "--trials", str(N_TRIALS), "--pruner", "none"]
    return subprocess.Popen(
        [*command, "--storage", url, *more],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )


def test_eight_workers_two_of_them_killed(postgres, tiny):
    Path("slow.py").write_text(SLOW, encoding="utf-8")
    workers = [worker(tiny, postgres) for _ in range(N_WORKERS)]
    try:
        study = wait_for_study(postgres)
        # Two whose trials are at work, so that these are left behind.
        wait_for(lambda: states(study)["RUNNING"] == N_WORKERS)
        for victim in workers[:N_KILLED]:
            victim.send_signal(signal.SIGKILL)
        told = [process.communicate(timeout=PATIENCE) for process in workers]
    finally:
        for process in workers:
            process.kill()
    for process, (printed, said) in list(zip(workers, told, strict=True))[N_KILLED:]:
        assert process.returncode == 0, said
        assert "Traceback" not in said
        assert "On the locked test" in printed
    found = states(study)
    assert found["RUNNING"] == found["WAITING"] == 0
    assert N_TRIALS <= found["COMPLETE"] < N_TRIALS + N_WORKERS
    assert found["FAIL"] == N_KILLED
    trials = study.get_trials()
    lost = {trial.number for trial in trials if trial.state.name == "FAIL"}
    again = {
        trial.system_attrs["failed_trial"]: trial
        for trial in trials
        if "failed_trial" in trial.system_attrs
    }
    assert again.keys() == lost
    for number, trial in again.items():
        assert trial.state.name == "COMPLETE"
        assert trial.params == trials[number].params
    best = {printed.splitlines()[3] for printed, _ in told[N_KILLED:]}
    assert len(best) == 1, "all workers tell of the same best"


def test_a_storage_that_does_not_answer(tiny, postgres):
    Path("slow.py").write_text(SLOW, encoding="utf-8")
    url = postgres.replace("recli@", "recli:secret@").replace("/postgres", "/nowhere")
    process = worker(tiny, url)
    _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 2
    assert 'database "nowhere" does not exist' in said
    assert "127.0.0.1" in said
    assert "secret" not in said
    assert not Path("results/studies").exists() or not any(
        Path("results/studies").glob("*/best.toml")
    )


def wait_for_study(url: str) -> optuna.Study:
    found: list[optuna.Study] = []

    def there() -> bool:
        try:
            names = optuna.get_all_study_names(url)
            found.extend(optuna.load_study(study_name=name, storage=url) for name in names)
        except Exception:  # noqa: BLE001, its tables are being made
            return False
        return bool(found)

    wait_for(there)
    return found[0]


def wait_for(condition) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.1)


def states(study: optuna.Study) -> Counter[str]:
    return Counter(trial.state.name for trial in study.get_trials())
