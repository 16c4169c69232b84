"""Connections whose request does not come to the end of its head, one look after another."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from recli.extras.serve.patience import Impatient

BUSY, DONE, OTHER = (SimpleNamespace(response_complete=done) for done in (False, True, True))


class Connection:
    """What `_look` sees of a connection; the next look is kept instead of waited for."""

    _answered = Impatient._answered

    def __init__(self):
        self.loop = self.transport = self
        self.cycle = self.timeout_keep_alive_task = None
        self.closed = False
        self.before = None

    def call_later(self, _seconds, look, before):
        assert look == self._look
        self.before = before

    def _look(self, before):
        Impatient._look(self, before)

    def is_closing(self):
        return self.closed

    def close(self):
        self.closed = True

    def looked_at(self, cycle, waits_for_another=False):
        """Look when the connection is like this; whether it was closed."""
        self.cycle = cycle
        self.timeout_keep_alive_task = object() if waits_for_another else None
        self._look(self.before)
        return self.closed


@pytest.mark.parametrize(
    "looks",
    [
        [(None, False)],  # nothing, or a part of the first head, since it connected
        [(DONE, False), (DONE, False)],  # one was answered, then came a part of a head
        [(BUSY, False), (DONE, False), (DONE, False)],
        [(DONE, True), (DONE, False), (DONE, False)],
    ],
)
def test_the_same_head_for_two_looks_is_too_long(looks):
    connection = Connection()
    assert [connection.looked_at(*look) for look in looks] == [*[False] * (len(looks) - 1), True]


@pytest.mark.parametrize(
    "looks",
    [
        [(BUSY, False)] * 4,  # an answer may take its time
        [(DONE, True)] * 4,  # uvicorn has a limit of its own for these
        [(DONE, False), (OTHER, False), (DONE, False)],  # slow, but another one each time
        [(DONE, False), (DONE, True), (DONE, False)],
    ],
)
def test_all_else_is_let_be(looks):
    connection = Connection()
    assert not any(connection.looked_at(*look) for look in looks)


def test_one_that_is_closed_is_looked_at_no_more():
    connection = Connection()
    connection.close()
    connection._look(None)
    assert connection.before is None


@pytest.mark.parametrize(
    ("unsent", "aborted"),
    [
        ([0, 0, 0], False),
        ([9, 8, 7], False),
        ([9, 0, 9], False),
        ([9, 9], True),
        ([0, 5, 3, 3], True),
    ],
)
def test_who_reads_nothing_between_two_looks(unsent, aborted):
    looks, aborts = [], []
    transport = SimpleNamespace(get_write_buffer_size=lambda: left, abort=lambda: aborts.append(1))
    loop = SimpleNamespace(call_later=lambda _seconds, look, unsent: looks.append(unsent))
    connection = SimpleNamespace(transport=transport, loop=loop, _look_whether_it_reads=None)
    connection.connections = [connection]
    last = 0
    for left in unsent:
        Impatient._look_whether_it_reads(connection, last)
        last = left
    assert aborts == [1] * aborted
    assert looks == unsent[: len(unsent) - aborted]
    connection.connections.clear()  # it is lost
    Impatient._look_whether_it_reads(connection, last)
    assert (len(aborts), len(looks)) == (aborted, len(unsent) - aborted)
