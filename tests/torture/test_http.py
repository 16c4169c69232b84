"""Requests at random: none is a bug, none takes for ever, and the server answers the next."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Iterator

import pytest

from recli.algorithms import Configured
from recli.data.load import load
from recli.models import model as models

pytest.importorskip("fastapi")
pytest.importorskip("httpx")

from starlette.testclient import TestClient

from recli.extras.serve import patience
from recli.extras.serve.app import create_app
from recli.extras.serve.settings import Limits, ServiceSettings
from tests.extras.serve.listening import listening

SLOW = 20  # seconds, a hundred times what any answer takes
METHODS = ["GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "QUERY"]
PATHS = ["/recommend", "/predict", "/events", "/items", "/about", "/models", "/metrics", "/healthz"]
PATHS += ["/readyz", "/", "/page.css", "/page.js", "/openapi.json", "/similar/318", "/similar/hat"]
QUERIES = {
    "/recommend": {
        "user_id": ["15", "u1", "nobody"],
        "n": ["1", "5", "1000"],
        "explain": ["true"],
        "include_seen": ["1", "false"],
        "where": ["year >= 1990 and not genres contains 'Drama'", "item_id in (318, 50)"],
    },
    "/items": {"q": ["the", "toy stroy", "h"], "n": ["3", "100"]},
    "/similar/318": {"n": ["3"], "min_ratings": ["0", "5"]},
}
BODIES = {
    "/recommend": [
        {"user_id": 15, "n": 3, "explain": True},
        {"ratings": [{"item_id": 318, "rating": 5}, {"item_id": "50", "rating": 4.5}], "n": 5},
        {"interactions": [{"item_id": "hat", "weight": 5}, {"item_id": "pen"}]},
        {
            "user_id": "u1",
            "where": "year > 1990",
            "candidates": [318, 50, "hat"],
            "exclude": ["pen"],
            "min_ratings": 1,
            "since": "1999-01-01",
            "max_per": {"genres": 2},
            "diversify": 0.5,
            "calibrate": {"genres": 0.3},
            "explore": 0.2,
            "seed": 7,
            "sort": "lower-bound",
            "include_seen": True,
        },
    ],
    "/predict": [{"pairs": [{"user_id": 15, "item_id": 318}, {"user_id": "u1", "item_id": "hat"}]}],
    "/events": [
        {
            "events": [
                {"event_id": "a", "type": "rating", "user_id": 15, "item_id": 318, "value": 4.5},
                {"event_id": 2, "type": "view", "user_id": "u1", "item_id": "hat", "time": 1e9},
                {"event_id": "c", "type": "click", "user_id": "new", "item_id": "new"},
            ]
        }
    ],
}
WORDS = """0 -1 3 1.5 1e308 1e400 99999999999999999999 nan inf -Infinity 0x10 1_000 ٣ true null none ä ﬁ
2020-13-41 2026-01-01T00:00:00Z 0001-01-01 9999-12-31T23:59:59+14:00 genres title year user_id score
lower-bound rating view purchase ../.. %00 %ff %2e%2e ' " \\ == ( ) not in contains \u202e \ufeff"""
LONG = ["a" * 201, "a" * 5000, "(" * 500, "not " * 500 + "year"]
TEXTS = [*WORDS.split(), *LONG, "", " ", "\0", "\x1b[31m", "\ud800"]
NUMBERS = [0, -1, 2, 0.5, 1e308, -1e308, 5e-324, 2**31, 2**63, -(2**63), 10**30, 10**400]
VALUES: list[object] = [*TEXTS, *NUMBERS, None, True, False, float("nan"), float("inf")]
VALUES += [[], {}, [[]], [{}], {"": {}}, [None] * 1001]
HEADERS = {
    "content-type": [
        "application/json",
        "text/plain",
        "application/json; charset=utf-16",
        "a/b; c",
    ],
    "content-length": ["0", "-1", "5", "99999999999", "1e3", "٣"],
    "transfer-encoding": ["chunked", "gzip, chunked", "identity"],
    "authorization": ["Bearer", "Bearer x", "Basic eDp5", "bearer  "],
    "x-api-key": ["", "x"],
    "origin": ["https://shop.example", "null"],
    "access-control-request-method": ["POST", "X"],
    "accept-encoding": ["gzip", "*;q=0"],
    "range": ["bytes=0-1", "bytes=5-1", "bytes=-0,0-,9-", "bytes=0-0," * 500, "x"],
    "if-none-match": ["*", '"x"'],
    "x-forwarded-for": ["1.2.3.4", "::1, [::1]:80, x", ",,,"],
    "expect": ["100-continue", "x"],
    "connection": ["keep-alive", "upgrade", "close"],
    "upgrade": ["websocket", "h2c"],
    "cookie": ["a=b; c"],
}


