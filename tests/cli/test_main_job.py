"""The main job as a newcomer does it: real processes, from an empty folder, on what comes with recli."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(sys.executable).with_name("recli")


def run(*arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(arguments, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done


def test_the_main_job():
    recli = (sys.executable, "-m", "recli")
    checked = json.loads(run(*recli, "data", "check", "--format", "json").stdout)
    assert (checked["users"], checked["items"], checked["ratings"]) == (671, 9066, 100_004)
    compared = run(*recli, "evaluate", "-a", "baseline-only", "-a", "svd", "--cv", "2")
    assert "Predicted ratings, best rmse first" in compared.stdout
    assert "Ranked catalogue, first 10 places, best ndcg@10 first" in compared.stdout
    (report,) = Path("results/runs").glob("*/report.md")
    assert "recli evaluate -a baseline-only -a svd --cv 2" in report.read_text(encoding="utf-8")
    tuned = run(*recli, "tune", "-a", "baseline-only", "--cv", "2", "--trials", "2")
    (best,) = Path("results/studies").glob("*/best.toml")
    assert f"Next: recli train --params {best}" in tuned.stderr
    run(*recli, "train", "--params", str(best), "--name", "mine")
    listed = run(*recli, "recommend", "--user", "42", "--model", "mine")
    assert len(listed.stdout.splitlines()) == 12
    written = Path("results/recommendations/mine-user-42.csv").read_text(encoding="utf-8")
    assert len(written.splitlines()) == 11
    assert sorted(path.name for path in Path().iterdir()) == ["results"]


@pytest.mark.skipif(not SCRIPT.exists(), reason="the script is elsewhere")
def test_the_script_is_the_module():
    assert run(str(SCRIPT), "--version").stdout == run(sys.executable, "-m", "recli", "-V").stdout


def test_errors_end_the_process_with_their_code():
    failed = run(sys.executable, "-m", "recli", "recommend", "--user", "nobody", code=4)
    assert failed.stdout == ""
    assert failed.stderr.splitlines()[-1].startswith("Error: There is no user 'nobody'")


def test_a_pipe_gets_utf8_whatever_the_locale(monkeypatch):
    monkeypatch.setenv("PYTHONIOENCODING", "cp1252")
    shown = run(sys.executable, "-m", "recli", "show", "algorithm", "baseline-only").stdout
    assert "μ + b_u + b_i" in shown
