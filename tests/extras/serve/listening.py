"""A server on a socket of this process, and what it answers to bytes."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import uvicorn

from recli.extras.serve.patience import Impatient

Exchange = Callable[..., bytes]


@contextmanager
def listening(app: object, **settings: object) -> Iterator[Exchange]:
    """`exchange(sent)`: what is answered to some bytes, part by part, until the server closes.

    `exchange(sent, hang_up=True)` sends no more after them. `settings` are those of uvicorn.
    """
    config = uvicorn.Config(
        app,
        http=Impatient,
        ws="none",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=1,
        **settings,
    )
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0), backlog=2048) as place:
        thread = threading.Thread(target=server.run, args=([place],))
        thread.start()
        while not server.started and thread.is_alive():
            time.sleep(0.01)
        address = place.getsockname()

        def exchange(sent: Iterable[bytes], hang_up: bool = False) -> bytes:
            answer = bytearray()
            with (
                socket.create_connection(address, timeout=20) as connection,
                contextlib.suppress(ConnectionError),  # reset, and what had come is the answer
            ):
                with contextlib.suppress(OSError):  # the answer says why
                    for part in sent:
                        connection.sendall(part)
                    if hang_up:
                        connection.shutdown(socket.SHUT_WR)
                while got := connection.recv(1 << 16):
                    answer += got
            return bytes(answer)

        try:
            yield exchange
        finally:
            server.should_exit = True
            thread.join()
