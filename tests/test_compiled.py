"""Where compiled code is kept, and what is said about it."""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numba
import platformdirs
import pytest
from numba.core import event

import recli
from recli import compiled
from recli.kernels import clock

PACKAGE = Path(recli.__file__).parent
SOURCES = Path("sources")


@pytest.fixture
def place(monkeypatch, tmp_path):
    """Decides as in a fresh process: `place(writable)` for code from the folder `sources`."""
    SOURCES.mkdir()
    monkeypatch.setattr(platformdirs, "user_cache_dir", lambda *_: str(tmp_path / "user"))
    monkeypatch.setattr(numba.config, "CACHE_DIR", "")
    really = compiled._writable

    def decide(*not_writable):
        compiled._can_keep.cache_clear()
        compiled._say_once.cache_clear()
        forbidden = [Path(folder).resolve() for folder in not_writable]

        def writable(folder):
            within = [folder.resolve(), *folder.resolve().parents]
            return not set(within) & set(forbidden) and really(folder)

        monkeypatch.setattr(compiled, "_writable", writable)
        return compiled._can_keep(SOURCES), numba.config.CACHE_DIR

    yield decide
    compiled._can_keep.cache_clear()
    compiled._say_once.cache_clear()


@pytest.fixture
def said(caplog):
    caplog.set_level(logging.WARNING, "recli")
    return caplog


def test_beside_the_source_where_that_can_be_written(place, said):
    assert place() == (True, "")
    assert said.messages == []


def test_else_in_a_folder_of_the_user_which_is_said_once(place, said, tmp_path):
    folder = tmp_path / "user" / "kernels"
    assert place(SOURCES) == (True, str(folder))
    assert said.messages == [
        f"Compiled code is kept in {folder}, since {PACKAGE} cannot be written."
    ]
    numba.config.CACHE_DIR = ""
    assert place(SOURCES) == (True, str(folder))
    assert len(said.messages) == 1, "the folder is not new any more"


def test_else_not_at_all(place, said, tmp_path):
    assert place(SOURCES, "user") == (False, "")
    [message] = said.messages
    assert f"neither {PACKAGE} nor {tmp_path / 'user' / 'kernels'} can be written" in message
    assert "NUMBA_CACHE_DIR" in message
    kernel = compiled.njit(cache=True, nogil=True)(lambda x: x + 1)
    assert kernel(1) == 2


def test_a_folder_that_the_user_names(place, said, monkeypatch):
    monkeypatch.setattr(numba.config, "CACHE_DIR", "mine")
    assert place(SOURCES, "user") == (True, "mine")
    assert said.messages == []
    assert place("mine", "user") == (True, "mine"), "numba itself then goes beside the source"
    kept, folder = place("mine", SOURCES)
    assert kept
    assert folder.endswith("kernels")


def test_writable(tmp_path):
    assert compiled._writable(tmp_path / "new" / "folder")
    assert list((tmp_path / "new" / "folder").iterdir()) == []
    (tmp_path / "file").write_text("")
    assert not compiled._writable(tmp_path / "file")
    assert not compiled._writable(tmp_path / "file" / "folder")


# For real

PROGRAM = """
import numpy as np
from recli.kernels.counting_sort import order_by
from recli import kernels
print(order_by(np.array([1, 0, 1]), 2)[1].tolist(), kernels.sgd.svd.__name__)
"""


@pytest.fixture
def read_only(tmp_path):
    """`read_only(home)` runs PROGRAM with a copy of the package where nothing can be written."""
    site = tmp_path / "site"
    shutil.copytree(PACKAGE, site / "recli", ignore=shutil.ignore_patterns("__pycache__"))
    folders = [site, *(path for path in site.rglob("*") if path.is_dir())]
    for folder in folders:
        folder.chmod(0o555)
    command = [sys.executable, "-c", PROGRAM]
    if os.getuid() == 0:  # root without its capabilities is bound by permissions, too
        command = ["setpriv", "--inh-caps=-all", "--bounding-set=-all", *command]

    def run(home):
        env = {k: v for k, v in os.environ.items() if not k.startswith(("NUMBA_", "XDG_"))}
        env |= {"PYTHONPATH": str(site), "HOME": str(home)}
        return subprocess.run(command, env=env, capture_output=True, encoding="utf-8", check=False)

    yield run
    for folder in folders:
        folder.chmod(0o755)


@pytest.mark.skipif(
    sys.platform != "linux" or (os.getuid() == 0 and shutil.which("setpriv") is None),
    reason="needs a user who is bound by permissions",
)
def test_a_package_that_cannot_be_written(read_only, tmp_path):
    home, answer = tmp_path / "home", "[1, 0, 2] svd\n"
    home.mkdir()
    first, second = read_only(home), read_only(home)
    assert (first.returncode, first.stdout) == (0, answer), first.stderr
    kernels = home / ".cache" / "recli" / "kernels"
    assert f"Compiled code is kept in {kernels}" in first.stderr
    assert list(kernels.rglob("*.nbi"))
    assert (second.stdout, second.stderr) == (answer, "")
    shutil.rmtree(home / ".cache")
    home.chmod(0o555)
    third = read_only(home)
    assert (third.returncode, third.stdout) == (0, answer), third.stderr
    assert third.stderr.startswith("Every process of recli compiles anew")
    assert third.stderr.count("\n") == 1


def test_the_clock_stands_still_while_its_thread_compiles():
    kind, pause = "numba:compiler_lock", 0.02
    started = time.perf_counter(), clock.seconds()
    event.start_event(kind)
    event.start_event(kind)  # a kernel that calls another
    time.sleep(pause)
    event.end_event(kind)
    time.sleep(pause)
    event.end_event(kind)
    counted = clock.seconds() - started[1]
    assert 0 <= counted <= time.perf_counter() - started[0] - 2 * pause


def test_compiling_really_is_such_an_event():
    before = clock._COMPILING.seconds
    compiled.njit(cache=False)(lambda x: x + 1)(1)
    assert clock._COMPILING.seconds > before
