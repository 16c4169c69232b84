"""Folders that are written, replaced and removed whole, whatever becomes of the process."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
import time

import pytest

from recli import errors, files, stored
from recli.models.stored import MODELS

posix = pytest.mark.skipif(sys.platform == "win32", reason="named pipes of POSIX")
DAY = 86_400


def put(path, text="1"):
    with files.new_folder(path) as folder:
        (folder / "said").write_text(text, encoding="utf-8")


def can_exchange(folder):
    one, other = folder / "one", folder / "other"
    one.mkdir()
    other.mkdir()
    return files._exchanged(one, other)


@pytest.mark.parametrize("exchanges", [True, False])
def test_one_takes_the_place_of_another_and_nothing_is_left(tmp_path, exchanges, monkeypatch):
    if not exchanges:
        monkeypatch.setattr(files, "_exchanged", lambda *_: False)
    put(tmp_path / "m")
    put(tmp_path / "m", "2")
    assert (tmp_path / "m" / "said").read_text(encoding="utf-8") == "2"
    assert [path.name for path in tmp_path.iterdir()] == ["m"]


def test_there_is_one_at_every_moment(tmp_path):
    if not can_exchange(tmp_path):
        pytest.skip("this system or its file system cannot exchange two folders")
    path, done, absent = tmp_path / "m", threading.Event(), []
    put(path)

    def look():
        while not done.is_set():
            try:
                os.stat(path)
            except FileNotFoundError:
                absent.append(1)

    thread = threading.Thread(target=look)
    thread.start()
    for n in range(200):
        put(path, str(n))
    done.set()
    thread.join()
    assert not absent


KILLED = """
import os, shutil, signal, sys
from pathlib import Path
from recli import files, stored
files._exchanged = lambda *_: False
renames = []
rename = Path.rename
def dies(self, target):
    found = rename(self, target)
    os.kill(os.getpid(), signal.SIGKILL)
Path.rename = dies
path = Path(sys.argv[1])
if sys.argv[2] == "replaced":
    with files.new_folder(path) as folder:
        (folder / "said").write_text("2")
else:
    stored.remove([path])
"""


def killed(path, how):
    done = subprocess.run([sys.executable, "-c", KILLED, str(path), how], check=False)
    assert done.returncode == -9
    assert not path.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_what_was_killed_between_two_steps_is_found_again(tmp_path):
    path = MODELS.folder(tmp_path, "m")
    put(path)
    killed(path, "replaced")
    [left] = path.parent.glob(".m.*/old")
    os.utime(left.parent, (time.time() - 20,) * 2)
    assert MODELS.find(tmp_path, "m") == path
    assert (path / "said").read_text(encoding="utf-8") == "1"


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_removal_that_was_killed_is_in_nobodys_way(tmp_path):
    path = MODELS.folder(tmp_path, "m")
    for _ in range(2):
        put(path)
        killed(path, "removed")
    put(path)
    stored.remove([path])
    assert len(list(path.parent.iterdir())) == 2, "what is younger than a day may be at work"
    for left in path.parent.iterdir():
        os.utime(left, (time.time() - 2 * DAY,) * 2)
    put(path)
    assert list(path.parent.iterdir()) == [path]


def test_what_is_swept_is_what_was_left_alone(tmp_path):
    kept = [tmp_path / name for name in (".git", ".m.disabled", "m.recli-abcdefgh", ".m.recli-x")]
    for path in (*kept, tmp_path / ".m.recli-abcdefgh"):
        path.mkdir()
        os.utime(path, (time.time() - 2 * DAY,) * 2)
    put(tmp_path / "m")
    assert set(tmp_path.iterdir()) == {*kept, tmp_path / "m"}


def test_a_file_is_written_where_a_link_points(tmp_path):
    there, link, further = tmp_path / "there" / "a", tmp_path / "link", tmp_path / "further"
    link.symlink_to(there)
    further.symlink_to("link")
    for text in ("1", "2"):  # at first there is nothing, not even the folder
        assert files.write_text(further, text) == further
        assert there.read_text(encoding="utf-8") == text
    assert link.is_symlink()
    assert further.is_symlink()
    assert os.listdir(there.parent) == ["a"]


@pytest.mark.parametrize("exchanges", [True, False])
def test_a_folder_is_written_where_a_link_points(tmp_path, exchanges, monkeypatch):
    if not exchanges:
        monkeypatch.setattr(files, "_exchanged", lambda *_: False)
    there, link = tmp_path / "there" / "m", tmp_path / "link"
    link.symlink_to(there)
    for text in ("1", "2"):
        put(link, text)
        assert (there / "said").read_text(encoding="utf-8") == text
    assert link.is_symlink()
    assert os.listdir(there.parent) == ["m"]
    assert sorted(os.listdir(tmp_path)) == ["link", "there"]


def test_a_link_that_is_removed_leaves_what_it_points_to(tmp_path):
    put(tmp_path / "there")
    (tmp_path / "link").symlink_to("there")
    files.remove_folder(tmp_path / "link")
    assert os.listdir(tmp_path) == ["there"]
    assert (tmp_path / "there" / "said").is_file()


def test_a_link_in_a_circle(tmp_path):
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(errors.UsageError, match="a cannot be written: Too many levels"):
        files.write_text(tmp_path / "a", "1")
    assert sorted(os.listdir(tmp_path)) == ["a", "b"]


@posix
def test_what_is_no_file_is_written_to_and_stays(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    found = []
    reader = threading.Thread(target=lambda: found.append(pipe.read_bytes()))
    reader.start()
    files.write_text(pipe, "1")
    reader.join()
    assert found == [b"1"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert os.listdir(tmp_path) == ["pipe"]