@pytest.fixture(scope="module", params=["ratings", "interactions"])
def settings(request, tiny, tmp_path_factory):
    """A model of ratings with an item table, or one of kinds of interactions, to be served."""
    folder = tmp_path_factory.mktemp("torture-http")
    if request.param == "ratings":
        fitted = models.train(load(str(tiny)), Configured.of("hybrid"), 0)
    else:
        rows = [
            f"u{user},{item},{'purchase' if (user + n) % 3 else 'view'}\n"
            for user in range(12)
            for n, item in enumerate(("hat", "scarf", "gloves", "pen", "ink")[user % 2 :])
        ]
        (folder / "shop.csv").write_text("user,item,event\n" + "".join(rows), encoding="utf-8")
        reading = {"implicit": True, "weights": {"view": 1.0, "purchase": 5.0}}
        fitted = models.train(load(str(folder / "shop.csv"), reading), Configured.of("ease"), 0)
    models.save(fitted, folder, "mine")
    return ServiceSettings(folder, {"mine": 1.0}, limits=Limits(seconds=0.2))


def query(path: str, rng: random.Random) -> str:
    """A query string with what belongs there, and what does not."""
    known = QUERIES.get(path, {"n": ["1"]})
    pairs = [(name, rng.choice(values)) for name, values in known.items() if rng.random() < 0.6]
    for _ in range(rng.choice([0, 1, 1, 2])):
        place = rng.randrange(len(pairs) + 1)
        name = rng.choice([*known, rng.choice(TEXTS)])
        pairs[place : place + rng.randrange(2)] = [(name, rng.choice(TEXTS))]
    return rng.choice("&&&&;?").join(f"{name}={value}" for name, value in pairs)


def altered(document: object, rng: random.Random) -> object:
    """A document with another value somewhere, or with less or more in it."""
    if not isinstance(document, dict | list) or not document or rng.random() < 0.15:
        return rng.choice(VALUES)
    places = list(document) if isinstance(document, dict) else list(range(len(document)))
    place, changed = rng.choice(places), document.copy()
    match rng.randrange(8):
        case 0:
            del changed[place]
        case 1 if isinstance(changed, dict):
            changed[rng.choice([*TEXTS, "n", "user_id", "ratings"])] = rng.choice(VALUES)
        case 2 if isinstance(changed, list):
            changed += [changed[place]] * rng.choice([1, 1000])
        case _:
            changed[place] = altered(changed[place], rng)
    return changed


def body(path: str, rng: random.Random) -> bytes:
    """A body for this path, or none, or something like one."""
    if rng.random() < 0.1:
        return rng.choice([b"", rng.randbytes(50), b"[" * 50_000, b'{"n":' * 20_000, b"1" * 10_000])
    document: object = rng.choice(BODIES.get(path, BODIES["/recommend"]))
    for _ in range(rng.choice([0, 1, 1, 2, 4])):
        document = altered(document, rng)
    text = json.dumps(document, ensure_ascii=rng.random() < 0.5)
    if rng.random() < 0.2:  # the same key twice, or what only looks like JSON
        place = rng.randrange(len(text) + 1)
        text = (
            text[:place] + rng.choice(['"n": 1, ', ",", "}", "NaN", "\\ud800", "\0"]) + text[place:]
        )
    encoding = rng.choice(["utf-8"] * 8 + ["utf-16", "utf-8-sig", "latin-1"])
    return text.encode(encoding, "surrogatepass" if encoding != "latin-1" else "replace")


def headers(rng: random.Random) -> list[tuple[bytes, bytes]]:
    chosen = rng.choices(list(HEADERS), k=rng.choice([0, 0, 1, 3, 6]))
    pairs = [(name, rng.choice(HEADERS[name])) for name in chosen]
    if rng.random() < 0.8:
        pairs.append(("content-type", "application/json"))
    return [(name.encode(), value.encode()) for name, value in pairs]


def path_of(rng: random.Random) -> tuple[str, str]:
    """A route, and the same or something like it."""
    route = rng.choice(PATHS[:4] * 3 + PATHS)
    shown = route
    if rng.random() < 0.2:
        place = rng.randrange(len(route) + 1)
        shown = route[:place] + rng.choice(["/", "//", "?", "#", "%", *TEXTS]) + route[place:]
    return route, shown


def checked(status: int, given: dict[bytes, bytes], content: bytes) -> None:
    """An answer is well, or a problem that is told."""
    assert 200 <= status < 500, content
    kind = given.get(b"content-type", b"")
    if content and b"json" in kind:
        told = json.loads(content, parse_constant=pytest.fail)
        if status >= 400:
            assert (kind, told["status"]) == (b"application/problem+json", status)
            assert 0 < len(told["detail"]) < 5000
            assert "Traceback" not in told["detail"]


