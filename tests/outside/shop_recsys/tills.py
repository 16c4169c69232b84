"""A cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from recli.experiments.clusters import Cluster, Workers


class Tills(Cluster):
    """The tills of the shop, of which only this one is open."""

    summary = "the tills of the shop"

    @contextmanager
    def open(self, address: str) -> Iterator[Workers]:
        yield _AtTheTill(address)


class _AtTheTill(Workers):
    n_jobs = 1

    def __init__(self, address: str) -> None:
        self.address = address

    def _send(self, what: object) -> object:
        return what

    def each(
        self, function: Callable[[Any, Any], Any], shared: Any, tasks: Iterator[Any]
    ) -> Iterator[Any]:
        for task in tasks:
            yield function(shared, task)
