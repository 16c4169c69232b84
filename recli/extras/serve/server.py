"""The process that serves, or several that share a port."""

from __future__ import annotations

import contextlib
import errno
import functools
import ipaddress
import os
import socket
import tempfile
from collections.abc import Callable, Iterable

import psutil
import uvicorn
from uvicorn.supervisors import Multiprocess

from recli import errors
from recli.extras.serve.patience import Impatient
from recli.extras.serve.settings import MULTIPROCESS, Keys, ServiceSettings

_BACKLOG = 2048
_SECONDS = 60.0


def serve(
    settings: ServiceSettings, place: socket.socket, workers: int, ready: Callable[[], None]
) -> None:
    """Serve at `place`, a bound socket, until the process is told to stop; answer what was begun.

    Raises what `create_app` does, and KeyboardInterrupt once all has ended that a signal stopped.

    Args:
        settings: how the service is set up
        place: the socket that is listened on
        workers: how many processes answer
        ready: called once the first request can be answered
    """
    if workers == 1:
        _One(_config(settings, workers), ready).run([place])
        return
    with tempfile.TemporaryDirectory(prefix="recli-metrics-") as folder:
        os.environ[MULTIPROCESS] = folder
        place.set_inheritable(True)
        _Several(_config(settings, workers), [place], ready).run()


def bind(host: str, port: int) -> socket.socket:
    """A socket at this address, port 0 for any.

    Args:
        host: the address that is listened on
        port: the port; 0 takes a free one

    Raises:
        UsageError: where it cannot be had
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise errors.UsageError(
                f"Port {port} is taken{_taken_by(port)}. Choose another with '--port', 0 for any."
            ) from None
        raise errors.UsageError(
            f"There is no listening at {host}, port {port}: {error.strerror or error}."
        ) from None


def check_secured(host: str, keys: Keys) -> None:
    """Raise UsageError where others than this machine may ask and no key is set.

    Args:
        host: the address that is listened on
        keys: what clients have to send
    """
    if keys.read is None and not _is_loopback(host):
        raise errors.UsageError(
            f"--host {host} lets other machines ask, and nothing keeps them out: set the environment "
            "variable RECLI_API_KEY to a long secret that clients send along."
        )


def hosts(host: str, keys: Keys, allowed: Iterable[str]) -> frozenset[str] | None:
    """The names by which a server may be asked for; None for any, where clients send a key anyway.

    Args:
        host: the address that is listened on
        keys: what clients have to send
        allowed: names that the user has added
    """
    also = {name.lower() for name in allowed}
    if keys.read is not None and not also:
        return None
    return frozenset({"localhost", "127.0.0.1", "[::1]", in_url(host).lower()} | also)


def proxies(typed: Iterable[str]) -> tuple[str, ...]:
    """Addresses and networks of proxies, as they are compared.

    Args:
        typed: what the user has typed

    Raises:
        UsageError: for what is neither

    >>> proxies(["10.0.0.2", "fd00:0::/8"])
    ('10.0.0.2/32', 'fd00::/8')
    """
    found = []
    for one in typed:
        try:
            found.append(str(ipaddress.ip_network(one)))
        except ValueError as error:
            raise errors.UsageError(
                f"--trusted-proxy takes an address or a network, as 10.0.0.2 or 10.0.0.0/8: {error}."
            ) from None
    return tuple(found)


def in_url(host: str) -> str:
    """An address as URLs and the header Host have it: of version 6 in brackets.

    Args:
        host: the address that is listened on

    >>> in_url("::1"), in_url("127.0.0.1")
    ('[::1]', '127.0.0.1')
    """
    return f"[{host}]" if ":" in host else host


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _taken_by(port: int) -> str:
    """Who listens there, if that can be known."""
    with contextlib.suppress(psutil.Error):
        for connection in psutil.net_connections("tcp"):
            at = connection.laddr
            if (
                at
                and at.port == port
                and connection.status == psutil.CONN_LISTEN
                and connection.pid
            ):
                return f" by {psutil.Process(connection.pid).name()} (process {connection.pid})"
    return ""


def _config(settings: ServiceSettings, workers: int) -> uvicorn.Config:
    return uvicorn.Config(
        functools.partial(_app, settings),
        factory=True,
        workers=workers,
        http=Impatient,
        lifespan="on",
        ws="none",
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,  # `create_app` looks at them, where a proxy is trusted
        timeout_keep_alive=30,
        timeout_graceful_shutdown=10,
    )


def _app(settings: ServiceSettings) -> object:
    from recli.extras.serve.app import create_app  # once, in the process that serves

    return create_app(settings)


class _One(uvicorn.Server):
    """Serves in this process."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()


class _Several(Multiprocess):
    """Serves in several processes, which are started again when they end."""

    def __init__(
        self, config: uvicorn.Config, sockets: list[socket.socket], ready: Callable[[], None]
    ) -> None:
        super().__init__(config, sockets)
        self._ready = ready

    def init_processes(self) -> None:
        super().init_processes()
        if all(process.wait_until_ready(_SECONDS, self.should_exit) for process in self.processes):
            self._ready()