def test_in_process(settings, rounds):
    rng, app = random.Random(5), create_app(settings)
    with TestClient(app) as client:
        good = client.get("/about").json()
        n = 0
        for n in range(rounds(400, 20_000)):
            route, path = path_of(rng)
            method = rng.choice(["GET", "POST", "POST", *METHODS])
            sent = body(route, rng) if method != "GET" or rng.random() < 0.1 else b""
            asked = {
                "type": "http",
                "asgi": {"version": "3.0", "spec_version": "2.3"},
                "http_version": "1.1",
                "method": method,
                "scheme": "http",
                "path": path.encode(errors="replace").decode(),
                "raw_path": path.encode(errors="replace"),
                "root_path": "",
                "query_string": query(route, rng).encode(errors="replace"),
                "headers": [(b"host", b"localhost"), *headers(rng)],
                "client": ("127.0.0.1", 1),
                "server": ("127.0.0.1", 80),
                "state": {},
            }
            try:
                checked(*client.portal.call(answer, app, asked, sent, rng.choice([1, 1, 3])))
            except BaseException as error:
                error.add_note(f"round {n}: {asked}, {sent[:2000]!r}")
                raise
            if n % 100 == 0:
                assert client.get("/about").json() == good
    assert n


async def answer(app, asked, sent, parts):
    """Status, headers and body that are answered to a request whose body comes in parts."""
    size = len(sent) // parts + 1
    pieces = [sent[start : start + size] for start in range(0, len(sent), size)] or [b""]
    messages: list[dict] = []
    done = asyncio.Event()

    async def receive():
        if not pieces:
            await done.wait()
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": pieces.pop(0), "more_body": bool(pieces)}

    async def send(message):
        messages.append(message)

    async with asyncio.timeout(SLOW):
        await app(asked, receive, send)
    content = b"".join(message.get("body", b"") for message in messages[1:])
    return messages[0]["status"], dict(messages[0]["headers"]), content


def raw(rng: random.Random) -> Iterator[bytes]:
    """A few requests as they go over the wire, most of them not as they should be."""
    for _ in range(rng.choice([1, 1, 2, 5])):
        route, path = path_of(rng)
        method = rng.choice(["GET", "POST", *METHODS, "get", "", "CONNECT", "PRI", "X" * 100])
        sent = body(route, rng)[:5000] if rng.random() < 0.6 else b""
        lines = [b"%s: %s" % pair for pair in headers(rng)]
        if rng.random() < 0.8:
            lines.append(b"Content-Length: %d" % (len(sent) + rng.choice([0, 0, 0, 0, 1, -1])))
        if rng.random() < 0.9:
            lines.append(b"Host: localhost")
        rng.shuffle(lines)
        version = rng.choice(
            ["HTTP/1.1"] * 8 + ["HTTP/1.0", "HTTP/0.9", "HTTP/2.0", "", "http/1.1"]
        )
        target = f"{path}?{query(route, rng)}".replace(" ", "+")
        whole = f"{method} {target} {version}".encode(errors="replace") + b"\r\n"
        whole += b"".join(line + b"\r\n" for line in lines) + b"\r\n" + sent
        for _ in range(rng.choice([0, 0, 1, 3])):
            place = rng.randrange(len(whole) + 1)
            bits = rng.choice(
                [rng.randbytes(3), b"\n", b"\r\n", b" ", b"\0", b":", b"\xff", b"0\r\n\r\n"]
            )
            whole = whole[:place] + bits + whole[place + rng.choice([0, 0, 1, 20]) :]
        cut = rng.randrange(len(whole) + 1)
        yield whole[:cut]
        yield whole[cut:]


def test_over_a_socket(settings, rounds, monkeypatch, caplog):
    monkeypatch.setattr(patience, "_SECONDS", 0.1)
    rng = random.Random(6)
    ask = [b"GET /about HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"]
    with listening(create_app(settings), lifespan="on", timeout_keep_alive=0.2) as exchange:
        good = exchange(ask).partition(b"\r\n\r\n")[2]
        assert b'"model":"mine"' in good
        for n in range(rounds(200, 20_000)):
            sent = list(raw(rng))
            answers = exchange(sent, hang_up=rng.random() < 0.9)
            said = [record for record in caplog.records if record.exc_info]
            wrong = said or b"HTTP/1.1 500" in answers or (answers and answers[:9] != b"HTTP/1.1 ")
            assert not wrong, (n, sent, said and caplog.text[-5000:], answers[:2000])
            caplog.clear()
            if n % 50 == 0:
                assert exchange(ask).partition(b"\r\n\r\n")[2] == good
