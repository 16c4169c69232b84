"""Keys, and limits on what and how often one may ask."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from recli import errors
from recli.extras.serve.guard import Guard, Rate
from recli.extras.serve.server import hosts, proxies
from recli.extras.serve.settings import Keys, Limits, ServiceSettings

ALL = Keys("read-key", "events-key", "admin-key")
ROUTES = {
    ("GET", "/recommend?user_id=42"): "read-key",
    ("POST", "/recommend"): "read-key",
    ("GET", "/similar/318?min_ratings=0"): "read-key",
    ("POST", "/predict"): "read-key",
    ("GET", "/openapi.json"): "read-key",
    ("POST", "/events"): "events-key",
    ("GET", "/models"): "admin-key",
    ("GET", "/metrics"): "admin-key",
}
BODIES = {
    "/recommend": {},
    "/predict": {"pairs": [{"user_id": 42, "item_id": 318}]},
    "/events": {"events": [{"event_id": 1, "type": "click", "user_id": 42, "item_id": 318}]},
}


def ask(client, method, path, **headers):
    body = BODIES[path] if method == "POST" else None
    return client.request(method, path, json=body, headers=headers)


@pytest.mark.parametrize(("method", "path"), ROUTES, ids=[" ".join(route) for route in ROUTES])
def test_each_route_opens_to_its_own_key_alone(method, path, serving):
    client = serving(keys=ALL)
    for key in ("read-key", "events-key", "admin-key", "", "reád-key"):
        answer = ask(client, method, path, authorization=f"Bearer {key}".encode())
        if key == ROUTES[method, path]:
            assert answer.is_success
        else:
            assert answer.status_code == 401
            assert answer.headers["www-authenticate"] == "Bearer"
    assert ask(client, method, path).status_code == 401
    assert ask(client, method, path, **{"x-api-key": ROUTES[method, path]}).is_success
    assert (
        ask(client, method, path, authorization=f"Basic {ROUTES[method, path]}").status_code == 401
    )


def test_health_needs_no_key(serving):
    client = serving(keys=ALL)
    assert client.get("/healthz").json() == {"status": "alive"}
    assert client.get("/readyz").json()["status"] == "ready"


def test_without_keys_all_is_open(client):
    for method, path in ROUTES:
        assert ask(client, method, path).is_success


def test_keys_of_the_environment():
    assert Keys.of({}) == Keys(None, None, None)
    assert Keys.of({"RECLI_API_KEY": " \n"}) == Keys(None, None, None)
    assert Keys.of({"RECLI_API_KEY": "a\n"}) == Keys("a", "a", "a")
    assert Keys.of({"RECLI_ADMIN_KEY": "c"}) == Keys(None, None, "c")
    named = {"RECLI_API_KEY": "a", "RECLI_EVENTS_KEY": "b", "RECLI_ADMIN_KEY": "c"}
    assert Keys.of(named) == Keys("a", "b", "c")


def test_a_body_of_ten_megabytes(client):
    answer = client.post("/recommend", content=b" " * 10_000_000)
    assert answer.status_code == 413
    assert answer.json()["detail"] == "The body is more than 1 MiB. Send less at a time."


def test_one_that_does_not_say_how_long_it_is(serving):
    def parts():
        yield b'{"n": 1'
        for _ in range(100):
            yield b" " * 50
        yield b"}"

    assert (
        serving(limits=Limits(body=10_000)).post("/recommend", content=parts()).status_code == 415
    )
    assert serving(limits=Limits(body=1_000)).post("/recommend", content=parts()).status_code == 413


@pytest.mark.parametrize("length", [b"-5", b"many", b"99999999999999999999", b"9" * 5000])
def test_a_length_that_is_none(length, client):
    answer = client.post("/recommend", content=b"{}", headers={b"content-length": length})
    assert answer.status_code == 413


def test_a_body_that_does_not_come():
    sent = []

    async def send(message):
        sent.append(message)

    async def receive():
        await asyncio.sleep(60)

    scope = {"type": "http", "method": "POST", "path": "/recommend", "headers": []}
    guard = Guard(None, ServiceSettings(Path(), {}, limits=Limits(seconds=0.01)))
    asyncio.run(guard(scope, receive, send))
    assert sent[0]["status"] == 408


def test_a_client_that_goes_away_while_sending():
    async def receive():
        return {"type": "http.disconnect"}

    scope = {"type": "http", "method": "POST", "path": "/recommend", "headers": []}
    asyncio.run(Guard(None, ServiceSettings(Path(), {}))(scope, receive, None))


@pytest.mark.parametrize(
    ("said", "status"),
    [
        *(("localhost", 200), ("LOCALHOST:8000", 200), ("127.0.0.1:80", 200), ("[::1]:8000", 200)),
        *(
            ("evil.example", 421),
            ("localhost.evil.example", 421),
            ("127.0.0.1.evil.example:80", 421),
        ),
        *(("", 421), ("recommend.example:443", 200), ("evil.example:localhost", 421)),
    ],
)
def test_without_a_key_a_server_answers_for_its_own_names_alone(said, status, serving):
    client = serving(hosts=hosts("127.0.0.1", Keys(), ["Recommend.example"]))
    for path in ("/recommend?user_id=42", "/models", "/healthz", "/"):
        assert client.get(path, headers={"host": said}).status_code == status


def test_which_names_these_are():
    ours = {"localhost", "127.0.0.1", "[::1]"}
    assert hosts("127.0.0.1", Keys(), ()) == ours
    assert hosts("::1", Keys(), ()) == ours
    assert hosts("127.0.0.2", Keys(), ()) == ours | {"127.0.0.2"}
    assert hosts("0.0.0.0", ALL, ()) is None
    assert hosts("0.0.0.0", ALL, ["a.example"]) == ours | {"0.0.0.0", "a.example"}


def test_a_bucket_of_tokens():
    rate = Rate(2)
    # Two at once, then one each half second; nobody saves more than two.
    assert [rate.wait("a", 0), rate.wait("a", 0), rate.wait("a", 0)] == [0, 0, 0.5]
    assert [rate.wait("a", 0.25), rate.wait("a", 0.5)] == [0.25, 0]
    assert [rate.wait("a", 60), rate.wait("a", 60), rate.wait("a", 60)] == [0, 0, 0.5]
    assert rate.wait("b", 60) == 0


def test_slower_than_one_a_second():
    rate = Rate(0.5)
    assert [rate.wait("a", 0), rate.wait("a", 1), rate.wait("a", 2)] == [0, 1, 0]


def test_too_many_requests(serving):
    client = serving(limits=Limits(rate=0.001))
    assert client.get("/recommend?user_id=42").is_success
    answer = client.get("/recommend?user_id=42")
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 1000
    assert "More than 0.001 requests a second" in answer.json()["detail"]
    assert client.get("/healthz").is_success


PROXIES = ("10.0.0.0/8", "192.0.2.7/32", "fd00::/8")


@pytest.mark.parametrize(
    ("peer", "said", "client"),
    [
        ("203.0.113.9", ["198.51.100.1"], "203.0.113.9"),  # anybody may say anything
        ("10.1.2.3", [], "10.1.2.3"),
        ("10.1.2.3", ["198.51.100.1"], "198.51.100.1"),
        ("192.0.2.7", ["198.51.100.1"], "198.51.100.1"),
        ("192.0.2.8", ["198.51.100.1"], "192.0.2.8"),
        ("10.1.2.3", ["1.1.1.1, 198.51.100.1"], "198.51.100.1"),
        ("10.1.2.3", ["1.1.1.1, 198.51.100.1, 10.9.9.9"], "198.51.100.1"),
        ("10.1.2.3", ["1.1.1.1", "198.51.100.1", "192.0.2.7"], "198.51.100.1"),
        ("10.1.2.3", ["198.51.100.1:4711"], "198.51.100.1"),
        ("10.1.2.3", ["[2001:db8::1]:4711"], "2001:db8::1"),
        ("fd00::1", ["2001:db8::1"], "2001:db8::1"),
        ("10.1.2.3", ["10.4.4.4, 10.5.5.5"], "10.4.4.4"),
        ("10.1.2.3", ["me", "198.51.100.1"], "198.51.100.1"),
    ],
)
def test_whose_rate_it_is_behind_a_proxy(peer, said, client, serving):
    rate = Limits(rate=0.001)
    asked = serving(limits=rate, trusted_proxies=PROXIES)
    asked._transport.client = (peer, 50000)
    headers = [("x-forwarded-for", one) for one in said]
    assert asked.get("/recommend?user_id=42", headers=headers).status_code == 200
    # The same client by another way is known again; another one is not.
    asked._transport.client = ("10.7.7.7", 50000)
    for other, status in ((client, 429), ("198.51.100.77", 200)):
        again = asked.get("/recommend?user_id=42", headers={"x-forwarded-for": other})
        assert again.status_code == status


def test_without_trusted_proxies_the_header_means_nothing(serving):
    client = serving(limits=Limits(rate=0.001))
    client._transport.client = ("10.1.2.3", 50000)
    statuses = [
        client.get("/recommend?user_id=42", headers={"x-forwarded-for": one}).status_code
        for one in ("198.51.100.1", "198.51.100.2")
    ]
    assert statuses == [200, 429]


def test_one_machine_has_many_addresses_of_version_6(serving):
    client = serving(limits=Limits(rate=0.001))
    statuses = []
    for address in (
        "2001:db8::1",
        "2001:db8::ffff:2",
        "2001:db8:0:1::1",
        "::ffff:192.0.2.1",
        "192.0.2.1",
    ):
        client._transport.client = (address, 50000)
        statuses.append(client.get("/recommend?user_id=42").status_code)
    assert statuses == [200, 429, 200, 200, 429]


@pytest.mark.parametrize(
    "typed", ["proxy.example", "10.0.0.1/8", "", "10.0.0.0/40", "*", "1.2.3.4:80"]
)
def test_what_is_no_proxy(typed):
    with pytest.raises(
        errors.UsageError, match="--trusted-proxy takes an address or a network, as"
    ):
        proxies([typed])


def test_clients_are_forgotten():
    rate = Rate(1)
    for client in range(10_001):
        assert rate.wait(str(client), 0) == 0
    assert len(rate._buckets) == 10_000
    assert rate.wait("10000", 0) == 1
    assert rate.wait("0", 0) == 0


def test_other_sites_may_not_ask(client):
    answer = client.get("/recommend?user_id=42", headers={"origin": "https://shop.example"})
    assert "access-control-allow-origin" not in answer.headers


def test_sites_that_are_named_may(serving):
    client = serving(origins=("https://shop.example",), keys=ALL)
    wanted = {"origin": "https://shop.example", "access-control-request-method": "POST"}
    wanted["access-control-request-headers"] = "authorization"
    before = client.options("/recommend", headers=wanted)
    assert before.headers["access-control-allow-origin"] == "https://shop.example"
    assert client.options(
        "/recommend", headers=wanted | {"origin": "https://other.example"}
    ).is_error
