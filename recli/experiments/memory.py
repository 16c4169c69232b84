"""How much memory this process has held at most."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path

_PROC = Path("/proc/self")


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
