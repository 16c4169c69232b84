"""How fast `recli serve` is, on an SVD, with the load beside it on the same machine.

python experiments/serve_speed.py start ml-100k      from the command to the first answer
python experiments/serve_speed.py requests ml-100k   GET /recommend a second, by wrk if it is there
python experiments/serve_speed.py half ml-100k       how long answers take at 1,000 a second
python experiments/serve_speed.py reloads ml-100k    the same while 20 models are published
python experiments/serve_speed.py events ml-100k     POST /events in batches, then kill -9
python experiments/serve_speed.py memory ml-100k     what the server holds, --minutes 10
python experiments/serve_speed.py storm ml-100k      at full load a model a second, every third damaged
python experiments/serve_speed.py slow ml-100k       beside 10,000 clients that send a byte a second

--workers N is how many processes serve, --remember 0 has every list made anew.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import json
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import psutil

from recli.algorithms import Configured
from recli.data.load import load
from recli.events.log import FILE_NAME, EventLog
from recli.models import model as models

RATE = 1000.0
CONNECTIONS = 16
SECONDS = 15.0
STARTS = 5
RELOADS = 20
BATCH = 100


@dataclass
class Server:
    """A running server."""

    process: subprocess.Popen[str]
    host: str
    port: int

    def ask(self, path: str) -> str:
        with urllib.request.urlopen(f"http://{self.host}:{self.port}{path}", timeout=30) as answer:
            return answer.read().decode()

    def bytes_held(self) -> int:
        """Resident memory of the server and its workers."""
        server = psutil.Process(self.process.pid)
        return sum(one.memory_info().rss for one in (server, *server.children(recursive=True)))


@contextlib.contextmanager
def serving(results: Path, *options: str) -> Iterator[Server]:
    command = [sys.executable, "-m", "recli", "serve", "--port", "0", "--results", str(results)]
    process = subprocess.Popen([*command, *options], stderr=subprocess.PIPE, encoding="utf-8")  # noqa: S603
    assert process.stderr is not None
    try:
        found = re.search(r"http://([\d.]+):(\d+)", process.stderr.readline())
        assert found is not None
        yield Server(process, found[1], int(found[2]))
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()
        process.stderr.close()


@dataclass
class Load:
    """Requests over connections that stay open: `rate` a second, or as many as are answered.

    How long one took counts from when it was due, so that waiting for a slow one counts too.
    """

    requests: Iterator[bytes]
    seconds: float
    rate: float | None = None
    took: list[float] = field(default_factory=list)
    failed: int = 0

    async def drive(self, server: Server) -> None:
        loop = asyncio.get_running_loop()
        free: asyncio.Queue[_Connection] = asyncio.Queue()
        for _ in range(CONNECTIONS):
            free.put_nowait(await _connected(server))
        started, asked = loop.time(), set()
        for n in itertools.count():
            now = loop.time()
            due = now if self.rate is None else started + n / self.rate
            if due - started > self.seconds:
                break
            if due > now:
                await asyncio.sleep(due - now)
            connection = await free.get()
            task = asyncio.create_task(
                self._ask(server, connection, next(self.requests), due, free)
            )
            asked.add(task)
            task.add_done_callback(asked.discard)
        await asyncio.gather(*asked)
        self.seconds = loop.time() - started
        while not free.empty():
            free.get_nowait().transport.close()

    async def _ask(
        self,
        server: Server,
        connection: _Connection,
        request: bytes,
        due: float,
        free: asyncio.Queue[_Connection],
    ) -> None:
        try:
            status = await connection.ask(request)
        except OSError:
            status, connection = 0, await _connected(server)
        self.took.append(asyncio.get_running_loop().time() - due)
        self.failed += status not in (200, 202)
        free.put_nowait(connection)

    def told(self) -> str:
        median, most, worst = np.percentile(self.took, [50, 99, 100]) * 1000
        return (
            f"{len(self.took):,} requests, {len(self.took) / self.seconds:,.0f} a second, {self.failed} "
            f"failed; median {median:.2f} ms, p99 {most:.2f} ms, longest {worst:.1f} ms"
        )


class _Connection(asyncio.Protocol):
    """Sends one request after another, and tells the status of the answer once all of it is there."""

    transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._got = b""

    def ask(self, request: bytes) -> asyncio.Future[int]:
        self._answered: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._got = b""
        if self.transport.is_closing():
            self._answered.set_exception(ConnectionError())
        else:
            self.transport.write(request)
        return self._answered

    def data_received(self, data: bytes) -> None:
        self._got += data
        head, blank, body = self._got.partition(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head)
        if blank and length and len(body) >= int(length[1]) and not self._answered.done():
            self._answered.set_result(int(head[9:12]))

    def connection_lost(self, exc: Exception | None) -> None:
        answered = getattr(self, "_answered", None)
        if answered is not None and not answered.done():
            answered.set_exception(ConnectionError())


async def _connected(server: Server) -> _Connection:
    loop = asyncio.get_running_loop()
    _, connection = await loop.create_connection(_Connection, server.host, server.port)
    return connection


def drive(server: Server, load: Load) -> str:
    asyncio.run(load.drive(server))
    return load.told()


def lists_of(users: list[str]) -> Iterator[bytes]:
    for user in itertools.cycle(users):
        yield f"GET /recommend?user_id={user}&n=10 HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()


def start(results: Path, users: list[str], options: list[str], minutes: float) -> None:
    took = []
    for _ in range(STARTS):
        started = time.perf_counter()
        with serving(results, *options) as server:
            server.ask(f"/recommend?user_id={users[0]}")
            took.append(time.perf_counter() - started)
    print(
        f"to the first answer: {statistics.median(took):.2f} s, of {STARTS}: {min(took):.2f} at best"
    )


def requests(results: Path, users: list[str], options: list[str], minutes: float) -> None:
    with serving(results, *options) as server:
        if (wrk := shutil.which("wrk")) is None:
            print(drive(server, Load(lists_of(users), SECONDS)))
            return
        with tempfile.TemporaryDirectory() as folder:
            script = Path(folder) / "users.lua"
            quoted = ", ".join(json.dumps(user) for user in users)
            script.write_text(
                f"local users, n = {{{quoted}}}, 0\n"
                "request = function()\n  n = n % #users + 1\n"
                '  return wrk.format("GET", "/recommend?n=10&user_id=" .. users[n])\nend\n',
                encoding="utf-8",
            )
            address = f"http://{server.host}:{server.port}"
            load = ["-t1", f"-c{CONNECTIONS}", f"-d{SECONDS:.0f}", "--latency", "-s", str(script)]
            subprocess.run([wrk, *load, address], check=True)  # noqa: S603


def half(results: Path, users: list[str], options: list[str], minutes: float) -> None:
    with serving(results, *options) as server:
        drive(server, Load(lists_of(users), 3, RATE))
        print(drive(server, Load(lists_of(users), SECONDS, RATE)))


def reloads(results: Path, users: list[str], options: list[str], minutes: float) -> None:
    twin = results.parent / "twin"
    model = models.load(results / "models" / "svd")
    publisher = (
        "import sys, time\nfrom pathlib import Path\nfrom recli.models import model as models\n"
        "model = models.load(Path(sys.argv[1]) / 'models' / 'svd')\n"
        f"for _ in range({RELOADS}):\n"
        "    models.save(model, Path(sys.argv[2]), 'svd')\n    time.sleep(1.5)\n"
    )
    models.save(model, twin, "svd")
    with serving(results, *options) as server:
        drive(server, Load(lists_of(users), 3, RATE))
        command = [sys.executable, "-c", publisher, str(twin), str(results)]
        publishing = subprocess.Popen(command)  # noqa: S603
        print(drive(server, Load(lists_of(users), RELOADS * 1.5 + 5, RATE)))
        publishing.wait()
        taken = re.search(r'reloads_total{result="taken"} (\d+)', server.ask("/metrics"))
        assert taken is not None
        print(f"{taken[1]} of {RELOADS} models taken")


def events(results: Path, users: list[str], options: list[str], minutes: float) -> None:
    def batches() -> Iterator[bytes]:
        for batch in itertools.count():
            sent = [
                {
                    "event_id": f"{batch}-{n}",
                    "type": "rating",
                    "value": 3,
                    "user_id": n,
                    "item_id": n,
                }
                for n in range(BATCH)
            ]
            body = json.dumps({"events": sent}).encode()
            head = f"POST /events HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n"
            yield f"{head}Content-Type: application/json\r\n\r\n".encode() + body

    load = Load(batches(), SECONDS)
    with serving(results, *options) as server:
        print(drive(server, load))
        workers = psutil.Process(server.process.pid).children(recursive=True)
        for process in (server.process.pid, *(worker.pid for worker in workers)):
            os.kill(process, signal.SIGKILL)
    accepted = (len(load.took) - load.failed) * BATCH
    with EventLog(results / FILE_NAME) as log:
        print(
            f"{accepted / load.seconds:,.0f} events a second in batches of {BATCH}; {accepted:,} "
            f"accepted, {log.count_after(0):,} there after kill -9"
        )


def memory(results: Path, users: list[str], options: list[str], minutes: float) -> None:
    held = []
    with serving(results, *options) as server:
        drive(server, Load(lists_of(users), 30, RATE))
        for _ in range(round(minutes * 6)):
            told = drive(server, Load(lists_of(users), 10, RATE))
            held.append(server.bytes_held() / 2**20)
    print(f"the last ten seconds: {told}")
    print(
        f"{minutes:g} minutes at {RATE:,.0f} a second: {held[0]:.1f} MiB at first, {held[-1]:.1f} at "
        f"last, from {min(held):.1f} to {max(held):.1f}"
    )


def storm(results: Path, users: list[str], options: list[str], minutes: float) -> None:
    twin = results.parent / "twin"
    models.save(models.load(results / "models" / "svd"), twin, "svd")
    seconds = minutes * 60
    publisher = [sys.executable, "-c", PUBLISHER, str(twin), str(results), str(seconds)]
    held = []
    with serving(results, *options) as server:
        drive(server, Load(lists_of(users), 3))
        publishing = subprocess.Popen(publisher, stdout=subprocess.PIPE, text=True)  # noqa: S603
        load = Load(lists_of(users), seconds)
        watching = threading.Thread(target=_watch, args=(server, seconds, held))
        watching.start()
        print(drive(server, load))
        watching.join()
        [published] = [publishing.communicate()[0].strip()]
        time.sleep(12)
        answers = server.ask("/metrics")
        assert json.loads(server.ask("/readyz"))
    counted = dict(re.findall(r'reloads_total\{result="(\w+)"\} (\d+)', answers))
    print(f"published {published}; taken {counted.get('taken')}, refused {counted.get('refused')}")
    print(f"held MiB: {held[0]:.0f} at first, {held[-1]:.0f} at last, {max(held):.0f} at most")


PUBLISHER = """
import shutil, sys, time
from pathlib import Path
from recli import files
from recli.models import model as models
twin, results, seconds = Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3])
model, good, bad = models.load(twin / "models" / "svd"), 0, 0
end = time.monotonic() + seconds
while time.monotonic() < end:
    if (good + bad) % 3 == 2:
        with files.new_folder(results / "models" / "svd") as folder:
            shutil.copytree(twin / "models" / "svd", folder, dirs_exist_ok=True)
            state = folder / "state.safetensors"
            state.write_bytes(state.read_bytes()[:-1000])
        bad += 1
    else:
        models.save(model, results, "svd")
        good += 1
    time.sleep(1)
