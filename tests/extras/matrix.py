"""Each extra in an environment with nothing but recli and what the extra declares, on each Python.

python tests/extras/matrix.py [EXTRA…] [PYTHON…]

As `make test-extras`: all extras that `pyproject.toml` declares for users, on every Python from 3.11 on
that this machine has; as `matrix.py bayes lightfm 3.12` those named. It needs `uv`, installs what is
declared, runs `jobs.py`, and prints a table; the exit code is 1 where one of them does not work.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
ABSENT = "no such Python here"
NOT_FOR_USERS = {"dev", "dev-services"}


def extras() -> list[str]:
    """Those for users."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [name for name in project["optional-dependencies"] if name not in NOT_FOR_USERS]


def found(python: str) -> str | None:
    """The program of that version; a version manager may have one that is not on the path."""
    of_pyenv = sorted((Path.home() / ".pyenv" / "versions").glob(f"{python}.*/bin/python"))
    for candidate in (*map(str, of_pyenv), shutil.which(f"python{python}")):
        if candidate and _answers(candidate):
            return candidate
    return None


def _answers(program: str) -> bool:
    asked = [program, "-c", "import venv"]
    return subprocess.run(asked, capture_output=True, check=False).returncode == 0


def tried(extra: str, program: str, wheel: Path, environment: Path) -> str:
    """`ok`, or why not.

    The environment is made where there is none, and otherwise loses what is not of this extra: recli
    stays, and with it what numba has compiled.
    """
    python = environment / ("Scripts" if os.name == "nt" else "bin") / "python"
    clean = {k: v for k, v in os.environ.items() if k not in {"PYTHONPATH", "VIRTUAL_ENV"}}
    for command in (
        ["uv", "venv", "--quiet", "--allow-existing", "--python", program, environment],
        ["uv", "pip", "install", "--exact", "--quiet", "--python", python, f"{wheel}[{extra}]"],
        [python, "-I", Path(__file__).with_name("jobs.py"), extra],
    ):
        done = subprocess.run(
            [*map(str, command)],
            capture_output=True,
            text=True,
            cwd=wheel.parent,
            env=clean | {"RECLI_WHEEL": str(wheel)},
            check=False,
        )
        if done.returncode:
            said = f"{done.stdout}\n{done.stderr}".strip()
            print(
                f"--- {extra}: {' '.join(map(str, command))}\n{said}", file=sys.stderr, flush=True
            )
            lines = [line.strip() for line in said.splitlines() if line.strip()]
            return (lines or ["no word"])[-1]
    return "ok"


def main(*chosen: str) -> int:
    versions = [name for name in chosen if re.fullmatch(r"3\.\d+", name)] or PYTHONS
    wanted = [name for name in chosen if name not in versions] or extras()
    failed = 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        build = ["uv", "build", "--quiet", "--wheel", "--out-dir", folder, ROOT]
        subprocess.run([*map(str, build)], check=True)
        [wheel] = folder.glob("*.whl")
        for version in versions:
            program = found(version)
            for extra in wanted:
                result = tried(extra, program, wheel, folder / version) if program else ABSENT
                failed += result not in {"ok", ABSENT}
                print(f"{version:6}{extra:18}{result}", flush=True)
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
