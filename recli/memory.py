"""Memory: how much is free, how much this process has held at most, and sizes as people write them."""

from __future__ import annotations

import contextlib
import re
import sys
from pathlib import Path

from recli import errors

_PROC = Path("/proc/self")
_CGROUP = Path("/sys/fs/cgroup")
_UNITS = ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")
_SIZE = re.compile(r"(\d+(?:\.\d*)?|\.\d+)\s*(?:([KMGTPE])(?:iB|B)?|B)?", re.ASCII | re.IGNORECASE)


def available() -> int:
    """Memory that can be had without swapping, bytes: the machine's, or less in a container.

    A container has at most what its control group (version 2) allows, less what it holds; cached
    files that were not looked at lately do not count as held, since they make room.
    """
    import psutil  # not for those who only ask for help

    free: int = psutil.virtual_memory().available
    limit, held = _bytes_in("memory.max"), _bytes_in("memory.current")
    if limit is None or held is None:
        return free
    statistics = _text_of("memory.stat").splitlines()
    cached = sum(int(line.split()[1]) for line in statistics if line.startswith("inactive_file "))
    return max(0, min(free, limit - held + cached))


def _bytes_in(name: str) -> int | None:
    """The number in a file of the control group; None for `max`, no limit, and without the file."""
    text = _text_of(name).strip()
    return int(text) if text.isdigit() else None


def _text_of(name: str) -> str:
    with contextlib.suppress(OSError):
        return (_CGROUP / name).read_text(encoding="ascii")
    return ""


def reset_peak() -> float:
    """Start over counting, and return what the process holds now, MiB.

    Only Linux can start over; elsewhere it is what the process has held at most so far.
    """
    # Some containers have no such file, or one that cannot be written.
    with contextlib.suppress(OSError):
        (_PROC / "clear_refs").write_text("5")  # documented in proc(5): resets the peak
    return peak()


def peak() -> float:
    """The most memory (resident set) since `reset_peak`, MiB; NaN where the system does not tell."""
    status = _PROC / "status"
    for line in status.read_text().splitlines() if status.is_file() else ():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    if sys.platform == "win32":
        return float("nan")
    import resource

    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return kilobytes / (1 << 20) if sys.platform == "darwin" else kilobytes / (1 << 10)


def parse(text: str) -> int:
    """A size in bytes: `2G`, `512M`, `1.5GiB` or plain bytes; every unit is 1,024 of the one below.

    Args:
        text: the text to read

    Raises:
        UsageError: for anything else, and for no bytes at all

    >>> parse("2G"), parse("1.5 KiB"), parse("1000")
    (2147483648, 1536, 1000)
    """
    found = _SIZE.fullmatch(text.strip())
    size = 0
    if found:
        power = "BKMGTPE".index((found[2] or "B").upper())
        size = int(float(found[1]) * 1024**power)
    if size < 1:
        raise errors.UsageError(f"'{text}' is not a size, as in 512M, 2G, 1.5GiB or plain bytes.")
    return size


def shown(n_bytes: int) -> str:
    """A size to one digit after the point, in the largest unit that it has one of.

    Args:
        n_bytes: a number of bytes

    >>> shown(20_291_530_752), shown(64 << 20), shown(12)
    ('18.9 GiB', '64 MiB', '12 B')
    """
    power = min(max(0, (n_bytes.bit_length() - 1) // 10), len(_UNITS) - 1)
    return f"{n_bytes / 1024**power:,.1f}".removesuffix(".0") + f" {_UNITS[power]}"