print(f"{good} good and {bad} damaged")
"""


def _watch(server: Server, seconds: float, held: list[float]) -> None:
    for _ in range(round(seconds / 5)):
        time.sleep(5)
        held.append(server.bytes_held() / 2**20)


def slow(results: Path, users: list[str], options: list[str], minutes: float) -> None:
    with serving(results, *options) as server:
        print("alone:  ", drive(server, Load(lists_of(users), SECONDS, RATE / 5)))
        crawling = subprocess.Popen(  # noqa: S603
            [sys.executable, "-c", CRAWLERS, server.host, str(server.port), str(minutes * 60)],
            stdout=subprocess.PIPE,
            text=True,
        )
        time.sleep(20)
        print("beside: ", drive(server, Load(lists_of(users), minutes * 60 - 30, RATE / 5)))
        print(crawling.communicate()[0].strip())
        print("after:  ", drive(server, Load(lists_of(users), SECONDS, RATE / 5)))


CRAWLERS = """
import asyncio, resource, sys
host, port, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
counts = dict.fromkeys(("connected", "refused", "cut off"), 0)

async def crawl(n):
    await asyncio.sleep(n / 1000)
    end = asyncio.get_running_loop().time() + seconds
    while asyncio.get_running_loop().time() < end:
        try:
            _, writer = await asyncio.open_connection(host, port)
        except OSError:
            counts["refused"] += 1
            await asyncio.sleep(5)
            continue
        counts["connected"] += 1
        try:
            for sign in b"GET /recommend?user_id=1 HTTP/1.1\\r\\nX-Slow: " + b"a" * 10000:
                writer.write(bytes([sign]))
                await writer.drain()
                await asyncio.sleep(1)
                if asyncio.get_running_loop().time() > end:
                    break
        except OSError:
            counts["cut off"] += 1
        writer.close()

async def main():
    await asyncio.gather(*(crawl(n) for n in range(10_000)))

asyncio.run(main())
print(counts)
"""


MEASURES: dict[str, Callable[[Path, list[str], list[str], float], None]] = {
    measure.__name__: measure
    for measure in (start, requests, half, reloads, events, memory, storm, slow)
}

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=MEASURES)
    parser.add_argument("dataset")
    parser.add_argument("--workers", default="1")
    parser.add_argument("--remember", default="32M")
    parser.add_argument("--minutes", type=float, default=10)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        into = Path(temporary) / "results"
        fitted = models.train(load(asked.dataset), Configured.of("svd"), 0)
        models.save(fitted, into, "svd")
        everybody = fitted.trainset.ratings.user_ids.text.tolist()
        given = ["--workers", asked.workers, "--remember", asked.remember]
        MEASURES[asked.what](into, everybody, given, asked.minutes)
