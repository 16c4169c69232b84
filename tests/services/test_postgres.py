"""Many workers on one study, in a real PostgreSQL; some of them are killed."""

from __future__ import annotations

import gc
import json
import shutil
import signal
import subprocess
import sys
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

PATIENCE = 240.0
N_WORKERS, N_KILLED, N_TRIALS = 8, 2, 40
SLOW = """\
import time
from pathlib import Path

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
        while not Path("go").exists():
            time.sleep(0.1)
        time.sleep(0.4)
        return self
"""


@pytest.fixture
def postgres(server) -> str:
    """The address of its database."""
    return server.url


@pytest.fixture(autouse=True)
def _connections_are_closed() -> Iterator[None]:
    """Those of studies that the test has opened, before the next test hears of them."""
    yield
    gc.collect()


def worker(tiny: Path, url: str, *more: str, folder: Path = Path()) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "recli", "tune", "-a", "slow:Slow", "-d", str(tiny)]
    command += ["--cv", "2", "-j", "1", "--trials", str(N_TRIALS), "--pruner", "none"]
    return subprocess.Popen(
        [*command, "--storage", url, *more],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )


def test_eight_workers_on_two_machines_two_of_them_killed(postgres, tiny, tmp_path):
    """The machines are folders that have nothing in common but the database."""
    machines = [tmp_path / name for name in ("one", "other")]
    for machine in machines:
        shutil.copytree(tiny, machine / "tiny")
        (machine / "slow.py").write_text(SLOW, encoding="utf-8")
    workers = [
        worker(Path("tiny"), postgres, folder=machines[number % 2]) for number in range(N_WORKERS)
    ]
    try:
        study = wait_for_study(postgres)
        # All have a trial at work, so that those of two are left behind.
        wait_for(lambda: states(study)["RUNNING"] == N_WORKERS)
        for victim in workers[:N_KILLED]:
            victim.send_signal(signal.SIGKILL)
        for machine in machines:
            (machine / "go").touch()
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
        # Who was killed before a parameter was stored leaves that open.
        assert trials[number].params.items() <= trial.params.items()
    best = {printed.splitlines()[3] for printed, _ in told[N_KILLED:]}
    assert len(best) == 1, "all workers tell of the same best"
    written = [next(machine.glob("results/studies/*/best.toml")) for machine in machines]
    assert len({path.read_text(encoding="utf-8") for path in written}) == 1


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


def test_a_storage_that_is_lost_on_the_way(tiny, server):
    Path("slow.py").write_text(SLOW, encoding="utf-8")
    Path("go").touch()
    url = server.url.replace("recli@", "recli:secret@")
    command = ("--study", "lost", "--holdout", "0", "--trials", "8")
    process = worker(tiny, url, *command)
    study = wait_for_study(server.url, "lost/slow:Slow")
    # The worker notes a trial when the storage has it: of three it knows two.
    wait_for(lambda: states(study)["COMPLETE"] >= 3)
    server.stop()
    try:
        _, said = process.communicate(timeout=PATIENCE)
    finally:
        process.kill()
        server.start()
    assert process.returncode == 2, said
    assert "Traceback" not in said
    assert "postgresql+psycopg://recli:***@127.0.0.1" in said
    assert "does not answer" in said
    assert "secret" not in said
    assert "once it answers, the same command goes on" in said
    assert f"What was found so far: {Path('results/studies/lost')}" in said
    kept = json.loads(Path("results/studies/lost/study.json").read_text(encoding="utf-8"))
    assert kept["status"] == "failed"
    n_kept = sum(trial["state"] == "complete" for trial in kept["trials"])
    assert n_kept >= 2
    assert "algorithm" in Path("results/studies/lost/best.toml").read_text(encoding="utf-8")
    again = worker(tiny, url, *command)
    _, said = again.communicate(timeout=PATIENCE)
    assert again.returncode == 0, said
    assert "were there already" in said
    whole = json.loads(Path("results/studies/lost/study.json").read_text(encoding="utf-8"))
    assert whole["status"] == "finished"
    assert sum(trial["state"] == "complete" for trial in whole["trials"]) == 8
    assert whole["trials"][:n_kept] == kept["trials"][:n_kept]


def wait_for_study(url: str, wanted: str = "") -> optuna.Study:
    found: list[optuna.Study] = []

    def there() -> bool:
        try:
            names = [name for name in optuna.get_all_study_names(url) if wanted in name]
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
