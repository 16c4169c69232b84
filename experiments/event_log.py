"""How many events a second the event log takes, each batch on disk before it counts.

python experiments/event_log.py [FOLDER] [EVENTS] [WRITERS]

WRITERS processes append EVENTS events between them, in batches of 1, 10, 100 and 1,000, to a log in a
temporary folder under FOLDER: choose one on the disk that is meant. `reading` is one process that goes
through all of them.
"""

from __future__ import annotations

import multiprocessing
import sys
import tempfile
import time
from pathlib import Path

from recli.data.event import Event
from recli.events.log import FILE_NAME, EventLog


def main(folder: str = ".", events: str = "20000", writers: str = "1") -> None:
    print(f"{'batch':>8}{'events/s':>12}{'reading/s':>12}")
    for batch in (1, 10, 100, 1000):
        n = min(int(events), 500 * batch) // int(writers)
        with tempfile.TemporaryDirectory(dir=folder) as temporary:
            path = Path(temporary) / FILE_NAME
            barrier = multiprocessing.Barrier(int(writers) + 1)
            processes = [
                multiprocessing.Process(target=write, args=(path, barrier, writer, n, batch))
                for writer in range(int(writers))
            ]
            for process in processes:
                process.start()
            barrier.wait()
            started = time.perf_counter()
            for process in processes:
                process.join()
            seconds = time.perf_counter() - started
            with EventLog(path) as log:
                started = time.perf_counter()
                found = sum(1 for _ in log.after(0))
                reading = time.perf_counter() - started
        print(f"{batch:>8,}{found / seconds:>12,.0f}{found / reading:>12,.0f}", flush=True)


def write(path: Path, barrier: object, writer: int, n: int, batch: int) -> None:
    now = int(time.time())
    batches = [
        [
            Event(f"{writer}-{k}-{'x' * 24}", "rating", f"{k % 943}", f"{k % 1682}", 4.0, now)
            for k in range(start, min(start + batch, n))
        ]
        for start in range(0, n, batch)
    ]
    with EventLog(path) as log:
        assert log.last == 0
        barrier.wait()
        for events in batches:
            log.append(events)


if __name__ == "__main__":
    main(*sys.argv[1:])
