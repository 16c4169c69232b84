"""Free memory, the peak, and sizes as people write them."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recli import errors, memory

# What is free


@pytest.fixture
def group(tmp_path, monkeypatch):
    """Writes files of a control group; the machine itself has 1,000 bytes free."""
    monkeypatch.setattr(memory, "_CGROUP", tmp_path)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=1000))

    def write(**files):
        for name, content in files.items():
            (tmp_path / f"memory.{name}").write_text(content, encoding="ascii")

    return write


def test_without_a_control_group_it_is_the_machines(group):
    assert memory.available() == 1000


def test_a_group_without_a_limit_has_what_the_machine_has(group):
    group(max="max\n", current="300\n", stat="inactive_file 0\n")
    assert memory.available() == 1000


@pytest.mark.parametrize(
    ("limit", "held", "cached", "free"),
    [(700, 300, 0, 400), (700, 300, 50, 450), (5000, 300, 0, 1000), (700, 710, 0, 0)],
)
def test_a_group_has_its_limit_less_what_it_holds(group, limit, held, cached, free):
    statistics = f"anon 200\nfile 99\ninactive_anon 7\ninactive_file {cached}\nactive_file 9\n"
    group(max=f"{limit}\n", current=f"{held}\n", stat=statistics)
    assert memory.available() == free


def test_a_group_that_does_not_tell_all(group):
    group(max="700\n")
    assert memory.available() == 1000
    group(current="300\n")
    assert memory.available() == 400


def test_this_machine_has_some():
    assert 1 << 20 < memory.available() <= psutil.virtual_memory().total


# Sizes


@pytest.mark.parametrize(
    ("text", "size"),
    [
        *(("1000", 1000), ("1000B", 1000), ("2k", 2048), ("512M", 536_870_912)),
        *(("2G", 2_147_483_648), ("2GB", 2_147_483_648), (" 2 gib ", 2_147_483_648)),
        *(("1.5GiB", 1_610_612_736), (".5K", 512), ("1.K", 1024), ("1T", 1_099_511_627_776)),
    ],
)
def test_sizes(text, size):
    assert memory.parse(text) == size


@pytest.mark.parametrize(
    "text", ["", "G", "0", "0.1", "-1G", "1,5G", "1e9", "2 X", "nan", "half", "1KK", "1iB", "٣G"]
)
def test_what_is_no_size(text):
    with pytest.raises(errors.UsageError, match="is not a size, as in 512M, 2G, 1.5GiB"):
        memory.parse(text)


@pytest.mark.parametrize(
    ("size", "text"),
    [
        *((0, "0 B"), (1, "1 B"), (1023, "1,023 B"), (1024, "1 KiB"), (1536, "1.5 KiB")),
        *((1 << 30, "1 GiB"), (20_291_530_752, "18.9 GiB"), (5 << 70, "5,120 EiB")),
    ],
)
def test_sizes_as_shown(size, text):
    assert memory.shown(size) == text


@given(st.integers(1, 2**59))
def test_what_is_shown_is_read(size):
    assert memory.parse(memory.shown(size).replace(",", "")) == pytest.approx(size, rel=0.05)


# The peak


def test_the_peak_rises_and_starts_over():
    held = memory.reset_peak()
    assert held > 1
    block = np.ones(64 << 17)  # 64 MiB
    assert memory.peak() >= held + 50
    del block
    assert memory.reset_peak() <= memory.peak()


def test_without_proc_it_is_what_getrusage_says(monkeypatch, tmp_path):
    monkeypatch.setattr(memory, "_PROC", tmp_path / "absent")
    assert memory.reset_peak() > 1
    monkeypatch.setattr(memory, "_PROC", tmp_path)
    (tmp_path / "status").write_text("Name:\tpython\n")
    assert memory.peak() > 1
    (tmp_path / "status").write_text("Name:\tpython\nVmHWM:\t    2048 kB\n")
    assert memory.peak() == 2
    (tmp_path / "clear_refs").mkdir()
    assert memory.reset_peak() == 2, "a peak that cannot be reset"


def test_windows_does_not_tell(monkeypatch, tmp_path):
    monkeypatch.setattr(memory, "_PROC", tmp_path)
    monkeypatch.setattr("sys.platform", "win32")
    assert math.isnan(memory.peak())
