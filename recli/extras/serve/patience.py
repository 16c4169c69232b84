"""Connections that take their time to ask or to read, and requests whose head has no end."""

from __future__ import annotations

from asyncio import Transport
from http import HTTPStatus
from typing import Any

from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from recli import memory
from recli.extras.serve.problems import problem

MOST_HEAD = 64 << 10
"""Bytes of a request's head, which is its first line with the URL and all header lines."""
_PIECE = 4 << 10  # of what is parsed at a time: as much more may a head have
_MOST_WAITING = 1000  # requests of a connection that were sent before the answer to an earlier one
_SECONDS = 10.0
_LINGER = 2.0  # seconds in which a client that still sends can read why it is refused


class Impatient(HttpToolsProtocol):
    """uvicorn's protocol, with an end to what it waits for and to what it keeps of a request's head.

    uvicorn waits for ever for a head of which only a part has come, so that a few thousand of such
    connections leave no file descriptors for others. Looked at every ten seconds: who has been in the
    middle of a head, the same one, since the last time is closed; so is who has read nothing of what
    waits to be sent, for which uvicorn would keep the connection as long.

    httptools has no limit to a head. Counted here: what has come since a head, a part of a body or a
    request was complete, so also header lines after a chunked body, and the names of chunks. The
    answer to more than 64 KiB is 431. uvicorn parses with httptools wherever 'recli[serve]' is installed;
    its other parser, h11, is slower and has that limit by itself. Requests that are sent ahead wait in a
    list to which uvicorn knows no end either; a connection with more than a thousand is closed.

    And who goes away before the answer is no fault of the server. uvicorn writes it nevertheless where
    several requests came at once, or where it has not heard yet; uvloop raises then.
    """

    _incomplete = 0
    _refused = False
    _answering: RequestResponseCycle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.loop.call_later(_SECONDS, self._look, self.cycle)
        self.loop.call_later(_SECONDS, self._look_whether_it_reads, 0)

    def data_received(self, data: bytes) -> None:
        for start in range(0, len(data), _PIECE):
            if self._refused or self.transport.is_closing():
                return
            piece = data[start : start + _PIECE]
            self._incomplete += len(piece)
            super().data_received(piece)
            if len(self.pipeline) > _MOST_WAITING and not self._refused:
                self._refuse(429, "Too many requests were sent before the answer to the first.")
            elif self._incomplete > MOST_HEAD and not self._refused:
                self._refuse(
                    431, f"The head of the request is more than {memory.shown(MOST_HEAD)}."
                )

    def eof_received(self) -> None:
        super().eof_received()
        self._let_go()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._let_go()

    def on_headers_complete(self) -> None:
        self._incomplete = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._incomplete = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._incomplete = 0
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """What uvicorn calls where httptools cannot parse what has come.

        Args:
            msg: what is wrong
        """
        self._refuse(400, msg)

    def _refuse(self, status: int, detail: str) -> None:
        """Answer that nothing more is read, and close; just close where an answer is on its way."""
        self._refused = True
        if not self._answered:
            self._let_go()
            self.transport.close()
            return
        refused = problem(status, detail, "", {"Connection": "close"})
        head = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}".encode()]
        head += [name + b": " + value for name, value in refused.raw_headers]
        self.transport.write(b"\r\n".join([*head, b"", bytes(refused.body)]))
        # To close with something unread resets the connection, and the answer may be lost with it.
        self.transport.write_eof()
        self.loop.call_later(_LINGER, self.transport.close)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._answering = cycle
        super()._start_asgi_task(cycle, app)

    def _let_go(self) -> None:
        """Nobody waits for the answer any more."""
        if self._answering is not None:
            self._answering.disconnected = True
            self._answering.message_event.set()

    @property
    def _answered(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _look(self, before: Any) -> None:
        if self.transport.is_closing():
            return
        in_a_head = self._answered and self.timeout_keep_alive_task is None
        if in_a_head and self.cycle is before:
            self.transport.close()
        else:
            self.loop.call_later(_SECONDS, self._look, self.cycle if in_a_head else self)

    def _look_whether_it_reads(self, unsent: int) -> None:
        if self not in self.connections:
            return
        left = self.transport.get_write_buffer_size()
        if left and left == unsent:
            self.transport.abort()  # to close would wait until all is read
        else:
            self.loop.call_later(_SECONDS, self._look_whether_it_reads, left)
