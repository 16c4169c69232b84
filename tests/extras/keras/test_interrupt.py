"""Ctrl-C while a model of Keras is fitted: what is finished is kept, and the same command goes on."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from recli import registry

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="process groups of POSIX"),
    pytest.mark.skipif(
        not registry.installed(registry.extra_of("algorithm", "embedding-dot")),
        reason="no backend of Keras is installed",
    ),
]

# The model itself, which leaves a file when the second fit has done an epoch.
SLOW = """\
import pathlib

from recli.epochs import heard
from recli.extras.keras.algorithms.embedding_dot import EmbeddingDot


class Slow(EmbeddingDot):
    def _learn(self, trainset):
        file = pathlib.Path(f"fit-{len(list(pathlib.Path().glob('fit-*')))}")
        if file.name != "fit-0" and pathlib.Path("is-slow").exists():
            self.n_epochs, self.patience = 10**6, 10**6
        with heard(lambda epoch: file.touch()):
            super()._learn(trainset)
"""
PATIENCE = 240.0


def test_evaluate(tiny):
    Path("slow_dot.py").write_text(SLOW, encoding="utf-8")
    Path("is-slow").touch()
    typed = [sys.executable, "-m", "recli", "evaluate", "-a", "slow_dot:Slow", "-p", "n_epochs=2"]
    typed += ["-d", str(tiny), "--cv", "3", "--metric", "rmse", "--jobs", "1"]
    process = subprocess.Popen(
        typed,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
    )
    try:
        end = time.monotonic() + PATIENCE
        while not Path("fit-1").exists() and process.poll() is None:
            assert time.monotonic() < end, "waited in vain"
            time.sleep(0.05)
        assert process.poll() is None, process.communicate()[1]
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does
        printed, said = process.communicate(timeout=PATIENCE)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    assert process.returncode == 6, said
    assert printed == ""
    assert "Traceback" not in said
    assert "Interrupted. Finished folds: 1, kept in " in said
    [folder] = Path("results/runs").iterdir()
    run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert run["status"] == "interrupted"
    assert [len(cell["losses"]) for cell in run["cells"]] == [2]

    Path("is-slow").unlink()
    again = subprocess.run(
        [*typed, "--format", "json"], capture_output=True, encoding="utf-8", check=False
    )
    assert again.returncode == 0, again.stderr
    assert "1 of 3 cells were there already" in again.stderr
