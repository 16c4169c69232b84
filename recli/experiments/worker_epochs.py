"""The epochs of fits in worker processes, heard in the process that started them."""

from __future__ import annotations

import contextlib
import contextvars
import dataclasses
import json
import secrets
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing import AuthenticationError
from multiprocessing import connection as connections
from typing import Any

from recli.epochs import Epoch, is_heard, tell

_AT_ONCE = 32  # epochs that wait to be taken


@dataclass(frozen=True)
class Channel:
    """A listener for worker processes: sends each epoch to where it is heard.

    Attributes:
        address: a socket or a pipe of this machine
        key: whoever sends has to know it
    """

    address: Any
    key: bytes

    def __call__(self, epoch: Epoch) -> None:
        # The one who listened may be gone, as after Ctrl-C: then nobody wants to know.
        with contextlib.suppress(OSError, EOFError, AuthenticationError):
            self.send(json.dumps(dataclasses.asdict(epoch)).encode())

    def send(self, message: bytes) -> None:
        """One message, for which the line is opened: epochs are few.

        Args:
            message: an epoch as JSON; empty: nothing more will come
        """
        with connections.Client(self.address, authkey=self.key) as line:
            line.send_bytes(message)


@contextlib.contextmanager
def from_workers() -> Iterator[tuple[Channel, ...]]:
    """A block in which workers that listen by the channel are heard by those who listen here.

    Yields the channel; nothing where nobody listens, and then nothing is opened.
    """
    if not is_heard():
        yield ()
        return
    key = secrets.token_bytes(32)
    with connections.Listener(backlog=_AT_ONCE, authkey=key) as listener:
        channel = Channel(listener.address, key)
        here = contextvars.copy_context()  # a thread has listeners of its own
        taker = threading.Thread(target=here.run, args=(_take, listener), daemon=True)
        taker.start()
        try:
            yield (channel,)
        finally:
            if taker.is_alive():  # it has raised what a listener did
                channel.send(b"")
                taker.join()


def _take(listener: connections.Listener) -> None:
    while True:
        try:
            with listener.accept() as line:
                message = line.recv_bytes()
        except (OSError, EOFError, AuthenticationError):  # who called has hung up
            continue
        if not message:
            return
        tell(Epoch(**json.loads(message)))
