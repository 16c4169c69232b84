"""Where numbers were computed: versions, processor, threads, commit."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import shutil
import subprocess
from pathlib import Path
from typing import Any

import threadpoolctl

import recli
from recli import registry
from recli.records import code_version

COMPUTE = ("numpy", "scipy", "scikit-learn", "scikit-surprise", "numba")
"""The packages whose versions numbers can depend on."""
_OTHERS = ("pandas", "pyarrow", "optuna")
_CPUS = Path("/proc/cpuinfo")
_PATIENCE = 10.0  # seconds for git to look at a large working folder


def environment() -> dict[str, Any]:
    """Versions and machine, as far as numbers and times can depend on them.

    Returns:
        `code` is that of recli, as in `code_version.of_recli`; `threads` of the libraries for linear
        algebra, as loaded now; `packages` has versions, those of the extras with algorithms among them,
        if they are installed; `commit` is that of the repository of the working folder, with `-dirty`
        if files differ from it, None without a repository or without git.
    """
    return {
        "recli": recli.__version__,
        "code": code_version.of_recli(),
        "python": platform.python_version(),
        "platform": platform.platform(),
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "threads": {
            library["internal_api"]: library["num_threads"]
            for library in threadpoolctl.threadpool_info()
        },
        "packages": versions((*COMPUTE, *_OTHERS, *_of_extras())),
        "commit": _commit(),
    }


def versions(packages: tuple[str, ...] = COMPUTE) -> dict[str, str]:
    """The installed versions of packages.

    Args:
        packages: their names in the registry of packages
    """
    return {name: importlib.metadata.version(name) for name in packages}


def _of_extras() -> list[str]:
    names = registry.names("algorithm")
    extras = sorted({registry.extra_of("algorithm", name) for name in names} - {""})
    return [
        package
        for extra in extras
        if registry.installed(extra)
        for package in registry.packages(extra)
    ]


def _cpu() -> str:
    """The processor's model as Linux names it, elsewhere as Python does."""
    lines = _CPUS.read_text(encoding="utf-8").splitlines() if _CPUS.is_file() else []
    models = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(models, "") or platform.processor() or platform.machine()


def _commit() -> str | None:
    git = shutil.which("git")
    if git is None:
        return None
    # `--exclude` leaves the tags out, so that it is always the commit.
    command = [git, "describe", "--always", "--abbrev=40", "--exclude=*", "--dirty"]
    try:
        told = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=_PATIENCE)  # noqa: S603, PLW1510
    except (OSError, subprocess.TimeoutExpired):
        return None
    return told.stdout.strip() if told.returncode == 0 else None
