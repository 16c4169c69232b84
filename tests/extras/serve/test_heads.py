"""Heads without an end, and what cannot be parsed, over a socket."""

from __future__ import annotations

import json
import threading
import time

import pytest

from recli.extras.serve import patience
from tests.extras.serve.listening import listening

K = 1024
GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n"
POST = b"POST / HTTP/1.1\r\nHost: localhost\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"
END = b"Connection: close\r\n\r\n"


async def echo(scope, receive, send):
    """Answers with the number of headers and the length of the body."""
    assert scope["type"] == "http"
    length, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        length, more = length + len(message["body"]), message["more_body"]
    content = f"{len(scope['headers'])} {length}".encode()
    headers = [(b"content-length", str(len(content)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": content})


@pytest.fixture(scope="module")
def exchange():
    with listening(echo) as exchange:
        yield exchange


def refused(answer, status):
    """What the problem says that this answer is, the only one on its connection."""
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    assert first.startswith(f"HTTP/1.1 {status} ")
    assert headers["connection"] == "close"
    assert headers["content-type"] == "application/problem+json"
    assert int(headers["content-length"]) == len(body)
    return json.loads(body)["detail"]


@pytest.mark.parametrize(
    "sent",
    [
        [GET, *[b"A: " + b"b" * 997 + b"\r\n"] * 2000],
        [GET, *[b"A:b\r\n"] * 20_000],
        [GET, b"A: ", *[b"b" * K] * 2000],
        [GET, *[b"b" * K] * 100],
        [b"GET /", *[b"a" * K] * 100],
        [b"GET /?" + b"a" * 100 * K + b" HTTP/1.1\r\n", END],
        [*[b"\r\n"] * 40_000],
        [GET, b"A: " + b"b" * 300 * K + b"\r\n" + END],
    ],
    ids=["lines", "short-lines", "line", "name", "url", "query", "newlines", "at-once"],
)
def test_heads_of_more_than_64_kib(sent, exchange):
    answer = exchange(sent)
    assert refused(answer, 431) == "The head of the request is more than 64 KiB."


@pytest.mark.parametrize(
    "sent",
    [
        [CHUNKED, b"5;", *[b"a" * K] * 100],
        [CHUNKED, b"5\r\nabcde\r\n0\r\n", *[b"A: b\r\n"] * 20_000],
    ],
    ids=["chunk", "trailers"],
)
def test_the_rest_of_a_request_that_is_being_answered(sent, exchange):
    assert exchange(sent) == b""


def test_one_after_an_answer(exchange):
    answers = exchange([GET + b"\r\n", GET, b"a" * 100 * K])
    # Closed with something unread, the connection is reset, and an answer not yet read is lost.
    assert answers == b"" or answers.startswith(b"HTTP/1.1 200 OK\r\n")
    assert len(answers) < K


@pytest.mark.parametrize(
    ("sent", "answered"),
    [
        ([GET, b"A: " + b"b" * 60 * K + b"\r\n" + END], [b"3 0"]),
        ([b"GET /" + b"a" * 60 * K + b" HTTP/1.1\r\nHost: a\r\n", END], [b"2 0"]),
        ([POST + b"Content-Length: 300000\r\n" + END + b"a" * 300_000], [b"3 300000"]),
        ([CHUNKED, *[b"1\r\na\r\n"] * 50_000, b"0\r\n\r\n", GET, END], [b"2 50000", b"2 0"]),
        ([*[GET + b"A: " + b"b" * 30 * K + b"\r\n\r\n"] * 5, GET + END], [*[b"2 0"] * 5, b"2 0"]),
        ([(GET + b"\r\n") * 900 + GET + END], [*[b"1 0"] * 900, b"2 0"]),
    ],
    ids=["line", "url", "body", "chunks", "heads", "pipelined"],
)
def test_what_is_no_longer_is_answered(sent, answered, exchange):
    answers = exchange(sent).split(b"HTTP/1.1 200 OK\r\n")[1:]
    assert [answer.rpartition(b"\r\n\r\n")[2] for answer in answers] == answered


@pytest.mark.parametrize(
    "sent",
    [b"\x16\x03\x01", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"GET /\xff HTTP/1.1\r\n\r\n"],
)
def test_what_is_no_http(sent, exchange):
    assert refused(exchange([sent]), 400) == "Invalid HTTP request received."


def test_a_head_that_comes_a_byte_at_a_time(monkeypatch, exchange):
    monkeypatch.setattr(patience, "_SECONDS", 0.05)

    def slowly():
        yield GET
        for _ in range(1000):
            time.sleep(0.01)
            yield b"a"
        pytest.fail("read for ten seconds")

    assert exchange(slowly()) == b""


async def large(scope, receive, send):
    """Answers with 64 MiB, which no buffer of the system takes at once."""
    assert scope["type"] == "http"
    await send(
        {"type": "http.response.start", "status": 200, "headers": [(b"connection", b"close")]}
    )
    await send({"type": "http.response.body", "body": bytes(64 * K * K)})


def test_an_answer_that_is_not_read(monkeypatch):
    lost, connection_lost = threading.Event(), patience.Impatient.connection_lost

    def told(self, error):
        connection_lost(self, error)
        lost.set()

    monkeypatch.setattr(patience, "_SECONDS", 0.1)
    monkeypatch.setattr(patience.Impatient, "connection_lost", told)

    def and_wait():
        yield GET + b"\r\n"
        assert lost.wait(20)

    with listening(large, lifespan="off") as exchange:
        assert len(exchange(and_wait())) < 64 * K * K


def test_requests_sent_ahead(exchange):
    """A few are answered one after another; of very many the connection is closed."""
    few = exchange([(GET + b"\r\n") * 50 + GET + END])
    assert few.count(b"HTTP/1.1 200 ") == 51
    many = exchange([(GET + b"\r\n") * 200_000])
    assert many.count(b"HTTP/1.1 200 ") < 200_000
