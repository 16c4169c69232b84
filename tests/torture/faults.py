"""A process in which the n-th change of the working folder kills it, or is refused by the system.

    python faults.py N WHAT ARGUMENT…

runs `recli ARGUMENT…`. WHAT is `kill` or the name of an error, such as ENOSPC. Changes are what Python's
audit events tell of: files opened for writing, renamed, removed, made. Libraries that write by themselves
(SQLite, safetensors) are seen when their file is opened or renamed by Python, and not in between. To
connect to SQLite is no change: a search that loses its storage in the middle of a trial can still end in
an assertion of Optuna, with its traceback.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
from typing import Any

CHANGES = frozenset(
    (
        *("os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.chmod", "os.truncate", "os.link"),
        *("os.symlink", "os.utime", "shutil.rmtree", "ctypes.dlsym"),
    )
)
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class Faults:
    """Counts changes below a folder and, at the chosen one, does what is asked.

    Attributes:
        count: changes so far
        at: the change at which it happens, from 1 on; 0 for none
        what: `kill`, or the name of an error
        folder: where changes count
    """

    def __init__(self) -> None:
        self.count = self.at = 0
        self.what, self.folder = "kill", ""

    def __call__(self, event: str, args: tuple[Any, ...]) -> None:
        if not self.folder or not self._is_change(event, args):
            return
        self.count += 1
        if self.count != self.at:
            return
        if self.what == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        number = getattr(errno, self.what)
        raise OSError(number, os.strerror(number), str(args[0]))

    def _is_change(self, event: str, args: tuple[Any, ...]) -> bool:
        if event == "open":
            path, _, flags = args
            if not isinstance(flags, int) or not flags & WRITES:
                return False
        elif event in CHANGES:
            path = args[0]
        else:
            return False
        if event == "ctypes.dlsym":
            return args[1] == "renameat2" and self.what == "kill"
        if not isinstance(path, str | bytes | os.PathLike):
            return False
        return os.path.abspath(os.fsdecode(path)).startswith(self.folder)


if __name__ == "__main__":
    from recli.cli import main

    faults = Faults()
    faults.at, faults.what, faults.folder = int(sys.argv[1]), sys.argv[2], os.getcwd()
    sys.addaudithook(faults)
    main(sys.argv[3:], prog_name="recli")
