"""Connections that take their time to ask."""

from __future__ import annotations

from asyncio import Transport
from typing import Any

from uvicorn.protocols.http.auto import AutoHTTPProtocol

_SECONDS = 10.0


class Impatient(AutoHTTPProtocol):  # type: ignore[misc, valid-type]
    """uvicorn's protocol, which closes a connection whose request does not come to the end of its head.

    uvicorn waits for ever for a head of which only a part has come, so that a few thousand of such
    connections leave no file descriptors for others. Looked at every ten seconds: who has been in the
    middle of a head, the same one, since the last time is closed.
    """

    def connection_made(self, transport: Transport) -> None:
        super().connection_made(transport)
        self.loop.call_later(_SECONDS, self._look, self.cycle)

    def _look(self, before: Any) -> None:
        if self.transport.is_closing():
            return
        answered = self.cycle is None or self.cycle.response_complete
        in_a_head = answered and self.timeout_keep_alive_task is None
        if in_a_head and self.cycle is before:
            self.transport.close()
        else:
            self.loop.call_later(_SECONDS, self._look, self.cycle if in_a_head else self)
