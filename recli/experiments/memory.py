"""How much memory this process has held at most."""

from __future__ import annotations

import sys
from pathlib import Path

_PROC = Path("/proc/self")


def reset_peak() -> float:
    """Start over counting, and return what the process holds now, MiB.

    Only Linux can start over; elsewhere it is what the process has held at most so far.
    """
    if _PROC.is_dir():
        (_PROC / "clear_refs").write_text("5")  # documented in proc(5): resets the peak
    return peak()


def peak() -> float:
    """The most memory (resident set) since `reset_peak`, MiB; NaN where the system does not tell."""
    if _PROC.is_dir():
        status = (_PROC / "status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) / 1024
    if sys.platform == "win32":
        return float("nan")
    import resource

    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return kilobytes / (1 << 20) if sys.platform == "darwin" else kilobytes / (1 << 10)
