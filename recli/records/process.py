"""Which process works on something, as its document says, and whether that still lives."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from typing import Any

import psutil

_CLOCKS_DIFFER = 60.0  # seconds


def this_process() -> dict[str, Any]:
    """This one, as JSON."""
    return {
        "host": platform.node(),
        "pid": os.getpid(),
        "created": psutil.Process().create_time(),
    }


def is_alive(process: Mapping[str, Any] | None) -> bool:
    """Whether a process lives, as far as one can see from here.

    Args:
        process: what `this_process` gave there; None where it is not known, which counts as alive

    >>> is_alive(this_process()), is_alive({**this_process(), "created": 0.0})
    (True, False)
    """
    if process is None or process["host"] != platform.node():
        return True
    try:
        # Numbers of processes are given again, with another time of creation.
        created = psutil.Process(process["pid"]).create_time()
        return abs(created - process["created"]) < _CLOCKS_DIFFER
    except psutil.NoSuchProcess:
        return False
