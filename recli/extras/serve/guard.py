"""Who may ask, how often, how much, and how slowly."""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
import math
import re
import time
from collections import OrderedDict
from collections.abc import Mapping

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from recli import memory
from recli.extras.serve.problems import problem
from recli.extras.serve.routes import page
from recli.extras.serve.settings import Purpose, ServiceSettings

_OPEN = frozenset({"/healthz", "/readyz"}) | page.PATHS
_PURPOSES: Mapping[str, Purpose] = {"/events": "events", "/models": "admin", "/metrics": "admin"}
_MOST_CLIENTS = 10_000


class Guard:
    """Lets requests through to an ASGI application that have the key and stay within the limits.

    Args:
        app: the application that is wrapped
        settings: how the service is set up
    """

    def __init__(self, app: ASGIApp, settings: ServiceSettings) -> None:
        self._app = app
        self._keys = settings.keys
        self._limits = limits = settings.limits
        self._hosts = settings.hosts
        self._rate = None if limits.rate is None else Rate(limits.rate)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        path = scope["path"]
        if self._hosts is not None and (host := _host(headers)) not in self._hosts:
            refused = problem(
                421,
                f"This server does not answer for the host '{host[:100]}': 'recli serve --allow-host' "
                "says for which it does.",
                path,
            )
            await refused(scope, receive, send)
            return
        if path in _OPEN:
            await self._app(scope, receive, send)
            return
        if not self._may(path, headers):
            refused = problem(
                401,
                f"{path} asks for an API key, as 'Authorization: Bearer KEY' or 'X-API-Key: KEY'.",
                path,
                {"WWW-Authenticate": "Bearer"},
            )
            await refused(scope, receive, send)
            return
        if self._rate is not None and (wait := self._rate.wait(_client(scope))):
            refused = problem(
                429,
                f"More than {self._rate.a_second:g} requests a second. Come again in {wait:.2f} s.",
                path,
                {"Retry-After": str(math.ceil(wait))},
            )
            await refused(scope, receive, send)
            return
        if scope["method"] in ("GET", "HEAD", "OPTIONS"):
            await self._app(scope, receive, send)
            return
        await self._with_body(scope, receive, send, headers)

    def _may(self, path: str, headers: Mapping[bytes, bytes]) -> bool:
        key = getattr(self._keys, _PURPOSES.get(path, "read"))
        if key is None:
            return True
        scheme, _, token = headers.get(b"authorization", b"").partition(b" ")
        given = token.strip() if scheme.lower() == b"bearer" else headers.get(b"x-api-key", b"")
        return hmac.compare_digest(given, key.encode())

    async def _with_body(
        self, scope: Scope, receive: Receive, send: Send, headers: Mapping[bytes, bytes]
    ) -> None:
        """Hand on the request once its body is there, which is never more than may be sent."""
        path, limit = scope["path"], self._limits.body
        body = bytearray()
        announced = headers.get(b"content-length", b"0")
        if not announced.isdigit() or len(announced) > 18 or int(announced) > limit:
            await self._too_large(path)(scope, receive, send)
            return
        try:
            async with asyncio.timeout(self._limits.seconds):
                more = True
                while more:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        return
                    body += message.get("body", b"")
                    more = message.get("more_body", False)
                    if len(body) > limit:
                        await self._too_large(path)(scope, receive, send)
                        return
        except TimeoutError:
            slow = problem(
                408,
                f"The body was not there within {self._limits.seconds:g} s.",
                path,
                {"Connection": "close"},
            )
            await slow(scope, receive, send)
            return
        whole: list[Message] = [{"type": "http.request", "body": bytes(body), "more_body": False}]

        async def replay() -> Message:
            return whole.pop() if whole else await receive()

        await self._app(scope, replay, send)

    def _too_large(self, path: str) -> ASGIApp:
        return problem(
            413,
            f"The body is more than {memory.shown(self._limits.body)}. Send less at a time.",
            path,
            {"Connection": "close"},
        )


class Rate:
    """A bucket of tokens for each client, who spends one a request: `a_second` flow in, up to as many.

    The clients that came last are known, 10,000 of them; who comes again after that starts anew.

    Args:
        a_second: how many requests a client may make each second
    """

    def __init__(self, a_second: float) -> None:
        self.a_second = a_second
        self._most = max(1.0, a_second)
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, client: str, now: float | None = None) -> float:
        """Take a token; 0 if there was one, otherwise the seconds until there is.

        Args:
            client: who asks
            now: seconds of a clock that only goes forward
        """
        now = time.monotonic() if now is None else now
        left, since = self._buckets.pop(client, (self._most, now))
        left = min(self._most, left + (now - since) * self.a_second)
        taken = left >= 1
        self._buckets[client] = (left - taken, now)
        if len(self._buckets) > _MOST_CLIENTS:
            self._buckets.popitem(last=False)
        return 0.0 if taken else (1 - left) / self.a_second


def _host(headers: Mapping[bytes, bytes]) -> str:
    """The name that was asked for, without the port.

    A page of somebody else's whose name is made to point at this machine (DNS rebinding) may read what
    a server here answers, but its browser says the page's name.

    >>> _host({b"host": b"LocalHost:8000"}), _host({b"host": b"[::1]:8000"}), _host({})
    ('localhost', '[::1]', '')
    """
    said = headers.get(b"host", b"").decode("latin-1").lower()
    return re.sub(r":\d*$", "", said)


def _client(scope: Scope) -> str:
    """By what the requests of a client are counted: its address; of version 6 the network of 64 bits.

    One machine has all addresses of such a network, and could take another for each request.

    >>> _client({"client": ("10.0.0.2", 80)}), _client({"client": ("2001:db8::1:2", 80)}), _client({})
    ('10.0.0.2', '2001:db8::/64', '')
    """
    host: str = scope["client"][0] if scope.get("client") else ""
    if ":" not in host:
        return host
    try:
        address = ipaddress.IPv6Address(host)
    except ValueError:
        return host
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(address) >> 64 << 64, 64)))
